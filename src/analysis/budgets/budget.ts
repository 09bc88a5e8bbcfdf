import { defaultThresholds, type Level, levelOf, type Thresholds } from '../../model/level.ts';
import type { TokenClass } from '../../model/tokens.ts';

/** What a budget covers. `*` as a project's path is each project by itself. */
export type BudgetScope =
  | { readonly kind: 'global' | 'session' | 'agent' | 'team' | 'member' | 'company' }
  | { readonly kind: 'project'; readonly path: string }
  | {
      readonly kind: 'group' | 'branch' | 'tag' | 'teamGroup' | 'companyGroup';
      readonly name: string;
    };

/** Those the company's gateway sets, counts and enforces, for a person or a group together: nobody here changes them. */
export function isCompanys({ kind }: BudgetScope): boolean {
  return kind === 'company' || kind === 'companyGroup';
}

/** When a budget begins again: never for `lifetime`, all the time for `rolling`. */
export type BudgetPeriod =
  | { readonly kind: 'day' | 'week' | 'month' | 'lifetime' | 'run' }
  | { readonly kind: 'rolling'; readonly count: number; readonly unit: 'h' | 'd' };

/** What a budget counts: nano-dollars, tokens of some classes, or agents at once. */
export type BudgetUnit =
  | { readonly kind: 'usd' | 'agents' }
  | { readonly kind: 'tokens'; readonly classes: readonly TokenClass[] };

/** Whether what is spent decides, or what will be spent by the end of the period. */
export const budgetBases = ['actual', 'forecast'] as const;
export type BudgetBasis = (typeof budgetBases)[number];

/** What happens at the level `stop`, mildest first. */
export const budgetActions = ['notify', 'ask', 'halt-agents', 'block-prompts', 'stop'] as const;
export type BudgetAction = (typeof budgetActions)[number];

export interface Budget {
  readonly scope: BudgetScope;
  readonly period: BudgetPeriod;
  readonly unit: BudgetUnit;
  /** Above 0, in the unit: nano-dollars, tokens or agents. */
  readonly limit: number;
  readonly thresholds: Thresholds;
  readonly basis: BudgetBasis;
  readonly action: BudgetAction;
}

/** A budget in dollars that only tells, at the default thresholds. `limit`: nano-dollars. */
export function dollarBudget(scope: BudgetScope, period: BudgetPeriod, limit: number): Budget {
  return {
    scope,
    period,
    unit: { kind: 'usd' },
    limit,
    thresholds: defaultThresholds,
    basis: 'actual',
    action: 'notify',
  };
}

/** Whether it is about everything, in dollars, and begins again with a period of this kind. */
export function isOverall(
  { scope, unit, period }: Pick<Budget, 'scope' | 'unit' | 'period'>,
  kind: BudgetPeriod['kind'],
): boolean {
  return scope.kind === 'global' && unit.kind === 'usd' && period.kind === kind;
}

/** How far a budget is used, in its unit. */
export interface BudgetState {
  readonly spent: number;
  /** What the level was judged by: what is spent, or the forecast where that decides. */
  readonly judged: number;
  /** What is left of the limit, never below 0. */
  readonly remaining: number;
  /** `judged` as a share of the limit. */
  readonly share: number;
  readonly level: Level;
  /** The share from which on that level holds. */
  readonly threshold: number;
}

/**
 * Judges a budget. `forecast` is what will have been spent by the end of its period; without one, or
 * where it is less than what is spent already, what is spent decides.
 */
export function budgetState(
  budget: Pick<Budget, 'limit' | 'thresholds' | 'basis'>,
  spent: number,
  forecast?: number,
): BudgetState {
  const { limit, thresholds, basis } = budget;
  const judged = basis === 'forecast' ? Math.max(spent, forecast ?? spent) : spent;
  const share = judged / limit;
  const level = levelOf(share, thresholds);
  return {
    spent,
    judged,
    remaining: Math.max(0, limit - spent),
    share,
    level,
    threshold: level === 'ok' ? 0 : thresholds[level],
  };
}

/** What is known of how to spend less, for the advice of a level. */
export interface SavingHints {
  /** What saves most, as a sentence without its full stop. */
  readonly savings?: string | undefined;
  /** What costs most, and the best cheaper model for it. */
  readonly spender?: { readonly name: string; readonly cheaper: string } | undefined;
}

/** What the guard does at `stop`, where it is installed. */
const refusals: Readonly<Record<BudgetAction, string>> = {
  notify: 'Nothing is refused',
  ask: 'Every further step asks first',
  'halt-agents': 'New agents are refused',
  'block-prompts': 'New prompts and agents are refused',
  stop: 'The run is stopped, and new prompts and agents are refused',
};

/** What an action comes to where no guard is there to act: nothing, and what to do about it. */
const unguarded =
  'Nothing is refused, as the guard that would do it is not installed ("outlay guard install")';

/** What a person can do instead of raising a budget. */
const endings: Readonly<Record<BudgetPeriod['kind'], string>> = {
  day: ' or wait for the next day',
  week: ' or wait for the next week',
  month: ' or wait for the next month',
  rolling: ' or wait until earlier spend is out of its window',
  run: ' or begin a new run',
  lifetime: '',
};

/** What helps whose budget is used up, as `Raise the budget or wait for the next day`. */
export function reliefOf({ scope, period }: Pick<Budget, 'scope' | 'period'>): string {
  const more = isCompanys(scope) ? 'Ask your company for more' : 'Raise the budget';
  return `${more}${endings[period.kind]}`;
}

/** What to do at a level: one or two sentences. `guarded`: Outlay's guard is installed and acts. */
export function recommendedAction(
  level: Level,
  { scope, action, period }: Pick<Budget, 'scope' | 'action' | 'period'>,
  { savings, spender, guarded = false }: SavingHints & { readonly guarded?: boolean } = {},
): string {
  switch (level) {
    case 'ok':
      return 'Nothing to do.';
    case 'info':
      return 'Keep an eye on it.';
    case 'warning':
      return savings === undefined ? 'Look at what costs most.' : `${savings}.`;
    case 'critical':
      return spender === undefined
        ? 'Use a cheaper model for what costs most.'
        : `Use ${spender.cheaper} for ${spender.name}, which costs most.`;
    case 'stop':
      return `${refusalOf({ scope, action }, guarded)}. ${reliefOf({ scope, period })}.`;
  }
}

function refusalOf({ scope, action }: Pick<Budget, 'scope' | 'action'>, guarded: boolean): string {
  if (isCompanys(scope)) return "The company's gateway refuses requests";
  return guarded || action === 'notify' ? refusals[action] : unguarded;
}
