import type { BudgetState } from '../../analysis/budgets/budget.ts';
import { readOutlooks } from '../../budgets/outlook.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import type { ReportContext } from '../../query/context.ts';

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
  const asked = { sumsOnly: true, most: mostBudgets, wholeBandsOnly: true };
  return readOutlooks(context, asked).outlooks.map(({ judged, projected, band }) => {
    const { entry, part, state } = judged;
    return { budget: entry.budget, part, state, projected, band };
  });
}
