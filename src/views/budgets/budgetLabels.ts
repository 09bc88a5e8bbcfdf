import { l10n } from 'vscode';
import type { BudgetPeriod, BudgetScope, BudgetUnit } from '../../analysis/budgets/budget.ts';
import type { Format } from '../text/format.ts';
import { oneLine, projectName } from '../text/names.ts';

/** What a budget is called where a person reads it. */
export function budgetTitle(
  { scope, period }: { readonly scope: BudgetScope; readonly period: BudgetPeriod },
  part: string,
): string {
  const name = periodTitle(period);
  const where = part === '' ? scopeTitle(scope) : projectName(part);
  return where === '' ? name : l10n.t('{0}, {1}', name, where);
}

function periodTitle(period: BudgetPeriod): string {
  switch (period.kind) {
    case 'day':
      return l10n.t('Daily budget');
    case 'week':
      return l10n.t('Weekly budget');
    case 'month':
      return l10n.t('Monthly budget');
    case 'lifetime':
      return l10n.t('Lifetime budget');
    case 'run':
      return l10n.t('Budget of a run');
    case 'rolling':
      return period.unit === 'h'
        ? l10n.t('Budget of {0} h', period.count)
        : l10n.t('Budget of {0} d', period.count);
  }
}

function scopeTitle(scope: BudgetScope): string {
  switch (scope.kind) {
    case 'global':
      return '';
    case 'project':
      return scope.path === '*' ? l10n.t('each project') : projectName(scope.path);
    case 'session':
      return l10n.t('each session');
    case 'agent':
      return l10n.t('each agent');
    case 'team':
      return l10n.t('the team');
    default:
      return oneLine(scope.name);
  }
}

/** An amount in a budget's unit: dollars whatever is shown elsewhere, tokens or agents. */
export function budgetAmount(unit: BudgetUnit, amount: number, format: Format): string {
  if (unit.kind === 'usd') return format.dollars(Math.round(amount));
  if (unit.kind === 'agents') return format.count(amount);
  return l10n.t('{0} tokens', format.tokens(Math.round(amount)));
}
