import { largestOf } from '../../src/model/lists.ts';
import type { DashboardData } from '../../src/protocol/dashboard.ts';
import type { DashboardShown } from './shown.ts';
import type { StackSeries } from './stackSeries.ts';

/** A bar so many times as high as the next one is cut: the others could not be told apart. */
const outlying = 1.8;
/** Among fewer bars none is told from the others. */
const fewest = 5;
/** A cut axis ends so far above the highest of the others. */
const aboveOthers = 1.25;
/** What the main chart is drawn from. */
export interface MainChartInput {
  readonly shown: DashboardShown;
  readonly stack: readonly StackSeries[];
}

/** Where the axis of the bars is cut, and which of them goes beyond it. */
export interface Cut {
  readonly index: number;
  readonly at: number;
  readonly amount: number;
}

/** A bar that dwarfs all others; undefined without one. */
export function cutOf({ buckets }: Pick<DashboardData, 'buckets'>): Cut | undefined {
  const totals = buckets.map(({ total }) => total);
  const index = totals.indexOf(largestOf(totals, 0));
  const others = totals.filter((_, at) => at !== index);
  const next = largestOf(others, 0);
  const amount = totals[index] ?? 0;
  const isAmongMany = totals.filter((total) => total > 0).length >= fewest;
  return isAmongMany && amount > outlying * next
    ? { index, at: roundUp(next * aboveOthers), amount }
    : undefined;
}

/** The next amount that is two digits long at most. */
function roundUp(nano: number): number {
  const step = 10 ** (Math.floor(Math.log10(nano)) - 1);
  return Math.ceil(nano / step) * step;
}

/** Where the running total stands: the bar that is not over, or the last. */
export function presentIndex({ buckets }: Pick<DashboardData, 'buckets'>): number {
  const index = buckets.findIndex(({ soFar }) => soFar);
  return index < 0 ? buckets.length - 1 : index;
}
