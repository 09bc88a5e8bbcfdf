import { join } from 'node:path';
import {
  ConfigurationTarget,
  l10n,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { type BudgetScope, dollarBudget } from '../../analysis/budgets/budget.ts';
import { budgetChoices, daysAbove } from '../../analysis/budgets/suggestions.ts';
import { type DailySpend, dailySpend } from '../../analysis/spend/spendPoints.ts';
import { SumSpends } from '../../budgets/sumSpends.ts';
import {
  type BudgetEntry,
  budgetKey,
  removeBudget,
  storeBudget,
  terminalEntry,
} from '../../dataFolder/budgetFile.ts';
import { parseDollars } from '../../model/amount.ts';
import { addDays, dayOf, firstMoment, type Zone } from '../../model/calendar.ts';
import { usdToNano } from '../../model/money.ts';
import { knownProjects } from '../../query/projects.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { windowFolders } from '../core/windowScope.ts';
import { type Format, formatOf } from '../text/format.ts';
import { projectName } from '../text/names.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { fitsSettings } from './writeBudget.ts';

/** So many days, today included, are looked back on. */
const lookBackDays = 30;

interface Choice extends QuickPickItem {
  /** Dollars, 0 for none, or 'other' for an amount that is typed. */
  readonly dollars?: number | 'other';
}

/** Asks for the daily budget, with what was spent as a measure, and writes it to the settings. */
export async function setDailyBudget(model: SpendModel): Promise<void> {
  const { settings, demo } = model.spend;
  const now = Date.now();
  const days = model.reader === undefined ? [] : spendOfDays(model.reader, settings.zone, now);
  const current = demo ? undefined : settings.dailyBudgetUsd;
  const title = l10n.t('Daily budget for Claude Code, over all projects');
  const picked = await window.showQuickPick(choices(days, current, formatOf(settings), now), {
    title,
    placeHolder: measure(dailySpend(days), formatOf(settings)),
  });
  if (picked?.dollars === undefined) return;
  const dollars = picked.dollars === 'other' ? await askAmount(title, current) : picked.dollars;
  if (dollars === undefined) return;
  if (demo) {
    setDemoBudget(model, dollars, now);
    return;
  }
  const config = workspace.getConfiguration('outlay');
  await config.update('budget.dailyUsd', dollars || undefined, ConfigurationTarget.Global);
}

/** A daily budget of the demo goes with the demo. */
function setDemoBudget(model: SpendModel, dollars: number, now: number): void {
  const file = join(model.keptFolder, 'config.json');
  const budget = dollarBudget({ kind: 'global' }, { kind: 'day' }, usdToNano(dollars));
  if (dollars > 0) storeBudget(file, terminalEntry(budget, now));
  else removeBudget(file, budgetKey(budget));
  model.refresh();
}

/** A budget that is asked for: what it covers and when it begins again. */
interface Target extends QuickPickItem {
  readonly scope: BudgetScope;
  readonly period: 'day' | 'week' | 'month';
}

/** Asks what a new budget is to cover, and how much it allows, with what was spent as a measure. */
export async function askNewBudget(model: SpendModel): Promise<BudgetEntry | undefined> {
  const { settings } = model.spend;
  const target = await window.showQuickPick(targets(model), {
    title: l10n.t('Add a budget for Claude Code'),
    placeHolder: l10n.t('What it is for'),
    matchOnDescription: true,
  });
  if (target === undefined) return undefined;
  const now = Date.now();
  const format = formatOf(settings);
  const title = plainUiText([target.label, target.description].filter(Boolean).join(' · '));
  const { reader } = model;
  const days =
    reader === undefined ? [] : spendOfDays(reader, settings.zone, now, scopeOf(reader, target));
  const spend = dailySpend(days);
  const items = amountsFor(target.period, spend).map(
    (dollars): Choice => ({ label: format.limit(usdToNano(dollars)), dollars }),
  );
  const other: Choice = { label: `$(edit) ${l10n.t('Other amount…')}`, dollars: 'other' };
  const picked = await window.showQuickPick([...items, other], {
    title,
    placeHolder: measure(spend, format),
  });
  if (picked?.dollars === undefined) return undefined;
  const dollars = picked.dollars === 'other' ? await askAmount(title, undefined) : picked.dollars;
  if (!dollars) return undefined;
  const budget = dollarBudget(target.scope, { kind: target.period }, usdToNano(dollars));
  const entry = terminalEntry(budget, undefined);
  // The demo's budgets stay out of the user's settings.
  return fitsSettings(budget) && !model.spend.demo ? { ...entry, origin: 'settings' } : entry;
}

/** Everything, then the projects of this window, then all others. */
function targets(model: SpendModel): Target[] {
  const names = { day: l10n.t('A day'), week: l10n.t('A week'), month: l10n.t('A month') };
  const known = model.reader === undefined ? [] : knownProjects(model.reader);
  const paths = [...new Set([...windowFolders(), ...known])].slice(0, mostTargets);
  const of = (scope: BudgetScope, description: string): Target[] =>
    (['day', 'week', 'month'] as const).map((period) => ({
      label: names[period],
      description,
      scope,
      period,
    }));
  return [
    ...of({ kind: 'global' }, l10n.t('everything')),
    ...paths.flatMap((path) => of({ kind: 'project', path }, plainUiText(projectName(path)))),
  ];
}

function scopeOf(reader: StoreReader, { scope }: Target): string[] | undefined {
  return scope.kind === 'project' ? new SumSpends(reader).directoriesOf(scope.path) : undefined;
}

/** What is offered for a day, or for as many days as its period has. */
function amountsFor(period: Target['period'], { average }: DailySpend): number[] {
  if (period === 'day') return budgetChoices(average).all;
  const factor = period === 'week' ? 5 : 21;
  const { twice, all } = budgetChoices((average * factor) / 2);
  const usual = (period === 'week' ? [25, 50, 100, 250] : [50, 100, 200, 500, 1000]) as number[];
  const offered = twice === undefined || all.length === 0 ? usual : [...usual, twice];
  return [...new Set(offered)].sort((a, b) => a - b);
}

/** Projects that are offered. */
const mostTargets = 50;

/** Nano-dollars of each of the last days, today last; `scope`: the directories that count. */
function spendOfDays(
  reader: StoreReader,
  zone: Zone,
  now: number,
  scope?: readonly string[],
): number[] {
  const today = dayOf(now, zone);
  return Array.from({ length: lookBackDays }, (_, index) => {
    const day = addDays(today, index + 1 - lookBackDays);
    const span = { from: firstMoment(day, zone), to: firstMoment(addDays(day, 1), zone) };
    return reader.spend(span, scope).nano + reader.background(span, scope);
  });
}

function measure({ active, average }: DailySpend, format: Format): string {
  if (active === 0) return l10n.t('Nothing was spent in the last {0} days', lookBackDays);
  const money = format.dollars(average);
  return active === 1
    ? l10n.t('Spend on 1 of the last {0} days: {1}', lookBackDays, money)
    : l10n.t('Spend on {0} of the last {1} days, {2} on average', active, lookBackDays, money);
}

function choices(
  days: readonly number[],
  current: number | undefined,
  format: Format,
  now: number,
): Choice[] {
  const { twice, all } = budgetChoices(dailySpend(days).average);
  const amounts = current === undefined || all.includes(current) ? all : [...all, current];
  const items = amounts
    .toSorted((a, b) => a - b)
    .map((dollars): Choice => {
      const nano = usdToNano(dollars);
      const notes: string[] = [];
      const converted = format.money(nano, now);
      if (converted !== format.dollars(nano)) notes.push(converted);
      if (dollars === current) notes.push(l10n.t('your budget now'));
      if (dollars === twice) notes.push(l10n.t('about twice your average day'));
      if (days.some((spent) => spent > 0)) notes.push(aboveText(daysAbove(days, nano)));
      const mark = dollars === current ? '$(check) ' : '';
      return {
        label: mark + format.dollars(nano),
        description: notes.join(' · '),
        dollars,
      };
    });
  const others: Choice[] = [{ label: `$(edit) ${l10n.t('Other amount…')}`, dollars: 'other' }];
  if (current !== undefined) {
    others.push({ label: `$(circle-slash) ${l10n.t('No daily budget')}`, dollars: 0 });
  }
  return [...items, { label: '', kind: QuickPickItemKind.Separator }, ...others];
}

function aboveText(count: number): string {
  if (count === 0) return l10n.t('never exceeded in the last {0} days', lookBackDays);
  return count === 1
    ? l10n.t('exceeded on 1 of the last {0} days', lookBackDays)
    : l10n.t('exceeded on {0} of the last {1} days', count, lookBackDays);
}

async function askAmount(title: string, current: number | undefined): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title,
    prompt: l10n.t('US dollars. 0: no budget.'),
    value: current === undefined ? '' : String(current),
    validateInput: (value) =>
      parseDollars(value) === undefined
        ? l10n.t('Enter dollars and cents, such as 50 or 12.50, up to a million.')
        : undefined,
  });
  return answer === undefined ? undefined : parseDollars(answer);
}
