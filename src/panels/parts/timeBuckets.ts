import {
  addDays,
  dayMs,
  dayOf,
  daySpan,
  firstMoment,
  hourMs,
  monthSpan,
  type TimeSpan,
  weekSpan,
} from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';

/** What a bar of a chart over time stands for. */
export type BucketUnit = 'hour' | 'day' | 'week' | 'month';

/** A span cut into buckets of one unit, in the user's zone. */
export interface Buckets {
  readonly unit: BucketUnit;
  readonly spans: readonly TimeSpan[];
  /** Index of the bucket a moment lies in; -1 for none. */
  readonly indexOf: (at: number) => number;
}

/**
 * Cuts a span so that a chart has some dozens of bars: by hour, day, week or month. What is yet to come
 * has bars only where it is wanted.
 */
export function bucketsOf(
  span: TimeSpan,
  { zone, weekStart, now }: Pick<ReportContext, 'zone' | 'weekStart' | 'now'>,
  withFuture = false,
): Buckets {
  const to = Math.max(span.from + 1, withFuture ? span.to : Math.min(span.to, now + 1));
  const length = to - span.from;
  const unit =
    length <= 2 * dayMs
      ? 'hour'
      : length <= 100 * dayMs
        ? 'day'
        : length <= 700 * dayMs
          ? 'week'
          : 'month';
  const next = (at: number): TimeSpan => {
    switch (unit) {
      case 'hour': {
        // Hours are counted from the start of the day: zones may be off by half an hour.
        const day = dayOf(at, zone);
        const start = firstMoment(day, zone);
        const from = start + Math.floor((at - start) / hourMs) * hourMs;
        return { from, to: from + hourMs };
      }
      case 'day': {
        const day = dayOf(at, zone);
        return { from: firstMoment(day, zone), to: firstMoment(addDays(day, 1), zone) };
      }
      case 'week':
        return weekSpan(at, zone, weekStart);
      case 'month':
        return monthSpan(at, zone);
    }
  };
  const spans: TimeSpan[] = [];
  for (let at = span.from; at < to; at = spans.at(-1)!.to) spans.push(next(at));
  const endOfToday = daySpan(now, zone).to;
  // What is dated later today is of now: its hour has no bar yet.
  const counted = (at: number): number => (at < endOfToday ? Math.min(at, now) : at);
  return { unit, spans, indexOf: (at) => indexIn(spans, counted(at)) };
}

function indexIn(spans: readonly TimeSpan[], at: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to <= at) low = middle + 1;
    else high = middle;
  }
  return low < spans.length && spans[low]!.from <= at ? low : -1;
}
