import type { BudgetPeriod, BudgetUnit } from '../../analysis/budgets/budget.ts';
import { formatScope } from '../../analysis/budgets/budgetNotation.ts';
import { judgedName } from '../../budgets/budgetLabels.ts';
import {
  momentAhead,
  type SpokenBudget,
  spokenAmount,
  spokenState,
} from '../../budgets/budgetWords.ts';
import type { Outlook } from '../../budgets/outlook.ts';
import { dayOf } from '../../model/calendar.ts';
import { nanoPerUsd } from '../../model/money.ts';
import type { ReportContext } from '../../query/context.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import { monthText } from '../../text/when.ts';

/** How a budget stands and where it leads, in a sentence. */
export function outlookSentence(context: ReportContext, outlook: Outlook): string {
  return `${spokenState(spoken(outlook), context)} (${judgedName(context, outlook.judged)}).`;
}

/** What is said of a budget. */
export function spoken({ judged, evident, ...ahead }: Outlook): SpokenBudget {
  const { entry, state, sums } = judged;
  const { unit, limit } = entry.budget;
  return {
    unit,
    limit,
    spent: state.spent,
    ...(evident && { projected: ahead.projected, usedUpAt: ahead.usedUpAt }),
    atLeast: isLowerBound(sums),
  };
}

/** What budgets come to, in a sentence: over, used up early, or neither. */
export function budgetVerdict(outlooks: readonly Outlook[]): string {
  const all = outlooks.length;
  const over = outlooks.filter(isUsedUp).length;
  const early = outlooks.filter(isUsedUpEarly).length;
  const some = (number: number): string => {
    if (all === 1) return 'The budget';
    if (number === all) return all === 2 ? 'Both budgets' : `All ${all} budgets`;
    return number === 1 ? `One of ${all} budgets` : `${number} of ${all} budgets`;
  };
  if (over > 0) return `${some(over)} ${over === 1 ? 'is' : 'are'} used up.`;
  if (early > 0) return `${some(early)} will be used up early.`;
  return `${some(all)} ${all === 1 ? 'lasts' : 'last'}.`;
}

function isUsedUp({ judged }: Outlook): boolean {
  return judged.state.spent >= judged.entry.budget.limit;
}

/** It will be used up before its period ends, or is judged by where it leads. */
function isUsedUpEarly({ judged, usedUpAt, evident }: Outlook): boolean {
  return (usedUpAt !== undefined && evident) || judged.state.level === 'stop';
}

/** What stands before a budget that asks for attention. */
export function outlookMark(outlook: Outlook): '✗' | '!' | null {
  if (isUsedUp(outlook)) return '✗';
  return isUsedUpEarly(outlook) ? '!' : null;
}

/** A budget in a word or two: `Today`, `November`, `shop`, `shop today`. */
export function shortName(context: ReportContext, { judged }: Outlook): string {
  const { scope, period } = judged.entry.budget;
  const name =
    judged.part !== ''
      ? lastPart(judged.part)
      : scope.kind === 'project' && scope.path !== '*'
        ? lastPart(scope.path)
        : formatScope(scope);
  const when = periodWords(context, period);
  if (scope.kind === 'global') return when.charAt(0).toUpperCase() + when.slice(1);
  return period.kind === 'month' ? name : `${name}, ${when}`;
}

function periodWords(context: ReportContext, period: BudgetPeriod): string {
  switch (period.kind) {
    case 'day':
      return 'today';
    case 'week':
      return 'this week';
    case 'month':
      return monthText(dayOf(context.now, context.zone), context);
    case 'lifetime':
      return 'all time';
    case 'rolling':
      return `last ${period.count} ${period.unit}`;
    case 'run':
      return 'a run';
  }
}

/** A forecast is no matter of cents. */
function aboutAmount(unit: BudgetUnit, amount: number): string {
  const exact = unit.kind !== 'usd' || amount < 10 * nanoPerUsd;
  return spokenAmount(unit, exact ? amount : Math.round(amount / nanoPerUsd) * nanoPerUsd);
}

/** When a budget will be used up, for a list: `used up on Nov 30`; null where it will not. */
export function endText(
  { now, zone }: ReportContext,
  { usedUpAt, evident }: Outlook,
): string | null {
  return usedUpAt === undefined || !evident ? null : `used up ${momentAhead(usedUpAt, now, zone)}`;
}

/** What lies ahead of a budget in a few words; null where that is not known. */
export function outlookText({ now, zone }: ReportContext, outlook: Outlook): string | null {
  const { judged, projected, usedUpAt, evident } = outlook;
  const { unit, limit } = judged.entry.budget;
  const { spent } = judged.state;
  if (spent >= limit) {
    return spent > limit ? `over by ${spokenAmount(unit, spent - limit)}` : 'used up';
  }
  if (projected === undefined || !evident) return null;
  const likely = `likely ${aboutAmount(unit, projected)}`;
  if (usedUpAt === undefined) return projected > limit ? likely : `lasts, ${likely}`;
  return `used up ${momentAhead(usedUpAt, now, zone)}, ${likely}`;
}
