import { l10n } from 'vscode';
import type { BudgetPeriod, BudgetScope, BudgetState } from '../../analysis/budgets/budget.ts';
import { type BudgetEntry, budgetKey, placeOf } from '../../dataFolder/budgetFile.ts';
import { dayMs, dayOf, daySpan, type Zone } from '../../model/calendar.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { Format } from '../text/format.ts';
import { oneLine, projectName } from '../text/names.ts';
import { budgetAmount } from './budgetLabels.ts';

/** What words about time need. */
export interface WordContext {
  readonly format: Format;
  /** UTC milliseconds. */
  readonly now: number;
  readonly zone: Zone;
}

/** A budget with its part, as far as its name goes. */
type Named = Pick<BudgetOutlook, 'entry' | 'part'>;
type Judged = { readonly entry: BudgetEntry; readonly state: BudgetState };

/** Tells a budget from all others, wherever they were set; stays the same while it does. */
export function budgetId({ budget, origin, file = '' }: BudgetEntry): string {
  return [origin, budgetKey(budget), file].join('|');
}

/** When a budget counts, as a heading: "Today", "November", "Last 5 hours". */
export function periodName(period: BudgetPeriod, { format, now }: WordContext): string {
  switch (period.kind) {
    case 'day':
      return l10n.t('Today');
    case 'week':
      return l10n.t('This week');
    case 'month':
      return format.monthName(now);
    case 'lifetime':
      return l10n.t('All time');
    case 'run':
      return l10n.t('Each run');
    case 'rolling':
      return period.unit === 'h'
        ? l10n.t('Last {0} hours', period.count)
        : l10n.t('Last {0} days', period.count);
  }
}

/** The same inside a sentence. */
function periodPhrase(period: BudgetPeriod, context: WordContext): string {
  switch (period.kind) {
    case 'day':
      return l10n.t('today');
    case 'week':
      return l10n.t('this week');
    case 'month':
      return periodName(period, context);
    case 'lifetime':
      return l10n.t('all time');
    case 'run':
      return l10n.t('each run');
    case 'rolling':
      return period.unit === 'h'
        ? l10n.t('last {0} hours', period.count)
        : l10n.t('last {0} days', period.count);
  }
}

/** What a budget is about; '' for everything. */
function placeName(scope: BudgetScope, part: string): string {
  if (part !== '') return scope.kind === 'project' ? projectName(part) : oneLine(part, 60);
  switch (scope.kind) {
    case 'global':
      return '';
    case 'project':
      return scope.path === '*' ? l10n.t('Each project') : projectName(scope.path);
    case 'session':
      return l10n.t('Each session');
    case 'agent':
      return l10n.t('Each agent');
    case 'team':
      return l10n.t('The team');
    case 'member':
      return l10n.t('All your machines');
    case 'company':
      return l10n.t('Your company');
    default:
      return oneLine(scope.name, 60);
  }
}

/** A budget's name as people say it. */
export function budgetName({ entry, part }: Named, context: WordContext): string {
  const { scope, period } = entry.budget;
  return placeName(scope, part) || periodName(period, context);
}

/** Names of several: where two would be the same, the period is said, then the unit and who set it. */
export function budgetNames(list: readonly Named[], context: WordContext): string[] {
  const more: ((each: Named) => string)[] = [
    ({ entry }) =>
      entry.budget.scope.kind === 'global' ? '' : periodPhrase(entry.budget.period, context),
    ({ entry }) => (entry.budget.unit.kind === 'tokens' ? l10n.t('tokens') : ''),
    ({ entry }) => originWord(entry),
  ];
  let names = list.map((each) => budgetName(each, context));
  for (const add of more) {
    const counts = Map.groupBy(names, (name) => name);
    names = names.map((name, index) => {
      const word = counts.get(name)!.length > 1 ? add(list[index]!) : '';
      return word === '' ? name : l10n.t('{0}, {1}', name, word);
    });
  }
  return names;
}

/** What a budget covers, below its name: "everything", "project, November". */
export function coverText({ entry, part }: Named, context: WordContext): string {
  const { scope, period, unit } = entry.budget;
  const units = unit.kind === 'tokens' ? [l10n.t('tokens')] : [];
  if (scope.kind === 'global') return [l10n.t('everything'), ...units].join(', ');
  const kinds: Readonly<Record<Exclude<BudgetScope['kind'], 'global'>, string>> = {
    project: l10n.t('project'),
    group: l10n.t('group'),
    branch: l10n.t('branch'),
    tag: l10n.t('tag'),
    session: part === '' ? l10n.t('by itself') : l10n.t('session'),
    agent: part === '' ? l10n.t('by itself') : l10n.t('agent'),
    team: l10n.t('together'),
    teamGroup: l10n.t('together'),
    member: l10n.t('together'),
    company: l10n.t('its gateway'),
    companyGroup: l10n.t('together'),
  };
  return [kinds[scope.kind], periodPhrase(period, context), ...units].join(', ');
}

/** An amount in a budget's unit as it is written for a limit: "$10", "1.0M tokens". */
export function limitText({ unit, limit }: BudgetEntry['budget'], format: Format): string {
  return unit.kind === 'usd' ? format.limit(limit) : budgetAmount(unit, limit, format);
}

/** Whether as much is spent as may be, or more. */
export function isUsedUp({ entry, state }: Judged): boolean {
  return state.spent >= entry.budget.limit;
}

/** "$3.88 left", "used up", "$1.42 over". */
export function leftText({ entry, state }: Judged, format: Format): string {
  const { unit, limit } = entry.budget;
  const over = state.spent - limit;
  if (over < 0) return l10n.t('{0} left', budgetAmount(unit, state.remaining, format));
  return over === 0 ? l10n.t('used up') : l10n.t('{0} over', budgetAmount(unit, over, format));
}

/** "$7.80 of $10", and above the limit "$1.42 over $10". */
export function ofLimitText({ entry, state }: Judged, format: Format): string {
  const { unit, limit } = entry.budget;
  const over = state.spent - limit;
  const amount = budgetAmount(unit, over > 0 ? over : state.spent, format);
  return over > 0
    ? l10n.t('{0} over {1}', amount, limitText(entry.budget, format))
    : l10n.t('{0} of {1}', amount, limitText(entry.budget, format));
}

/** "$3.88 left of $10", and above the limit "$1.42 over $10": beside a figure that says what is spent. */
export function leftOfText(judged: Judged, format: Format): string {
  if (isUsedUp(judged)) return ofLimitText(judged, format);
  const limit = limitText(judged.entry.budget, format);
  return l10n.t('{0} of {1}', leftText(judged, format), limit);
}

/** "likely $56 ($52–60)"; '' where nothing is known of the end of its period. */
export function likelyText(
  { budget, projected, band }: Pick<BudgetOutlook, 'budget' | 'projected' | 'band'>,
  format: Format,
): string {
  if (projected === undefined) return '';
  const isMoney = budget.unit.kind === 'usd';
  const about = (amount: number): string =>
    isMoney ? format.about(amount) : budgetAmount(budget.unit, amount, format);
  if (band === undefined) return l10n.t('likely {0}', about(projected));
  const range = isMoney
    ? format.aboutRange(band.low, band.high)
    : `${about(band.low)}–${about(band.high)}`;
  return l10n.t('likely {0} ({1})', about(projected), range);
}

/** Farther ahead than this nothing is foretold. */
const farthest = 300 * dayMs;

/** A day of this year, another one's with its year; today's moments as a time. */
export function dayText(at: number, { format }: WordContext): string {
  return format.shortDay(at);
}

export function isToday(at: number, { now, zone }: WordContext): boolean {
  return dayOf(at, zone) === dayOf(now, zone);
}

/** What becomes of a budget: "used up on Nov 30", "stays inside", "used up since 2:47 PM"; '' for unknown. */
export function outcomeText(
  outlook: Pick<BudgetOutlook, 'entry' | 'state' | 'overSince' | 'usedUpAt' | 'projected'>,
  context: WordContext,
): string {
  const { overSince, usedUpAt, projected } = outlook;
  if (overSince !== undefined) return sinceText(overSince, context);
  if (isUsedUp(outlook)) return l10n.t('used up');
  if (isForetold(outlook, context)) {
    return isToday(usedUpAt!, context)
      ? l10n.t('used up at {0}', context.format.time(usedUpAt!))
      : l10n.t('used up on {0}', dayText(usedUpAt!, context));
  }
  return projected === undefined ? '' : l10n.t('stays inside');
}

/** Since when a budget is used up: "used up since 2:47 PM". */
export function sinceText(at: number, context: WordContext): string {
  return isToday(at, context)
    ? l10n.t('used up since {0}', context.format.time(at))
    : l10n.t('used up since {0}', dayText(at, context));
}

/** It is likely to be used up before its period ends, and not in the far future. */
export function isForetold(
  { usedUpAt }: Pick<BudgetOutlook, 'usedUpAt'>,
  { now }: WordContext,
): boolean {
  return usedUpAt !== undefined && usedUpAt - now < farthest;
}

/** Until when something holds: "midnight", "3:00 PM", "Dec 1, 9:00 AM". */
export function untilText(at: number, { format, now, zone }: WordContext): string {
  if (at === daySpan(now, zone).to) return l10n.t('midnight');
  return isToday(at, { format, now, zone }) ? format.time(at) : format.dateTime(at);
}

/** What is excepted from a budget: "raised from $10 until midnight", "paused until 3:00 PM". */
export function exceptionTexts({ budget, override }: BudgetEntry, context: WordContext): string[] {
  const { raised, pausedUntil } = override ?? {};
  const words: string[] = [];
  if (raised !== undefined) {
    const from = limitText({ ...budget, limit: raised.from }, context.format);
    words.push(l10n.t('raised from {0} until {1}', from, untilText(raised.until, context)));
  }
  if (pausedUntil !== undefined) {
    words.push(l10n.t('paused until {0}', untilText(pausedUntil, context)));
  }
  return words;
}

/** How much time a budget has left: "6 h 10 min left", "11 d left"; '' where it never begins again. */
export function timeLeftText(
  { endsAt }: Pick<BudgetOutlook, 'endsAt'>,
  context: WordContext,
): string {
  if (endsAt === undefined) return '';
  return l10n.t('{0} to go', context.format.duration(endsAt - context.now));
}

function originWord(entry: BudgetEntry): string {
  switch (placeOf(entry)) {
    case 'settings':
      return l10n.t('settings');
    case 'terminal':
      return l10n.t('terminal');
    case 'environment':
      return l10n.t('environment');
    case 'file':
      return l10n.t('project file');
    case 'team':
      return l10n.t('team');
    case 'company':
      return l10n.t('company');
  }
}

/** Where a budget comes from, in a sentence. */
export function originText(entry: BudgetEntry, format: Format): string {
  const { file = '', setAt } = entry;
  switch (placeOf(entry)) {
    case 'settings':
      return l10n.t('Set in the settings.');
    case 'terminal':
      return setAt === undefined
        ? l10n.t('Set with “outlay budget set” or here.')
        : l10n.t('Set with “outlay budget set” or here, on {0}.', format.day(setAt));
    case 'environment':
      return l10n.t('Set by COST_BUDGET_USD in the environment.');
    case 'file':
      return l10n.t('Set by the project, in {0}; it can only make limits tighter.', oneLine(file));
    case 'team':
      return l10n.t(
        'Set by the team. What it spent was asked on {0}; this machine’s part is up to date.',
        format.dateTime(entry.pool!.askedAt),
      );
    case 'company':
      return l10n.t(
        'Set by the company; its gateway counts and stops. {0} said so on {1}.',
        oneLine(entry.pool!.saidBy ?? ''),
        format.dateTime(entry.pool!.askedAt),
      );
  }
}
