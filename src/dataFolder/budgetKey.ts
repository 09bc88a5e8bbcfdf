import type { Budget } from '../analysis/budgets/budget.ts';
import { formatPeriod, formatScope, formatUnit } from '../analysis/budgets/budgetNotation.ts';
import { pathKey } from '../text/paths.ts';

/** What tells budgets apart: there is one of a scope, period and unit, however a path is spelled. */
export function budgetKey({
  scope,
  period,
  unit,
}: Pick<Budget, 'scope' | 'period' | 'unit'>): string {
  const same = scope.kind === 'project' ? { ...scope, path: pathKey(scope.path) } : scope;
  return `${formatScope(same)} ${formatPeriod(period)} ${formatUnit(unit)}`;
}
