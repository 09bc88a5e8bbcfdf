import { dollarBudget } from '../analysis/budgets/budget.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { readCompanyLimits } from '../dataFolder/company/limits.ts';

/**
 * Limits the company's gateway sets, as budgets that are only read: it enforces them itself, so Outlay tells and
 * refuses nothing. What is spent of them is what the gateway said, at its prices, and nothing is added to it.
 */
export function companyBudgets(folder: string, now: number): BudgetEntry[] {
  return readCompanyLimits(folder, now).map(
    ({ period, group, limit, spent, from, to, askedAt, saidBy }): BudgetEntry => ({
      budget: dollarBudget(
        group === '' ? { kind: 'company' } : { kind: 'companyGroup', name: group },
        { kind: period },
        limit,
      ),
      origin: 'company',
      setAt: undefined,
      pool: {
        ...{ scope: 'company', name: group, period, from, to, spent, own: 0, askedAt, saidBy },
        budget: undefined,
      },
    }),
  );
}
