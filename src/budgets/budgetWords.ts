import type { BudgetUnit } from '../analysis/budgets/budget.ts';
import { localTime, type Zone } from '../model/calendar.ts';
import { formatUsd } from '../model/money.ts';
import { formatTokens } from '../model/tokens.ts';

/** An amount as people say it: `$41`, `$6.12`, `1.2M tokens`. */
export function spokenAmount(unit: BudgetUnit, amount: number): string {
  const whole = Math.round(amount);
  if (unit.kind === 'usd') return formatUsd(whole).replace(/\.00$/, '');
  if (unit.kind === 'agents') return `${whole} ${whole === 1 ? 'agent' : 'agents'}`;
  return `${formatTokens(whole)} tokens`;
}

/** What a sentence about a budget is made of; amounts in its unit. */
export interface SpokenBudget {
  readonly unit: BudgetUnit;
  readonly limit: number;
  readonly spent: number;
  /** At the end of its period; undefined where that is not known. */
  readonly projected?: number | undefined;
  /** When it is used up, before its period ends (UTC milliseconds). */
  readonly usedUpAt?: number | undefined;
  /** `spent` is not all. */
  readonly atLeast?: boolean;
}

/** How far a budget is used: `$41 of $50`. */
export function usedOf({ unit, limit, spent, atLeast = false }: SpokenBudget): string {
  const used = `${atLeast ? '≥ ' : ''}${spokenAmount(unit, spent)}`;
  // Of two amounts in tokens the first says only how many.
  const first = unit.kind === 'tokens' ? used.replace(/ tokens$/, '') : used;
  return `${first} of ${spokenAmount(unit, limit)}`;
}

/**
 * How a budget stands, in words people say: `$41 of $50 · on track for $63 · over by $13, used up on Nov
 * 27`. What is over already says so, and nothing of a forecast.
 */
export function spokenState(
  budget: SpokenBudget,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): string {
  const { unit, limit, spent, projected, usedUpAt } = budget;
  const words = [usedOf(budget)];
  if (spent >= limit) {
    words.push(spent > limit ? `over by ${spokenAmount(unit, spent - limit)}` : 'used up');
    return words.join(' · ');
  }
  if (projected !== undefined && projected > spent) {
    words.push(`on track for ${spokenAmount(unit, projected)}`);
    if (projected > limit) words.push(`over by ${spokenAmount(unit, projected - limit)}`);
  }
  if (usedUpAt !== undefined) words.push(`used up ${momentAhead(usedUpAt, now, zone)}`);
  return words.join(' · ');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment ahead: `at 15:40` of the same day, else `on Nov 27`. */
export function momentAhead(at: number, now: number, zone: Zone): string {
  const [then, today] = [localTime(at, zone), localTime(now, zone)];
  if (then.slice(0, 10) === today.slice(0, 10)) return `at ${then.slice(11, 16)}`;
  return `on ${months[Number(then.slice(5, 7)) - 1]} ${Number(then.slice(8, 10))}`;
}
