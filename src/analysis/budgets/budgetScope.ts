import type { Budget, BudgetScope } from './budget.ts';
import { formatPeriod, formatUnit } from './budgetNotation.ts';

/** What is being paid for, as far as budgets tell it apart. */
export interface BudgetTarget {
  readonly project?: string | undefined;
  /** Groups the project belongs to. */
  readonly groups?: readonly string[] | undefined;
  readonly branch?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Whether a session, and in it an agent, is meant. */
  readonly session?: boolean | undefined;
  readonly agent?: boolean | undefined;
}

function covers(scope: BudgetScope, target: BudgetTarget): boolean {
  switch (scope.kind) {
    case 'global':
      return true;
    case 'project':
      return target.project !== undefined && (scope.path === '*' || scope.path === target.project);
    case 'group':
      return target.groups?.includes(scope.name) === true;
    case 'branch':
      return target.branch === scope.name;
    case 'tag':
      return target.tags?.includes(scope.name) === true;
    // Whoever works here has a part in what is pooled.
    case 'team':
    case 'teamGroup':
    case 'member':
    case 'company':
    case 'companyGroup':
      return true;
    default:
      return target[scope.kind] === true;
  }
}

/**
 * How special an override of the project's budget is. Undefined for what is a sum of its own and
 * overrides nothing: were a session's budget to replace the project's, many small sessions would
 * never reach a limit.
 */
function rank(scope: BudgetScope): number | undefined {
  if (scope.kind === 'project') return scope.path === '*' ? 0 : 1;
  return scope.kind === 'branch' || scope.kind === 'tag' ? 2 : undefined;
}

/**
 * The budgets to check, in the order given. Of those for the project, its branch and its tags only
 * the most specific one of a period and unit holds; all others hold side by side.
 */
export function applicableBudgets(budgets: readonly Budget[], target: BudgetTarget): Budget[] {
  const covering = budgets.filter(({ scope }) => covers(scope, target));
  const highest = new Map<string, number>();
  for (const budget of covering) {
    const own = rank(budget.scope);
    const key = keyOf(budget);
    if (own !== undefined) highest.set(key, Math.max(own, highest.get(key) ?? 0));
  }
  return covering.filter((budget) => {
    const own = rank(budget.scope);
    return own === undefined || own === highest.get(keyOf(budget));
  });
}

function keyOf({ period, unit }: Budget): string {
  return `${formatPeriod(period)} ${formatUnit(unit)}`;
}
