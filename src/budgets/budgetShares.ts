import type { Budget, BudgetState } from '../analysis/budgets/budget.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { Crossings } from './crossings.ts';
import { type BudgetContext, judgeSums } from './evaluateBudgets.ts';
import type { SumSpends } from './sumSpends.ts';

/**
 * How far a budget is used that is one sum, wherever it was set. Budgets are in US dollars, whatever
 * figures are shown in.
 */
export interface BudgetShare {
  readonly entry: BudgetEntry;
  readonly state: BudgetState;
  /** It covers what is done in this window. */
  readonly here: boolean;
  /** The minute its limit was reached in, UTC milliseconds; undefined where it is not. */
  readonly overSince: number | undefined;
}

export interface BudgetShares {
  /** The worst first. */
  readonly budgets: readonly BudgetShare[];
}

/** Reads how far budgets are used. `windowScope`: the directories of this window's projects. */
export function budgetShares(
  context: BudgetContext,
  spends: SumSpends,
  windowScope: readonly string[] | undefined,
  crossings = new Crossings(),
): BudgetShares {
  return {
    budgets: judgeSums(context, spends).map((judged) => ({
      entry: judged.entry,
      state: judged.state,
      here: isHere(judged.entry.budget, spends, windowScope),
      overSince: crossings.since(context, judged, spends),
    })),
  };
}

/** The budget of everything in dollars for a day, week or month: of several the one used most. */
export function wholeBudget(
  { budgets }: BudgetShares,
  kind: Budget['period']['kind'],
): BudgetShare | undefined {
  return budgets.find(
    ({ entry: { budget } }) =>
      budget.scope.kind === 'global' && budget.unit.kind === 'usd' && budget.period.kind === kind,
  );
}

/**
 * The worst budget that covers this window: what a status bar has room for. One that is paused alerts
 * nobody.
 */
export function worstHere({ budgets }: BudgetShares): BudgetShare | undefined {
  return budgets.find(({ here, entry }) => here && entry.override?.pausedUntil === undefined);
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
