/**
 * What the values of one kind (sessions, messages, days) are far from the others, by the modified
 * z-score of Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993). Values keep the unit
 * they came in.
 */

/** The score from which on a value is called an outlier, as Iglewicz and Hoaglin propose it. */
export const usualThreshold = 3.5;

/** Fewer values than these say nothing about what is usual. */
const fewest = 3;

/** 0.75 quantile of the normal distribution: the MAD of normal values is this many deviations. */
const madPerDeviation = 0.6745;

/** √(π/2): the deviation of normal values is this many mean absolute deviations. */
const deviationPerMean = 1.253314;

/** What the distances were measured in; `none` where all values are equal. */
export type Estimator = 'mad' | 'mean-deviation' | 'none';

export interface Anomalies {
  /** `insufficient` for fewer than three values that count. */
  readonly status: 'ok' | 'insufficient';
  readonly estimator: Estimator;
  /** Median of the values, or of their logarithms; undefined without any. */
  readonly median: number | undefined;
  /** Median of the absolute distances to the median. */
  readonly mad: number | undefined;
  /** What one point of the score is worth, in the unit of the values or of their logarithms. */
  readonly unit: number | undefined;
  /** For each value its score; undefined where it did not count or nothing can be said. */
  readonly z: readonly (number | undefined)[];
  /** Which values are unusually high, by their index. */
  readonly high: readonly number[];
  readonly low: readonly number[];
  /** Values without a logarithm (0 and below), which were not looked at. */
  readonly leftOut: number;
}

export interface AnomalyOptions {
  /** Values are flagged when their score is beyond this, on either side. */
  readonly threshold?: number | undefined;
  /** Compares natural logarithms: factors rather than differences count. */
  readonly log?: boolean | undefined;
}

/** The middle one of the values, or the mean of the middle two; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  // Numbers alone sort many times as fast as a list.
  const sorted = new Float64Array(values).sort();
  const half = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[half]!;
  return (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The median of the absolute distances to a middle; undefined for no values. */
export function medianDeviation(values: readonly number[], middle: number): number | undefined {
  return median(values.map((value) => Math.abs(value - middle)));
}

/** Scores every value and says which ones lie apart. */
export function anomalies(
  values: readonly number[],
  { threshold = usualThreshold, log = false }: AnomalyOptions = {},
): Anomalies {
  const measured = log ? values.map((value) => (value > 0 ? Math.log(value) : undefined)) : values;
  const counted = log ? measured.filter((value) => value !== undefined) : values;
  const middle = median(counted);
  const mad = middle === undefined ? undefined : medianDeviation(counted, middle);
  const known = { median: middle, mad, leftOut: values.length - counted.length };
  if (counted.length < fewest || middle === undefined || mad === undefined) {
    const z = values.map(() => undefined);
    return {
      status: 'insufficient',
      estimator: 'none',
      ...known,
      unit: undefined,
      z,
      high: [],
      low: [],
    };
  }
  const { estimator, unit } = unitOf(counted, middle, mad);
  const z = measured.map((value) => {
    if (value === undefined) return undefined;
    return estimator === 'none' ? 0 : (value - middle) / unit;
  });
  const high: number[] = [];
  const low: number[] = [];
  z.forEach((score, index) => {
    if (score === undefined) return;
    if (score > threshold) high.push(index);
    else if (score < -threshold) low.push(index);
  });
  return { status: 'ok', estimator, ...known, unit, z, high, low };
}

/** What one point of the score is worth. A MAD of 0 means that more than half of the values are equal. */
function unitOf(
  values: readonly number[],
  middle: number,
  mad: number,
): { estimator: Estimator; unit: number } {
  if (mad > 0) return { estimator: 'mad', unit: mad / madPerDeviation };
  const distances = values.reduce((sum, value) => sum + Math.abs(value - middle), 0);
  if (distances === 0) return { estimator: 'none', unit: 0 };
  return { estimator: 'mean-deviation', unit: (deviationPerMean * distances) / values.length };
}

/** Between which values nothing is an outlier; undefined where nothing can be said. */
export function usualBounds(
  { median: middle, unit }: Pick<Anomalies, 'median' | 'unit'>,
  { threshold = usualThreshold, log = false }: AnomalyOptions = {},
): { readonly low: number; readonly high: number } | undefined {
  if (middle === undefined || unit === undefined) return undefined;
  const [low, high] = [middle - threshold * unit, middle + threshold * unit];
  return log ? { low: Math.exp(low), high: Math.exp(high) } : { low, high };
}
