import {
  addDays,
  dayMs,
  dayOf,
  firstMoment,
  monthSpan,
  type TimeSpan,
} from '../../model/calendar.ts';
import type { DashboardPeriod } from '../../protocol/dashboard.ts';
import type { ReportContext } from '../../query/context.ts';
import { filteredHistory, projectHistory } from '../../query/forecast/forecast.ts';
import { spendPoints } from '../../query/forecast/usualDay.ts';
import { usualHoursOf } from '../../query/forecast/usualHours.ts';
import type { Names } from '../../query/names.ts';
import type { Filters } from '../../query/options.ts';
import { select } from '../../query/select.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { bucketsOf } from './timeBuckets.ts';

/** A stretch of time and what was spent in it, in nano-dollars. */
export interface Stretch {
  readonly span: TimeSpan;
  readonly nano: number;
  /** It lacks something: see `isLowerBound`. */
  readonly lower: boolean;
}

/** The stretch before the one looked at. */
export interface Before extends Stretch {
  /** `span` has come as far as the present one; this is all of it. */
  readonly whole: TimeSpan;
  /** Running total of all of it at the end of each of its buckets; empty where no chart has them. */
  readonly line: readonly number[];
}

/** What a period will come to if it goes on as in the last seven days. Money in nano-dollars. */
export interface Ahead {
  /** When that is, UTC milliseconds. */
  readonly to: number;
  /** What is spent until then, from now on. */
  readonly nano: number;
  /** Where that lies in about 19 of 20 cases; undefined before three days of data. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
  /** Spend of a day. */
  readonly rate: number;
}

/** What has been spent of everything is held against stretches of so many days. */
const latelyDays = 30;

/** The last thirty days, and the thirty before them: what "lately" means for all time. */
export function lately(
  context: ReportContext,
  filters: Filters,
  names: Names,
): { readonly now: Stretch; readonly before: Stretch } {
  const { now } = context;
  const length = latelyDays * dayMs;
  const of = (span: TimeSpan): Stretch => readStretch(context, span, filters, names);
  return {
    now: of({ from: now + 1 - length, to: now + 1 }),
    before: of({ from: now + 1 - 2 * length, to: now + 1 - length }),
  };
}

/** Reads the stretch a period is held against; undefined for one that has none. */
export function readBefore(
  context: ReportContext,
  period: DashboardPeriod,
  span: TimeSpan,
  filters: Filters,
  names: Names,
): Before | undefined {
  const spans = spansBefore(period, span, context);
  if (spans === undefined) return undefined;
  const { asFar, whole, hasLine } = spans;
  return {
    ...readStretch(context, asFar, filters, names),
    whole,
    line: hasLine ? runningTotal(context, whole, filters, names) : [],
  };
}

/** Sums up a stretch of time, exactly. */
export function readStretch(
  context: ReportContext,
  span: TimeSpan,
  filters: Filters,
  names: Names,
): Stretch {
  const { total, sums } = select(context, { span, filters }, [], false, names);
  return { span, nano: total, lower: isLowerBound(sums) };
}

function runningTotal(
  context: ReportContext,
  whole: TimeSpan,
  filters: Filters,
  names: Names,
): number[] {
  const buckets = bucketsOf(whole, context);
  const sums = new Array<number>(buckets.spans.length).fill(0);
  for (const { at, nano } of spendPoints(context, filters, whole, names)) {
    const index = buckets.indexOf(at);
    if (index >= 0) sums[index]! += nano;
  }
  let sum = 0;
  return sums.map((nano) => (sum += nano));
}

function spansBefore(
  period: DashboardPeriod,
  span: TimeSpan,
  { now, zone }: ReportContext,
): { readonly asFar: TimeSpan; readonly whole: TimeSpan; readonly hasLine: boolean } | undefined {
  switch (period) {
    case 'month': {
      const whole = monthSpan(span.from - 1, zone);
      return { asFar: asFarInMonth(whole, now, zone), whole, hasLine: true };
    }
    case '7d':
    case '30d': {
      const length = span.to - span.from;
      const whole = { from: span.from - length, to: span.from };
      return { asFar: whole, whole, hasLine: true };
    }
    case 'custom': {
      const days = Math.round((span.to - span.from) / dayMs);
      const from = firstMoment(addDays(dayOf(span.from, zone), -days), zone);
      const whole = { from, to: span.from };
      return { asFar: whole, whole, hasLine: false };
    }
    case 'today':
    case 'all':
      return undefined;
  }
}

/** A month as far as the present one has come: to the same time of the same day, or its end. */
export function asFarInMonth(month: TimeSpan, now: number, zone: string): TimeSpan {
  const today = dayOf(now, zone);
  const begun = now - firstMoment(today, zone);
  const day = `${dayOf(month.from, zone).slice(0, 8)}${today.slice(8)}`;
  // A month without this day has been all of it by now.
  if (dayOf(firstMoment(day, zone), zone) !== day) return month;
  return { from: month.from, to: Math.min(month.to, firstMoment(day, zone) + begun + 1) };
}

/** What will be spent from now until a moment, at the rate of the last seven days. */
export function readAhead(context: ReportContext, filters: Filters, to: number): Ahead | undefined {
  const days = Math.max(0, to - context.now) / dayMs;
  const { status, rate, horizons } = projectHistory(context, filteredHistory(context, filters), [
    days,
  ]);
  const [horizon] = horizons;
  if (status !== 'ok' || horizon === undefined) return undefined;
  return { to, nano: horizon.nano, band: horizon.band, rate };
}

/** What comes next: so many days from now, the whole of the month to come, and a quarter. */
export interface Next {
  readonly kind: 'days' | 'month';
  readonly days: number;
  /** Where it begins, UTC milliseconds. */
  readonly from: number;
  readonly nano: number;
  readonly band: { readonly low: number; readonly high: number } | undefined;
}

/** What the time ahead will cost, at the same rate. */
export function readNext(context: ReportContext, filters: Filters): Next[] {
  const { now, zone } = context;
  const month = monthSpan(monthSpan(now, zone).to, zone);
  const stretches = [
    { kind: 'days', days: 30, from: now },
    { kind: 'month', days: (month.to - month.from) / dayMs, from: month.from },
    { kind: 'days', days: 90, from: now },
  ] as const;
  const { status, horizons } = projectHistory(
    context,
    filteredHistory(context, filters),
    stretches.map(({ days }) => days),
  );
  if (status !== 'ok') return [];
  return stretches.map((stretch, index) => {
    const { nano, band } = horizons[index]!;
    return { ...stretch, nano, band };
  });
}

/**
 * What bars come to that are not over, by the usual hours, in their order; 0 for those that are. `rate`:
 * spend of a day.
 */
export function expectedSpend(
  context: ReportContext,
  buckets: readonly { readonly from: number; readonly to: number; readonly total: number }[],
  rate: number,
): number[] {
  const { now } = context;
  const hours = usualHoursOf(context);
  return buckets.map(({ from, to, total }) =>
    to <= now ? 0 : total + rate * hours.between(Math.max(from, now), to),
  );
}
