import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import { overallBudget } from '../budgets/overallBudget.ts';
import type { DashboardInputs } from './inputs.ts';

/** Nothing is filtered: budgets of everything are about what is shown. */
export function isEverything({ question }: Pick<DashboardInputs, 'question'>): boolean {
  return Object.values(question.filters).every((value) => value === '');
}

/** The budget in dollars that everything has for a day or a month; undefined where filters narrow it. */
export function budgetOf(facts: DashboardInputs, kind: 'day' | 'month'): BudgetOutlook | undefined {
  if (!isEverything(facts)) return undefined;
  return overallBudget(facts.figures.budgets, kind);
}

/** The same of the period looked at; undefined for one that budgets do not have. */
export function budgetOfPeriod(facts: DashboardInputs): BudgetOutlook | undefined {
  switch (facts.question.period) {
    case 'today':
      return budgetOf(facts, 'day');
    case 'month':
      return budgetOf(facts, 'month');
    default:
      return undefined;
  }
}
