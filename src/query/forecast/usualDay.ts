import { type SteppedSpan, usualPace } from '../../analysis/spend/pace.ts';
import type { SpendPoint } from '../../analysis/spend/spendPoints.ts';
import { addDays, dayOf, daySpan, firstMoment, type TimeSpan } from '../../model/calendar.ts';
import type { ReportContext } from '../context.ts';
import { firstSpend } from '../firstSpend.ts';
import type { Names } from '../names.ts';
import type { Filters } from '../options.ts';
import { selectSums } from '../select.ts';
import { spanReader } from '../spendRate.ts';

/** Below a cent, in nano-dollars, an amount is no yardstick: everything is thousands of times as much. */
export const leastYardstick = 10_000_000;

/** Stretches the present one is held against at most. */
export const mostCompared = 8;

/** Spend by quarter of an hour, background included. What is dated later today is of now. */
export function spendPoints(
  context: ReportContext,
  filters: Filters,
  span: TimeSpan,
  names: Names,
): SpendPoint[] {
  const { rows, backgrounds } = selectSums(context, { span, filters }, ['bucket'], names, ['nano']);
  return [...rows, ...backgrounds].map(({ at, nano }) => ({
    at: Math.min(at, context.now),
    nano,
  }));
}

/** Those before which something had been spent: the first of all are no habit yet. The latest is first. */
export function begun(
  context: ReportContext,
  filters: Filters,
  others: readonly SteppedSpan[],
): SteppedSpan[] {
  const oldest = others.at(-1)!;
  const first = firstSpend(context, filters, spanReader(context, filters), oldest.from);
  return first === undefined ? [] : others.filter(({ from }) => from >= first);
}

/** The last eight days of this name, the latest first. */
export function sameWeekdays({ now, zone }: Pick<ReportContext, 'now' | 'zone'>): SteppedSpan[] {
  const day = dayOf(now, zone);
  return Array.from({ length: mostCompared }, (_, index) => {
    const span = daySpan(firstMoment(addDays(day, -7 * (index + 1)), zone), zone);
    return { ...span, starts: [span.from] };
  });
}

/**
 * What had been spent by this time of the last eight days of this name, the one in the middle, in
 * nano-dollars; undefined before two of them. `points`: spend since the first of `days` at least.
 */
export function usualByNow(
  context: ReportContext,
  filters: Filters,
  points: readonly SpendPoint[],
  days: readonly SteppedSpan[],
): number | undefined {
  const { now, zone } = context;
  const usual = usualPace(points, begun(context, filters, days), {
    steps: 1,
    elapsed: now - daySpan(now, zone).from,
  });
  const median = usual?.byNow.median;
  return median !== undefined && median < leastYardstick ? 0 : median;
}
