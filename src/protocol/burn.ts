import { type Choice, hasFields, isObject, type PanelAround } from './shared.ts';

export const burnUnits = ['hour', 'day', 'week'] as const;
export type BurnUnit = (typeof burnUnits)[number];

/** Percent above the mean that can be chosen as the threshold. */
export const burnThresholds = [50, 100, 200, 400] as const;

/** What a burn panel is asked. */
export interface BurnQuestion {
  readonly unit: BurnUnit;
  /** Path of a project; '' for everything. */
  readonly project: string;
  /** Percent above the mean from which on spend accelerates. */
  readonly threshold: number;
}

/** What it is asked when it opens: the threshold is that of the status bar's spikes. */
export const usualBurn: BurnQuestion = { unit: 'hour', project: '', threshold: 200 };

/** A bucket of time with its spend; the latest one ends now. Money in nano-dollars. */
export interface BurnBucket {
  /** UTC milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Short, for the axis. */
  readonly label: string;
  /** From when to when. */
  readonly range: string;
  readonly nano: number;
  readonly latest: boolean;
}

/** A level across the chart: a mean, or the threshold. */
export interface BurnLine {
  readonly kind: 'active' | 'all' | 'threshold';
  readonly nano: number;
  readonly label: string;
}

/** When a threshold of a budget is reached. */
export interface BurnStep {
  readonly text: string;
  /** The moment in full; '' where there is none. */
  readonly hint: string;
  /** Days from now, 0 for what is passed; null where it is not reached. */
  readonly days: number | null;
}

/** A budget with its steps in the order of the levels: info, warning, critical, stop. */
export interface BurnBudgetRow {
  readonly name: string;
  readonly limit: string;
  /** In its own unit. */
  readonly limitValue: number;
  readonly used: string;
  /** 1 is all of it. */
  readonly usedShare: number;
  readonly steps: readonly BurnStep[];
}

/** Everything a burn panel shows, in words where a person reads it. */
export interface BurnData extends PanelAround {
  readonly chartTitle: string;
  /** The chart in a sentence. */
  readonly chartSentence: string;
  readonly buckets: readonly BurnBucket[];
  readonly lines: readonly BurnLine[];
  readonly budgets: readonly BurnBudgetRow[];
  /** What the table of budgets assumes, or why there is none. */
  readonly budgetNote: string;
  /** A budget can be set: there is none. */
  readonly offerBudget: boolean;
  readonly projects: readonly Choice[];
  readonly thresholds: readonly Choice[];
}

/** The page's own texts. */
export const burnStringKeys = [
  'unit',
  'hour',
  'day',
  'week',
  'project',
  'everything',
  'threshold',
  'bucket',
  'latest',
  'budgets',
  'budget',
  'limit',
  'used',
  'info',
  'warning',
  'critical',
  'stop',
  'setBudget',
  'anomalies',
  'dashboard',
] as const;
export type BurnStrings = Readonly<Record<(typeof burnStringKeys)[number], string>>;

export function isBurnQuestion(value: unknown): value is BurnQuestion {
  return (
    isObject(value) &&
    burnUnits.some((unit) => unit === value.unit) &&
    typeof value.project === 'string' &&
    burnThresholds.some((threshold) => threshold === value.threshold)
  );
}

export function isBurnData(value: unknown): value is BurnData {
  return hasFields(value, {
    texts: ['answer', 'chartTitle', 'chartSentence', 'budgetNote'],
    numbers: ['at'],
    flags: ['live', 'offerBudget'],
    lists: ['cards', 'buckets', 'lines', 'budgets', 'projects', 'thresholds', 'notes'],
  });
}
