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
  /** The score of a value; undefined where it does not count or nothing can be said. */
  readonly score: (value: number) => number | undefined;
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
export function median(values: ArrayLike<number>): number | undefined {
  return middleOf(new Float64Array(values));
}

/** The median of the absolute distances to a middle; undefined for no values. */
export function medianDeviation(values: ArrayLike<number>, middle: number): number | undefined {
  return middleOf(new Float64Array(values).map((value) => Math.abs(value - middle)));
}

/** The median of numbers whose order is not needed any more. */
function middleOf(numbers: Float64Array): number | undefined {
  if (numbers.length === 0) return undefined;
  const half = numbers.length >> 1;
  const upper = select(numbers, half);
  if (numbers.length % 2 === 1) return upper;
  const lower = numbers.subarray(0, half).reduce((most, value) => Math.max(most, value));
  return (lower + upper) / 2;
}

/**
 * Parts of an interval one after the other by the golden ratio: they fit no shape values come in.
 */
const nextPart = 0.618_033_988_749_895;

/**
 * The number that would stand at an index if they were sorted, by Hoare's selection: in time that
 * grows with their count, where sorting takes several times as long. Nothing before the index is
 * greater afterwards.
 */
function select(numbers: Float64Array, index: number): number {
  let [first, last, part] = [0, numbers.length - 1, 0.5];
  while (first < last) {
    const pivot = numbers[first + Math.floor((last - first) * part)]!;
    part = (part + nextPart) % 1;
    let [left, right] = [first, last];
    while (left <= right) {
      while (numbers[left]! < pivot) left++;
      while (numbers[right]! > pivot) right--;
      if (left > right) break;
      const moved = numbers[left]!;
      numbers[left++] = numbers[right]!;
      numbers[right--] = moved;
    }
    if (index <= right) last = right;
    else if (index >= left) first = left;
    else break;
  }
  return numbers[index]!;
}

/** Scores every value and says which ones lie apart. */
export function anomalies(
  values: readonly number[],
  { threshold = usualThreshold, log = false }: AnomalyOptions = {},
): Anomalies {
  const measure = log ? Math.log : (value: number): number => value;
  const counts = (value: number): boolean => !log || value > 0;
  const counted = new Float64Array(log ? values.filter(counts).map(measure) : values);
  const middle = median(counted);
  const mad = middle === undefined ? undefined : medianDeviation(counted, middle);
  const known = { median: middle, mad, leftOut: values.length - counted.length };
  if (counted.length < fewest || middle === undefined || mad === undefined) {
    const score = (): undefined => undefined;
    const none = { unit: undefined, score, high: [], low: [] };
    return { status: 'insufficient', estimator: 'none', ...known, ...none };
  }
  const { estimator, unit } = unitOf(counted, middle, mad);
  const score = (value: number): number | undefined => {
    if (!counts(value)) return undefined;
    return estimator === 'none' ? 0 : (measure(value) - middle) / unit;
  };
  const high: number[] = [];
  const low: number[] = [];
  values.forEach((value, index) => {
    const own = score(value);
    if (own === undefined) return;
    if (own > threshold) high.push(index);
    else if (own < -threshold) low.push(index);
  });
  return { status: 'ok', estimator, ...known, unit, score, high, low };
}

/** What one point of the score is worth. A MAD of 0 means that more than half of the values are equal. */
function unitOf(
  values: Float64Array,
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
