import { type UseWindow, useWindows } from '../../analysis/spend/usageWindows.ts';
import {
  addDays,
  dayMs,
  dayOf,
  daySpan,
  firstMoment,
  lastHourSpan,
  type TimeSpan,
  weekSpan,
} from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import { sameWeekdays, spendPoints, usualByNow } from '../../query/forecast/usualDay.ts';
import type { Names } from '../../query/names.ts';
import type { Filters } from '../../query/options.ts';
import { select } from '../../query/select.ts';

/** What was spent lately, whatever period is looked at. Money in nano-dollars. */
export interface Recent {
  readonly today: number;
  /**
   * What had been spent by this time of the last eight days of this name, the one in the middle; undefined
   * before two of them.
   */
  readonly usualByNow: number | undefined;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly lastHour: number;
  /** 5-hour windows of the last days, the latest last. */
  readonly windows: readonly UseWindow[];
  /** Calendar weeks, the present one last. */
  readonly weeks: readonly UseWindow[];
}

/** Weeks that are shown. */
const weeksBack = 8;

/** Days whose 5-hour windows are shown. */
const windowDays = 4;

/** Reads the last weeks by quarter of an hour, and the last hour exactly. */
export function recentSpend(context: ReportContext, filters: Filters, names: Names): Recent {
  const { now, zone, weekStart } = context;
  const day = dayOf(now, zone);
  const first = weekSpan(firstMoment(addDays(day, -7 * (weeksBack - 1)), zone), zone, weekStart);
  const today = daySpan(now, zone);
  const weekdays = sameWeekdays(context);
  const reach = { from: Math.min(first.from, weekdays.at(-1)!.from), to: today.to };
  const points = spendPoints(context, filters, reach, names);
  const sum = ({ from, to }: TimeSpan): number =>
    points.reduce((total, { at, nano }) => (at >= from && at < to ? total + nano : total), 0);
  const weeks: UseWindow[] = [];
  for (let at = first.from; at <= now; at = weeks.at(-1)!.to) {
    const week = weekSpan(at, zone, weekStart);
    weeks.push({ ...week, nano: sum(week) });
  }
  const windows = useWindows(points.filter(({ at }) => at > now - windowDays * dayMs));
  return {
    today: sum(today),
    usualByNow: usualByNow(context, filters, points, weekdays),
    weekday: new Date(`${day}T12:00:00Z`).getUTCDay(),
    lastHour: select(context, { span: lastHourSpan(now, zone), filters }, [], false, names).total,
    windows,
    weeks,
  };
}
