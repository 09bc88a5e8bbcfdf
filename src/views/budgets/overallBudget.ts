import { isOverall } from '../../analysis/budgets/budget.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';

/** The budget of everything in dollars for a day or a month; of several the one used most. */
export function overallBudget(
  budgets: readonly BudgetOutlook[],
  kind: 'day' | 'month',
): BudgetOutlook | undefined {
  return budgets.find(({ budget }) => isOverall(budget, kind));
}
