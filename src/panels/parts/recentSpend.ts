import { type UseWindow, useWindows } from '../../analysis/spend/usageWindows.ts';
import {
  addDays,
  dayMs,
  dayOf,
  firstMoment,
  lastHourSpan,
  type TimeSpan,
  weekSpan,
} from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import type { Names } from '../../query/names.ts';
import type { Filters } from '../../query/options.ts';
import { type SumsOnly, select, selectSums } from '../../query/select.ts';

/** What was spent lately, whatever period is looked at. Money in nano-dollars. */
export interface Recent {
  readonly today: number;
  /** Mean of what had been spent by this time of earlier days of this name; undefined before two of them. */
  readonly usualByNow: number | undefined;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly lastHour: number;
  /** 5-hour windows of the last days, the latest last. */
  readonly windows: readonly UseWindow[];
  /** Calendar weeks, the present one last. */
  readonly weeks: readonly UseWindow[];
}

/** Weeks that are shown, and that tell what a usual day is. */
const weeksBack = 8;

/** Days whose 5-hour windows are shown. */
const windowDays = 4;

/** Reads the last weeks by quarter of an hour, and the last hour exactly. */
export function recentSpend(context: ReportContext, filters: Filters, names: Names): Recent {
  const { now, zone, weekStart } = context;
  const day = dayOf(now, zone);
  const first = weekSpan(firstMoment(addDays(day, -7 * (weeksBack - 1)), zone), zone, weekStart);
  const reach = { from: first.from, to: now + 1 };
  const points = pointsOf(
    selectSums(context, { span: reach, filters }, ['bucket'], names, ['nano']),
  );
  const sum = ({ from, to }: TimeSpan): number =>
    points.reduce((total, { at, nano }) => (at >= from && at < to ? total + nano : total), 0);
  const weeks: UseWindow[] = [];
  for (let at = first.from; at <= now; at = weeks.at(-1)!.to) {
    const week = weekSpan(at, zone, weekStart);
    weeks.push({ ...week, nano: sum(week) });
  }
  const windows = useWindows(points.filter(({ at }) => at > now - windowDays * dayMs));
  return {
    today: sum({ from: firstMoment(day, zone), to: now + 1 }),
    usualByNow: usual(points, day, context, sum),
    weekday: new Date(`${day}T12:00:00Z`).getUTCDay(),
    lastHour: select(context, { span: lastHourSpan(now), filters }, [], false, names).total,
    windows,
    weeks,
  };
}

function pointsOf({
  rows,
  backgrounds,
}: Pick<SumsOnly, 'rows' | 'backgrounds'>): { at: number; nano: number }[] {
  return [...rows, ...backgrounds].map(({ at, nano }) => ({ at, nano }));
}

/** Days of the same name since the first one with any spend, each up to the same time of day. */
function usual(
  points: readonly { readonly at: number }[],
  today: string,
  { now, zone }: ReportContext,
  sum: (span: TimeSpan) => number,
): number | undefined {
  const started = points.reduce((least, { at }) => Math.min(least, at), now);
  const elapsed = now - firstMoment(today, zone);
  const sums: number[] = [];
  for (let back = 1; back < weeksBack; back++) {
    const from = firstMoment(addDays(today, -7 * back), zone);
    if (from < started) break;
    sums.push(sum({ from, to: from + elapsed }));
  }
  if (sums.length < 2) return undefined;
  return sums.reduce((total, nano) => total + nano, 0) / sums.length;
}
