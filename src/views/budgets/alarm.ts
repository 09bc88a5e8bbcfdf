import { l10n } from 'vscode';
import type { BudgetShare } from '../../budgets/budgetShares.ts';
import { capitalized } from '../text/capitalized.ts';
import { budgetAmount } from './budgetLabels.ts';
import {
  budgetName,
  dayText,
  isUsedUp,
  leftText,
  limitText,
  periodName,
  type WordContext,
} from './words.ts';

/** A budget that a person should know of: from the level warning on. */
export function isAlarming({ state }: Pick<BudgetShare, 'state'>): boolean {
  return state.level === 'warning' || state.level === 'critical' || state.level === 'stop';
}

/** A budget inside a sentence: "today’s budget", "the budget for November", "the budget of shop". */
function budgetPhrase({ entry }: BudgetShare, context: WordContext): string {
  const { scope, period } = entry.budget;
  if (scope.kind !== 'global') {
    const name = budgetName({ entry, part: '' }, context);
    return l10n.t('the budget of {0} ({1})', name, periodName(period, context));
  }
  switch (period.kind) {
    case 'day':
      return l10n.t('today’s budget');
    case 'week':
      return l10n.t('this week’s budget');
    case 'lifetime':
      return l10n.t('the budget for all time');
    default:
      return l10n.t('the budget for “{0}”', periodName(period, context));
  }
}

/** Which budget it is and why: "Over today’s budget by $1.42 since 2:47 PM". */
export function alarmText(budget: BudgetShare, context: WordContext): string {
  const { entry, state, overSince } = budget;
  const { format, now } = context;
  const { unit, limit } = entry.budget;
  const phrase = budgetPhrase(budget, context);
  if (isUsedUp(budget)) {
    const over = state.spent - limit;
    const since = overSince === undefined ? '' : momentText(overSince, now, context);
    if (over === 0) return l10n.t('{0} is used up', capitalized(phrase));
    const amount = budgetAmount(unit, over, format);
    return since === ''
      ? l10n.t('Over {0} by {1}', phrase, amount)
      : l10n.t('Over {0} by {1} since {2}', phrase, amount, since);
  }
  const left = leftText(budget, format);
  const whole = limitText(entry.budget, format);
  if (state.judged > state.spent) {
    const likely =
      unit.kind === 'usd' ? format.about(state.judged) : budgetAmount(unit, state.judged, format);
    return l10n.t('{0} of {1}: on track for {2}', capitalized(phrase), whole, likely);
  }
  const used = format.percent(state.share);
  return l10n.t('{0} is {1} used: {2} of {3}', capitalized(phrase), used, left, whole);
}

function momentText(at: number, now: number, context: WordContext): string {
  const day = dayText(at, context);
  return day === dayText(now, context) ? context.format.time(at) : day;
}
