import { type AnomalyUnit, anomalyUnits } from '../model/anomalyUnits.ts';
import { type Choice, hasFields, isObject, type PanelAround } from './shared.ts';

export const anomalyPeriods = ['7d', '30d', '90d', 'all'] as const;
export type AnomalyPeriod = (typeof anomalyPeriods)[number];

/** Days a projection can look ahead. */
export const anomalyHorizons = [7, 30, 90] as const;
export type AnomalyHorizon = (typeof anomalyHorizons)[number];

/** What the panel of anomalies is asked. */
export interface AnomaliesQuestion {
  readonly by: AnomalyUnit;
  readonly period: AnomalyPeriod;
  /** Compares logarithms: factors count rather than differences. */
  readonly log: boolean;
  /** Path of a project; '' for everything. */
  readonly project: string;
  /** Days the projection looks ahead. */
  readonly horizon: AnomalyHorizon;
}

export const usualAnomalies: AnomaliesQuestion = {
  by: 'session',
  period: '30d',
  log: false,
  project: '',
  horizon: 30,
};

/** Something that stands out. Money in nano-dollars. */
export interface AnomalyRow {
  /** The session to open; '' for a day. */
  readonly sid: string;
  /** The message to open it at; '' for none. */
  readonly message: string;
  /** The day to look at, `YYYY-MM-DD`; '' for a session or a message. */
  readonly day: string;
  readonly name: string;
  readonly project: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly nano: number;
  readonly z: number;
  readonly zText: string;
  readonly reason: string;
}

/** A day with its spend, or what is spent by then: nano-dollars from the start of the chart. */
export interface ForecastPoint {
  /** UTC milliseconds. */
  readonly at: number;
  readonly nano: number;
  /** Where it will lie in about 19 of 20 cases; null before now and where nothing can be said. */
  readonly low: number | null;
  readonly high: number | null;
}

/** What the same tokens would have cost with another model. */
export interface BaselineRow {
  readonly model: string;
  readonly nano: number;
  /** Above 0 where what was used is the cheaper one. */
  readonly savings: number;
  /** The same in words. */
  readonly said: string;
}

/** Everything the panel of anomalies shows, in words where a person reads it. */
export interface AnomaliesData extends PanelAround {
  readonly chartTitle: string;
  readonly chartSentence: string;
  /** What the time axis covers, UTC milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Nano-dollars; null where nothing can be said. */
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What does not stand out, as [moment, nano-dollars]. */
  readonly points: readonly (readonly [number, number])[];
  /** What stands out without being listed. */
  readonly more: readonly (readonly [number, number])[];
  readonly rows: readonly AnomalyRow[];
  readonly estimator: string;
  readonly forecastTitle: string;
  readonly forecastSentence: string;
  /** What was spent, then what will be; both meet at `at`. */
  readonly spent: readonly ForecastPoint[];
  readonly forecast: readonly ForecastPoint[];
  readonly whatIfTitle: string;
  readonly whatIfSentence: string;
  readonly actual: number;
  readonly baselines: readonly BaselineRow[];
  readonly projects: readonly Choice[];
}

/** The page's own texts. */
export const anomaliesStringKeys = [
  'compare',
  'session',
  'message',
  'day',
  'period',
  'sevenDays',
  'thirtyDays',
  'ninetyDays',
  'all',
  'scale',
  'linear',
  'logarithmic',
  'project',
  'everything',
  'outliers',
  'name',
  'score',
  'reason',
  'median',
  'threshold',
  'kind',
  'usual',
  'outlier',
  'open',
  'openDay',
  'noOutlier',
  'horizon',
  'today',
  'spent',
  'projected',
  'low',
  'high',
  'baseline',
  'wouldCost',
  'comparison',
  'didCost',
  'burn',
  'dashboard',
  'insights',
] as const;
export type AnomaliesStrings = Readonly<Record<(typeof anomaliesStringKeys)[number], string>>;

export function isAnomaliesQuestion(value: unknown): value is AnomaliesQuestion {
  return (
    isObject(value) &&
    anomalyUnits.some((unit) => unit === value.by) &&
    anomalyPeriods.some((period) => period === value.period) &&
    anomalyHorizons.some((horizon) => horizon === value.horizon) &&
    typeof value.log === 'boolean' &&
    typeof value.project === 'string'
  );
}

export function isAnomaliesData(value: unknown): value is AnomaliesData {
  const isLevel = (level: unknown): boolean => level === null || typeof level === 'number';
  return (
    hasFields(value, {
      texts: [
        'answer',
        'chartTitle',
        'chartSentence',
        'estimator',
        'forecastTitle',
        'forecastSentence',
        'whatIfTitle',
        'whatIfSentence',
      ],
      numbers: ['at', 'from', 'to', 'actual'],
      flags: ['live'],
      lists: [
        'cards',
        'points',
        'more',
        'rows',
        'spent',
        'forecast',
        'baselines',
        'projects',
        'notes',
      ],
    }) && ['median', 'low', 'high'].every((name) => isLevel(value[name]))
  );
}
