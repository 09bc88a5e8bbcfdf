import type { TimeSpan } from '../../model/calendar.ts';
import type { SpendPoint } from './spendPoints.ts';

/** A stretch of time cut into steps: a day into hours, a month into days. */
export interface SteppedSpan extends TimeSpan {
  /** Where each step begins, the first with the span itself. */
  readonly starts: readonly number[];
}

/** What is usual at one place of a stretch: the value in the middle, and the middle half. Nano-dollars. */
export interface UsualAt {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** What stretches like one have cost, step by step. */
export interface UsualPace {
  /** How many were compared. */
  readonly count: number;
  /** The running total where the first step begins and where each ends: one more than there are steps. */
  readonly totals: readonly UsualAt[];
  /** Spend of each step, the one in the middle. */
  readonly steps: readonly number[];
  /** The running total after so long a time as the present one has lasted. */
  readonly byNow: UsualAt;
}

/** So many times what is usual is above it, and as small a part of it below. */
export const aboveUsual = 1.5;

/** Fewer stretches than these say nothing of what is usual. */
export const fewestCompared = 2;

/**
 * What is usual for a stretch of so many steps, by others that were like it; undefined for fewer than two.
 * One with fewer steps stands where it ended, the last step of one with more holds the rest.
 */
export function usualPace(
  points: readonly SpendPoint[],
  others: readonly SteppedSpan[],
  { steps, elapsed }: { readonly steps: number; readonly elapsed: number },
): UsualPace | undefined {
  if (others.length < fewestCompared) return undefined;
  const sums = others.map((other) => stepSums(points, other, steps));
  const running = sums.map(runningTotals);
  const by = others.map(({ from, to }) =>
    sumBetween(points, { from, to: Math.min(to, from + elapsed) }),
  );
  return {
    count: others.length,
    totals: Array.from({ length: steps + 1 }, (_, at) => usualAt(running.map((one) => one[at]!))),
    steps: Array.from({ length: steps }, (_, step) =>
      quantile(
        sums.map((one) => one[step]!),
        0.5,
      ),
    ),
    byNow: usualAt(by),
  };
}

/** Spend of each step of a stretch. */
export function stepSums(
  points: readonly SpendPoint[],
  { from, to, starts }: SteppedSpan,
  steps = starts.length,
): number[] {
  const sums = new Array<number>(steps).fill(0);
  for (const { at, nano } of points) {
    if (at < from || at >= to) continue;
    sums[Math.min(steps - 1, stepOf(starts, at))]! += nano;
  }
  return sums;
}

/** Which step a moment of its stretch lies in. */
export function stepOf(starts: readonly number[], at: number): number {
  let step = starts.length - 1;
  while (step > 0 && starts[step]! > at) step--;
  return step;
}

/** Nothing, and then what there is at the end of each step. */
export function runningTotals(sums: readonly number[]): number[] {
  let sum = 0;
  return [0, ...sums.map((nano) => (sum += nano))];
}

function sumBetween(points: readonly SpendPoint[], { from, to }: TimeSpan): number {
  return points.reduce((sum, { at, nano }) => (at >= from && at < to ? sum + nano : sum), 0);
}

/** The middle of some values and of each half of them; all 0 for none. */
export function usualAt(values: readonly number[]): UsualAt {
  return {
    low: quantile(values, 0.25),
    median: quantile(values, 0.5),
    high: quantile(values, 0.75),
  };
}

/** The value below which a share of some lies, between two of them in proportion. */
function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return Math.round(low + (high - low) * (place - below));
}
