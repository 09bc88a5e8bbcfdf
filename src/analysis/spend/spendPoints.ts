/** What was spent at a moment, or in a short interval that began then. */
export interface SpendPoint {
  /** UTC milliseconds. */
  readonly at: number;
  /** Nano-dollars. */
  readonly nano: number;
}

/**
 * In which interval of a length, counted back from now, a moment lies: 0 is the one that ends now.
 * An interval holds its end and not its beginning, so that what happens now is in the latest one.
 * Negative for what is yet to come.
 */
export function intervalOf(at: number, now: number, length: number): number {
  return Math.floor((now - at) / length);
}

/** Spend of the last so many intervals, each so many milliseconds long, oldest first. */
export function intervalSums(
  points: readonly SpendPoint[],
  now: number,
  length: number,
  count: number,
): number[] {
  const sums = new Array<number>(count).fill(0);
  for (const { at, nano } of points) {
    const stretch = intervalOf(at, now, length);
    if (stretch >= 0 && stretch < count) sums[count - 1 - stretch]! += nano;
  }
  return sums;
}

/** The sum of some values. */
export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The average of the days that had any spend: idle days say nothing about a working day. */
export function dailySpend(days: readonly number[]): DailySpend {
  const active = days.filter((nano) => nano > 0);
  const sum = active.reduce((total, nano) => total + nano, 0);
  return {
    active: active.length,
    average: active.length === 0 ? 0 : Math.floor(sum / active.length + 0.5),
  };
}

/** What days of the past say about a daily budget. Money in nano-dollars. */
export interface DailySpend {
  /** Days on which something was spent. */
  readonly active: number;
  /** What such a day cost on average; 0 without any. */
  readonly average: number;
}
