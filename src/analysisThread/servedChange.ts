import { join } from 'node:path';
import { type BudgetEntry, changeBudgets } from '../dataFolder/budgetFile.ts';
import { budgetKey } from '../dataFolder/budgetKey.ts';
import { updateConfig } from '../dataFolder/configFile.ts';
import { audit } from '../dataFolder/overrideFile.ts';
import { readConfig } from '../dataFolder/readConfig.ts';
import { withSettingsToAdopt } from '../dataFolder/settingsToAdopt.ts';
import { HumanError } from '../model/errors.ts';
import { defaultThresholds } from '../model/level.ts';
import { isObject } from '../model/objects.ts';
import { wrongValue } from '../settings/settingProblem.ts';
import { parseSettings } from '../settings/settings.ts';

/** What a caller of `outlay serve` changes. Plain data. */
export type ServedChange =
  | {
      readonly what: 'budgets';
      /** A limit in the budget's unit; null takes the budget away that was set here. */
      readonly changes: readonly (BudgetLimit & { readonly limit: number | null })[];
    }
  | {
      readonly what: 'settings';
      /** By full name; null is what holds where nothing is written. */
      readonly settings: Readonly<Record<string, unknown>>;
    };

type BudgetLimit = Pick<BudgetEntry['budget'], 'scope' | 'period' | 'unit'>;

export type ChangeTask = ServedChange & {
  /** Only for the words of an error: the store is not touched. */
  readonly storeFile: string;
  readonly dataFolder: string;
  /** UTC milliseconds. */
  readonly now: number;
};

/**
 * Writes what `outlay budget set` and the settings write, each change with its line of audit. What was
 * said of a budget besides its limit stays. All of it is written, or nothing.
 */
export function runChange(task: ChangeTask): void {
  if (task.what === 'budgets') changeLimits(task, task.changes);
  else changeSettings(task, task.settings);
}

function changeLimits(
  { dataFolder, now }: ChangeTask,
  changes: Extract<ServedChange, { what: 'budgets' }>['changes'],
): void {
  const file = join(dataFolder, 'config.json');
  const known = new Map(
    readConfig(file).budgets.map((entry) => [budgetKey(entry.budget), entry] as const),
  );
  const differs = changes
    .map((change) => ({ ...change, key: budgetKey(change) }))
    .filter(({ key, limit }) => (known.get(key)?.budget.limit ?? null) !== limit);
  if (differs.length === 0) return;
  const entries = differs.flatMap(({ scope, period, unit, limit, key }): BudgetEntry[] => {
    if (limit === null) return [];
    const rest = known.get(key)?.budget ?? newBudget;
    const budget = { ...rest, scope, period, unit, limit };
    return [{ budget, origin: 'budget set', setAt: now }];
  });
  const removed = differs.flatMap(({ key, limit }) => (limit === null ? [key] : []));
  changeBudgets(file, entries, removed);
  for (const { key, limit } of differs) {
    const from = known.get(key)?.budget.limit;
    audit(dataFolder, {
      at: now,
      by: 'server',
      what: limit === null ? 'remove' : 'set',
      key,
      id: '',
      ...(from !== undefined && { from }),
      ...(limit !== null && { to: limit }),
    });
  }
}

/** How a budget is that only tells, at the default thresholds. */
const newBudget = {
  thresholds: defaultThresholds,
  basis: 'actual',
  action: 'notify',
} as const;

function changeSettings(
  { dataFolder, now }: ChangeTask,
  wanted: Extract<ServedChange, { what: 'settings' }>['settings'],
): void {
  const written = Object.entries(wanted).filter(([, value]) => value !== null);
  const [problem] = parseSettings(Object.fromEntries(written)).problems;
  if (problem !== undefined) throw new HumanError('usage', wrongValue(problem));
  const changed: string[] = [];
  updateConfig(join(dataFolder, 'config.json'), (content) => {
    const before = isObject(content.settings) ? content.settings : {};
    const settings = { ...before };
    changed.length = 0;
    for (const [key, value] of Object.entries(wanted)) {
      if (JSON.stringify(settings[key] ?? null) === JSON.stringify(value)) continue;
      changed.push(key);
      if (value === null) delete settings[key];
      else settings[key] = value;
    }
    if (changed.length === 0) return undefined;
    return withSettingsToAdopt({ ...content, settings }, wanted);
  });
  for (const key of changed) audit(dataFolder, { at: now, by: 'server', what: 'set', key, id: '' });
}
