import type { BudgetState } from '../../analysis/budgets/budget.ts';
import { project } from '../../analysis/spend/projection.ts';
import { type JudgedBudget, judgeBudgets, usualWindowDays } from '../../budgets/evaluateBudgets.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { dayMs } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import { firstSpend } from '../../query/firstSpend.ts';
import { readSpendRate, spanReader } from '../../query/spendRate.ts';

/** A budget with where it will be at the end of its period. Amounts in its unit. */
export interface BudgetOutlook {
  readonly budget: BudgetEntry['budget'];
  /** Which session, agent, run or project of several; '' where the scope is one. */
  readonly part: string;
  readonly state: BudgetState;
  /** Spent at the end of the period at the rate of the last seven days; undefined without an end. */
  readonly projected: number | undefined;
  /** Where it will lie in about 19 of 20 cases; known for budgets of everything in dollars. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
}

/** Budgets a panel shows at most, the worst first. */
const mostBudgets = 8;

/** Judges every budget and looks ahead to the end of its period. */
export function budgetOutlooks(context: ReportContext): BudgetOutlook[] {
  if (context.budgets.length === 0) return [];
  const { now } = context;
  const read = spanReader(context, {});
  const reach = usualWindowDays * dayMs;
  const first = firstSpend(context, {}, read, now - reach + 1);
  const { judged } = judgeBudgets(context, {
    window: { days: usualWindowDays, first },
    sumsOnly: true,
  });
  const shown = judged.slice(0, mostBudgets);
  const spendRate = shown.some(isWhole)
    ? readSpendRate(read, { now, length: dayMs, reach })
    : undefined;
  return shown.map((each) => {
    const { projected, rate, entry, part, state } = each;
    const { daysLeft, spent } = projected;
    const ahead = daysLeft === undefined || rate === undefined ? undefined : rate * daysLeft;
    const horizon =
      ahead !== undefined && spendRate !== undefined && isWhole(each)
        ? project(spendRate.points, { now, window: usualWindowDays, first, horizons: [daysLeft!] })
            .horizons[0]
        : undefined;
    const band = horizon?.band;
    return {
      budget: entry.budget,
      part,
      state,
      projected: ahead === undefined ? undefined : spent + ahead,
      band: band && { low: spent + band.low, high: spent + band.high },
    };
  });
}

function isWhole({ entry }: JudgedBudget): boolean {
  return entry.budget.scope.kind === 'global' && entry.budget.unit.kind === 'usd';
}
