import {
  type BudgetVerb,
  hasFields,
  isObject,
  type PanelAround,
  type PanelStrip,
} from './shared.ts';

/** What the panel of budgets is asked: how many months of history stand beside them. */
export interface BudgetsQuestion {
  readonly months: number;
}

/** What it is asked when it opens. */
export const usualBudgets: BudgetsQuestion = { months: 6 };

/** More months are not looked back. */
const mostMonths = 24;

/** A budget in the list, in words where a person reads it. */
export interface BudgetRow {
  readonly id: string;
  /** Tells parts of one budget apart. */
  readonly key: string;
  readonly name: string;
  readonly cover: string;
  readonly level: 'ok' | 'info' | 'warning' | 'critical' | 'stop';
  readonly strip: PanelStrip;
  readonly likely: string;
  /** What is left or over, and of what. */
  readonly left: string;
  readonly leftOf: string;
  readonly used: string;
  readonly outcome: string;
  /** It is likely to be used up before its period ends. */
  readonly early: boolean;
  /** What is excepted just now, where it was set and when its period ends. */
  readonly notes: readonly string[];
  /** The row in one sentence. */
  readonly sentence: string;
  readonly verbs: readonly BudgetVerb[];
}

/** A small chart of the past: one bar a month. */
export interface BudgetHistoryChart {
  readonly title: string;
  /** Nano-dollars of each month; days where it counts days. */
  readonly values: readonly number[];
  readonly counts: boolean;
  /** The limit that holds now; null without one. */
  readonly limit: number | null;
  readonly limitLabel: string;
  readonly sentence: string;
}

/** Everything the panel of budgets shows. */
export interface BudgetsData extends PanelAround {
  readonly budgets: readonly BudgetRow[];
  /** Budgets nothing stored can judge, and why. */
  readonly others: readonly string[];
  readonly months: readonly string[];
  readonly history: readonly BudgetHistoryChart[];
  /** What happens at which level. */
  readonly levels: readonly { readonly at: string; readonly what: string }[];
}

/** The page's own texts. */
export const budgetsStringKeys = [
  'budgets',
  'addBudget',
  'noBudget',
  'change',
  'more',
  'raise',
  'raiseFor',
  'pause',
  'resume',
  'remove',
  'history',
  'historyHint',
  'month',
  'days',
  'levels',
  'dashboard',
  'burn',
  'notJudged',
] as const;
export type BudgetsStrings = Readonly<Record<(typeof budgetsStringKeys)[number], string>>;

export function isBudgetsQuestion(value: unknown): value is BudgetsQuestion {
  if (!isObject(value)) return false;
  const { months } = value;
  return Number.isInteger(months) && (months as number) >= 0 && (months as number) <= mostMonths;
}

export function isBudgetsData(value: unknown): value is BudgetsData {
  return hasFields(value, {
    texts: ['answer'],
    numbers: ['at'],
    flags: ['live'],
    lists: ['cards', 'budgets', 'others', 'months', 'history', 'levels', 'notes'],
  });
}
