import { join } from 'node:path';
import { ConfigurationTarget, workspace } from 'vscode';
import type { Budget } from '../../analysis/budgets/budget.ts';
import {
  type BudgetEntry,
  budgetKey,
  removeBudget,
  storeBudget,
  terminalEntry,
} from '../../dataFolder/budgetFile.ts';
import { nanoToUsd } from '../../model/money.ts';
import { isObject } from '../../model/objects.ts';
import { isSamePath } from '../../text/paths.ts';

/** Whether the settings have a place for a budget: of a day or month, of everything or one project. */
export function fitsSettings({
  scope,
  period,
  unit,
}: Pick<Budget, 'scope' | 'period' | 'unit'>): boolean {
  const whole = scope.kind === 'global' || (scope.kind === 'project' && scope.path !== '*');
  return whole && unit.kind === 'usd' && (period.kind === 'day' || period.kind === 'month');
}

/**
 * Writes a budget's limit where the budget comes from; nano-dollars where it is in dollars. `folder` has the
 * `config.json` of those that are not in the settings.
 */
export async function writeLimit(
  folder: string,
  entry: BudgetEntry,
  limit: number,
  now: number,
): Promise<void> {
  if (entry.origin === 'settings') await writeSetting(entry.budget, limit);
  else {
    const budget = { ...entry.budget, limit };
    storeBudget(join(folder, 'config.json'), terminalEntry(budget, now));
  }
}

/** Takes a budget away from where it comes from. */
export async function takeAway(folder: string, { budget, origin }: BudgetEntry): Promise<void> {
  if (origin === 'settings') await writeSetting(budget, undefined);
  else removeBudget(join(folder, 'config.json'), budgetKey(budget));
}

/** Undefined takes the budget away. */
async function writeSetting({ scope, period }: Budget, limit: number | undefined): Promise<void> {
  const name = period.kind === 'day' ? 'dailyUsd' : 'monthlyUsd';
  const dollars = limit === undefined ? undefined : nanoToUsd(limit);
  const config = workspace.getConfiguration('outlay.budget');
  if (scope.kind !== 'project') {
    await config.update(name, dollars, ConfigurationTarget.Global);
    return;
  }
  const written = config.inspect<unknown>('projects')?.globalValue;
  const projects: Record<string, unknown> = isObject(written) ? { ...written } : {};
  const path = Object.keys(projects).find((known) => isSamePath(known, scope.path)) ?? scope.path;
  const { [name]: _, ...others } = isObject(projects[path]) ? projects[path] : {};
  const own = dollars === undefined ? others : { ...others, [name]: dollars };
  if (Object.keys(own).length === 0) delete projects[path];
  else projects[path] = own;
  const isEmpty = Object.keys(projects).length === 0;
  await config.update('projects', isEmpty ? undefined : projects, ConfigurationTarget.Global);
}
