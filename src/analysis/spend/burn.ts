import { formatDuration } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { intervalOf, intervalSums, type SpendPoint, total } from './spendPoints.ts';

/** Whether spend accelerates. Money in nano-dollars, lengths in milliseconds, changes as shares of one. */
export interface BurnOptions {
  /** UTC milliseconds. */
  readonly now: number;
  readonly bucket: number;
  readonly lookback: number;
  /** The change above which an alert is due: 0.5 for 50 % more than usual. */
  readonly alertAbove?: number | undefined;
}

/** Why there is nothing to compare. */
export type BurnSkip = 'no-data' | 'only-latest' | 'no-earlier-spend';

/** The same in words. */
export const burnSkips: Readonly<Record<BurnSkip, string>> = {
  'no-data': 'no data',
  'only-latest': 'only the latest bucket has spend',
  'no-earlier-spend': 'no earlier spend',
};

/** What is usual by one way of looking at it, and how far the latest bucket is from it. */
export interface Comparison {
  readonly mean: number;
  /** (latest − mean) / mean. */
  readonly change: number;
}

export interface Burn {
  /** Spend of each whole bucket that fits into the lookback, oldest first. */
  readonly buckets: readonly number[];
  /** What of the lookback is left over beyond the buckets and was not looked at. */
  readonly rest: number;
  readonly latest: number;
  /** Against the earlier buckets that had any spend: this one decides. */
  readonly active: Comparison | undefined;
  /** Against all earlier buckets, idle ones included. */
  readonly all: Comparison | undefined;
  readonly skipped: BurnSkip | undefined;
  readonly alert: boolean;
}

/** Compares the latest bucket with those before it, all counted back from now. */
export function burn(
  points: readonly SpendPoint[],
  { now, bucket, lookback, alertAbove }: BurnOptions,
): Burn {
  if (bucket > lookback) {
    throw new HumanError(
      'usage',
      `A bucket of ${formatDuration(bucket)} is longer than the lookback of ${formatDuration(lookback)}; choose a bucket no longer than half of the lookback.`,
    );
  }
  const count = Math.floor(lookback / bucket);
  const buckets = intervalSums(points, now, bucket, count);
  const earlier = buckets.slice(0, -1);
  const latest = buckets[count - 1]!;
  const active = compare(
    latest,
    earlier.filter((nano) => nano > 0),
  );
  return {
    buckets,
    rest: lookback - count * bucket,
    latest,
    active,
    all: compare(latest, earlier),
    skipped: active === undefined ? reasonOf(points, { now, bucket }, count, latest) : undefined,
    alert: active !== undefined && alertAbove !== undefined && active.change > alertAbove,
  };
}

/** One division, so that a change of exactly the limit is not taken for more than it. */
function compare(latest: number, earlier: readonly number[]): Comparison | undefined {
  const sum = total(earlier);
  if (sum === 0) return undefined;
  const count = earlier.length;
  return { mean: sum / count, change: (latest * count - sum) / sum };
}

function reasonOf(
  points: readonly SpendPoint[],
  { now, bucket }: { now: number; bucket: number },
  count: number,
  latest: number,
): BurnSkip {
  const ages = points.map(({ at }) => intervalOf(at, now, bucket));
  // Messages that cost nothing are data, too: a free model is not an idle week.
  if (ages.some((age) => age > 0 && age < count)) return 'no-earlier-spend';
  return latest > 0 ? 'only-latest' : 'no-data';
}
