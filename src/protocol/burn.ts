import { type Choice, hasFields, isObject, type PanelAround } from './shared.ts';

export const burnPeriods = ['today', '7d', 'month'] as const;
export type BurnPeriod = (typeof burnPeriods)[number];

/** What a burn panel is asked. */
export interface BurnQuestion {
  readonly period: BurnPeriod;
  /** Path of a project; '' for everything. */
  readonly project: string;
}

export const usualBurn: BurnQuestion = { period: 'today', project: '' };

/** An hour or a day of the chart. Money in nano-dollars. */
export interface PaceStep {
  /** Short, for the axis. */
  readonly label: string;
  /** From when to when. */
  readonly range: string;
  readonly nano: number;
  /** What such a step usually costs; null where nothing is usual. */
  readonly usual: number | null;
}

/** The running total of the period beside what is usual. Money in nano-dollars. */
export interface PaceChartData {
  readonly steps: readonly PaceStep[];
  /** Where it is now, in steps from the start. */
  readonly now: number;
  /** From the start to the step it is now in; the total of now follows. */
  readonly running: readonly number[];
  readonly total: number;
  /** The middle half of periods like it, at the start and the end of each step. */
  readonly usual: {
    readonly low: readonly number[];
    readonly median: readonly number[];
    readonly high: readonly number[];
  } | null;
  /** Where it ends; null where too little is known, and for one that is not over at its end. */
  readonly ahead: { readonly likely: number; readonly low: number; readonly high: number } | null;
  /** The budget of the same period. */
  readonly limit: number | null;
  /** What made the total rise most, and where. */
  readonly mark: { readonly step: number; readonly label: string } | null;
}

/** A budget and what becomes of it. */
export interface PaceBudget {
  readonly name: string;
  readonly used: string;
  readonly left: string;
  readonly likely: string;
  /** "of $150" */
  readonly limit: string;
  readonly outcome: string;
  readonly level: 'ok' | 'warning' | 'error';
}

/** Everything a burn panel shows, in words where a person reads it. */
export interface BurnData extends PanelAround {
  readonly chartTitle: string;
  readonly chartHint: string;
  /** The chart in a sentence. */
  readonly chartSentence: string;
  readonly chart: PaceChartData;
  readonly budgetsTitle: string;
  readonly budgets: readonly PaceBudget[];
  readonly projects: readonly Choice[];
}

/** The page's own texts. */
export const burnStringKeys = [
  'period',
  'today',
  'week',
  'month',
  'project',
  'everything',
  'step',
  'usual',
  'usualLine',
  'usualStep',
  'running',
  'now',
  'onTrack',
  'budgetLine',
  'budgetHint',
  'budget',
  'used',
  'left',
  'likely',
  'usedUp',
  'anomalies',
  'dashboard',
] as const;
export type BurnStrings = Readonly<Record<(typeof burnStringKeys)[number], string>>;

export function isBurnQuestion(value: unknown): value is BurnQuestion {
  return (
    isObject(value) &&
    burnPeriods.some((period) => period === value.period) &&
    typeof value.project === 'string'
  );
}

export function isBurnData(value: unknown): value is BurnData {
  return hasFields(value, {
    texts: ['answer', 'chartTitle', 'chartHint', 'chartSentence', 'budgetsTitle'],
    numbers: ['at'],
    flags: ['live'],
    lists: ['cards', 'budgets', 'projects', 'notes'],
    objects: ['chart'],
  });
}
