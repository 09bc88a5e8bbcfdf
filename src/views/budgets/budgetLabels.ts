import { l10n } from 'vscode';
import type { BudgetUnit } from '../../analysis/budgets/budget.ts';
import type { Format } from '../text/format.ts';

/** An amount in a budget's unit: dollars whatever is shown elsewhere, tokens or agents. */
export function budgetAmount(unit: BudgetUnit, amount: number, format: Format): string {
  if (unit.kind === 'usd') return format.dollars(Math.round(amount));
  if (unit.kind === 'agents') return format.count(amount);
  return l10n.t('{0} tokens', format.tokens(Math.round(amount)));
}
