import { total } from './spendPoints.ts';

/** Whether a figure of kept snapshots (spend per session, cache share, failure rate) drifts. */

/** Fewer values than these have no halves to compare. */
const fewest = 4;

export interface TrendQuestion {
  /** The direction in which the figure gets worse. */
  readonly worse: 'up' | 'down';
  /** The change in that direction above which it is a regression: 0.1 for 10 %. */
  readonly tolerance: number;
}

export interface Trend {
  /** `insufficient` for fewer than four values. */
  readonly status: 'ok' | 'insufficient';
  /** By how much the figure rises from one snapshot to the next, by least squares. */
  readonly slope: number | undefined;
  /** Mean of the earlier and of the later half; with an odd number the middle one is in neither. */
  readonly halves: Halves | undefined;
  readonly regression: boolean;
}

export interface Halves {
  readonly earlier: number;
  readonly later: number;
  /** (later − earlier) / |earlier|; undefined where the earlier half is nothing. */
  readonly change: number | undefined;
}

/** Looks at values in the order of their times. Growth from nothing is beyond every tolerance. */
export function trendOf(values: readonly number[], { worse, tolerance }: TrendQuestion): Trend {
  const found = values.length < fewest ? undefined : halves(values);
  if (found === undefined) {
    return { status: 'insufficient', slope: undefined, halves: undefined, regression: false };
  }
  const sign = worse === 'up' ? 1 : -1;
  const worsening = (found.later - found.earlier) * sign;
  const regression =
    worsening > 0 && (found.change === undefined || found.change * sign > tolerance);
  return { status: 'ok', slope: slopeOf(values), halves: found, regression };
}

/** The means of both halves; undefined for fewer than two values. */
export function halves(values: readonly number[]): Halves | undefined {
  const half = values.length >> 1;
  if (half === 0) return undefined;
  const earlier = total(values.slice(0, half)) / half;
  const later = total(values.slice(-half)) / half;
  const change = earlier === 0 ? undefined : (later - earlier) / Math.abs(earlier);
  return { earlier, later, change };
}

/** The slope of the line with the least squares of distances through equally spaced values. */
export function slopeOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const middle = (values.length - 1) / 2;
  const mean = total(values) / values.length;
  const offsets = values.map((_, index) => index - middle);
  const shared = total(values.map((value, index) => offsets[index]! * (value - mean)));
  return shared / total(offsets.map((offset) => offset * offset));
}
