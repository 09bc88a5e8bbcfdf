import type { BudgetState } from '../../analysis/budgets/budget.ts';
import { type Outlook, readOutlooks } from '../../budgets/outlook.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import type { ReportContext } from '../../query/context.ts';

/** A budget with where it will be at the end of its period, as plain data. */
export interface BudgetOutlook extends Omit<Outlook, 'judged' | 'evident'> {
  readonly entry: BudgetEntry;
  readonly budget: BudgetEntry['budget'];
  /** Which session, agent, run or project of several; '' where the scope is one. */
  readonly part: string;
  readonly state: BudgetState;
}

/** Budgets a dashboard shows at most, the worst first. */
const mostBudgets = 8;

/** Judges every budget and looks ahead to the end of its period. */
export function budgetOutlooks(context: ReportContext): BudgetOutlook[] {
  return allOutlooks(context, mostBudgets).outlooks;
}

/** The same of more of them, with those that cannot be judged. */
export function allOutlooks(
  context: ReportContext,
  most: number,
): {
  readonly outlooks: BudgetOutlook[];
  readonly others: ReturnType<typeof readOutlooks>['others'];
} {
  const { outlooks, others } = readOutlooks(context, { sumsOnly: true, most });
  return { outlooks: outlooks.map(plain), others };
}

function plain({ judged, evident: _, ...ahead }: Outlook): BudgetOutlook {
  const { entry, part, state } = judged;
  return { entry, budget: entry.budget, part, state, ...ahead };
}
