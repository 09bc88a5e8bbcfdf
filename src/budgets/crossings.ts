import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { budgetKey } from '../dataFolder/budgetKey.ts';
import { budgetSpan, spentIn } from './budgetSpend.ts';
import type { BudgetContext, JudgedBudget } from './evaluateBudgets.ts';
import { isOneSum, type SumSpends } from './sumSpends.ts';

const minuteMs = 60_000;

/**
 * Since when budgets are used up: the minute in which their limit was reached. Found by bisection, and
 * kept: what is told again after each commit takes two sums more to check.
 */
export class Crossings {
  readonly #known = new Map<string, number>();

  /** UTC milliseconds; undefined for a budget that is not used up, or has no period that began. */
  since(
    context: Pick<BudgetContext, 'now' | 'zone' | 'weekStart'>,
    { entry, state }: Pick<JudgedBudget, 'entry' | 'state'>,
    spends: SumSpends,
  ): number | undefined {
    const { budget } = entry;
    const { kind } = budget.period;
    const calendar = kind === 'day' || kind === 'week' || kind === 'month';
    if (state.spent < budget.limit || !calendar || !isOneSum(budget)) return undefined;
    const { from } = budgetSpan(budget.period, context)!;
    const key = keyOf(entry, from);
    const spentBy = (at: number): number =>
      spentIn(budget.unit, spends.read(budget, { from, to: at })[0]!);
    const isOver = (at: number): boolean => spentBy(at) >= budget.limit;
    const known = this.#known.get(key);
    if (known !== undefined && isOver(known + minuteMs) && !isOver(known)) return known;
    // The limit is reached after `low` minutes and not later than after `high`.
    let low = 0;
    let high = Math.ceil((context.now + 1 - from) / minuteMs);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isOver(from + middle * minuteMs)) high = middle;
      else low = middle;
    }
    const since = from + low * minuteMs;
    if (this.#known.size > 100) this.#known.clear();
    this.#known.set(key, since);
    return since;
  }
}

function keyOf({ budget, origin }: BudgetEntry, from: number): string {
  return `${budgetKey(budget)} ${origin} ${budget.limit} ${from}`;
}
