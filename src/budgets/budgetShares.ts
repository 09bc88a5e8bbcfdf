import { basename } from 'node:path';
import type { Budget } from '../analysis/budgets/budget.ts';
import { type Level, levels } from '../model/level.ts';
import { type BudgetContext, type JudgedBudget, judgeSums } from './evaluateBudgets.ts';
import type { SumSpends } from './sumSpends.ts';

/** How far a budget is used. Budgets are in US dollars, whatever figures are shown in. */
export interface BudgetShare {
  /** In the budget's unit: nano-dollars unless it counts tokens. */
  readonly limit: number;
  /** Spent ÷ limit; 1 is all of it. */
  readonly share: number;
  readonly level: Level;
}

/** How far a project's own budgets are used. */
export interface ProjectShare {
  readonly name: string;
  readonly daily: BudgetShare | undefined;
  readonly monthly: BudgetShare | undefined;
}

/** How far another budget is used. */
export interface OtherShare extends BudgetShare {
  readonly budget: Budget;
  /** It covers what is done in this window. */
  readonly here: boolean;
}

/**
 * How far budgets are used that are one sum, wherever they were set. Of several of one kind (a setting
 * and `outlay budget set`) the one used most is told.
 */
export interface BudgetShares {
  readonly dailyBudget: BudgetShare | undefined;
  readonly monthlyBudget: BudgetShare | undefined;
  /** Projects with budgets of their own for a day or a month. */
  readonly projectBudgets: readonly ProjectShare[];
  /** All others: of weeks, rolling ones, `COST_BUDGET_USD`, of tokens. The worst first. */
  readonly otherBudgets: readonly OtherShare[];
}

type Kind = 'day' | 'month' | undefined;

/** Dollars of a calendar day or month have places of their own in figures and texts. */
function kindOf({ period, unit }: Budget): Kind {
  if (unit.kind !== 'usd') return undefined;
  return period.kind === 'day' || period.kind === 'month' ? period.kind : undefined;
}

/** Reads how far budgets are used. `windowScope`: the directories of this window's projects. */
export function budgetShares(
  context: BudgetContext,
  spends: SumSpends,
  windowScope: readonly string[] | undefined,
): BudgetShares {
  const judged = judgeSums(context, spends);
  const worst = (scope: Budget['scope'], kind: Kind): BudgetShare | undefined => {
    const path = scope.kind === 'project' ? scope.path : undefined;
    const found = judged.find(({ entry: { budget } }) => {
      const own = budget.scope.kind === 'project' ? budget.scope.path : undefined;
      return own === path && kindOf(budget) === kind;
    });
    return found && shareOf(found);
  };
  const global = { kind: 'global' } as const;
  const paths = new Set(
    context.budgets.flatMap(({ budget }) =>
      budget.scope.kind === 'project' && budget.scope.path !== '*' && kindOf(budget) !== undefined
        ? [budget.scope.path]
        : [],
    ),
  );
  return {
    dailyBudget: worst(global, 'day'),
    monthlyBudget: worst(global, 'month'),
    projectBudgets: [...paths].map((path) => ({
      name: basename(path) || path,
      daily: worst({ kind: 'project', path }, 'day'),
      monthly: worst({ kind: 'project', path }, 'month'),
    })),
    otherBudgets: judged
      .filter(({ entry }) => kindOf(entry.budget) === undefined)
      .map((each) => ({
        ...shareOf(each),
        budget: each.entry.budget,
        here: isHere(each.entry.budget, spends, windowScope),
      })),
  };
}

/** The worst of the budget of the day and of all others that cover this window: what a status bar has room for. */
export function worstHere({
  dailyBudget,
  otherBudgets,
}: Pick<BudgetShares, 'dailyBudget' | 'otherBudgets'>): BudgetShare | OtherShare | undefined {
  const here: (BudgetShare | OtherShare)[] = otherBudgets.filter((each) => each.here);
  if (dailyBudget !== undefined) here.unshift(dailyBudget);
  return here.toSorted(
    (a, b) => levels.indexOf(b.level) - levels.indexOf(a.level) || b.share - a.share,
  )[0];
}

function isHere(
  { scope }: Budget,
  spends: SumSpends,
  windowScope: readonly string[] = [],
): boolean {
  if (scope.kind !== 'project') return true;
  const own = new Set(spends.directoriesOf(scope.path));
  return windowScope.some((directory) => own.has(directory));
}

function shareOf({ entry, state }: JudgedBudget): BudgetShare {
  return { limit: entry.budget.limit, share: state.share, level: state.level };
}
