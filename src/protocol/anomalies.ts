import { type AnomalyUnit, anomalyUnits } from '../model/anomalyUnits.ts';
import { type Choice, hasFields, isObject, type PanelAround } from './shared.ts';

export const anomalyPeriods = ['7d', '30d', '90d', 'all'] as const;
export type AnomalyPeriod = (typeof anomalyPeriods)[number];

/** What the panel of anomalies is asked. */
export interface AnomaliesQuestion {
  readonly by: AnomalyUnit;
  readonly period: AnomalyPeriod;
  /** Compares logarithms: factors count rather than differences. */
  readonly log: boolean;
  /** Path of a project; '' for everything. */
  readonly project: string;
}

export const usualAnomalies: AnomaliesQuestion = {
  by: 'session',
  period: '30d',
  log: false,
  project: '',
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
  /** Where and when. */
  readonly where: string;
  /** How much more than usual: "7.7× usual". */
  readonly factor: string;
  readonly reason: string;
  /** What its button says. */
  readonly act: string;
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
  readonly listTitle: string;
  readonly rows: readonly AnomalyRow[];
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
  'median',
  'threshold',
  'lowest',
  'kind',
  'usual',
  'outlier',
  'low',
  'high',
  'burn',
  'dashboard',
] as const;
export type AnomaliesStrings = Readonly<Record<(typeof anomaliesStringKeys)[number], string>>;

export function isAnomaliesQuestion(value: unknown): value is AnomaliesQuestion {
  return (
    isObject(value) &&
    anomalyUnits.some((unit) => unit === value.by) &&
    anomalyPeriods.some((period) => period === value.period) &&
    typeof value.log === 'boolean' &&
    typeof value.project === 'string'
  );
}

export function isAnomaliesData(value: unknown): value is AnomaliesData {
  const isLevel = (level: unknown): boolean => level === null || typeof level === 'number';
  return (
    hasFields(value, {
      texts: ['answer', 'chartTitle', 'chartSentence', 'listTitle'],
      numbers: ['at', 'from', 'to'],
      flags: ['live'],
      lists: ['cards', 'points', 'more', 'rows', 'projects', 'notes'],
    }) && ['median', 'low', 'high'].every((name) => isLevel(value[name]))
  );
}
