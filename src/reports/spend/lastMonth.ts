import { dayOf, firstMoment, monthSpan, type TimeSpan, type Zone } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import type { Filters } from '../../query/options.ts';
import { type Selection, select } from '../../query/select.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { dateText } from '../../text/when.ts';
import { shareText } from '../document/cells.ts';

/** How this month stands to as much of the one before. */
export interface Change {
  /** Of what it was before: 0.15 for 15% more. */
  readonly share: number;
  /** The days it is held against: `Oct 1–24`. */
  readonly days: string;
}

/** Compares this month with as much of the last; undefined where there is nothing to hold it against. */
export function monthChange(
  context: ReportContext,
  filters: Filters,
  month: Pick<Selection, 'total' | 'names'>,
): Change | undefined {
  const { now, zone } = context;
  const last = monthSpan(monthSpan(now, zone).from - 1, zone);
  const span = asFarInMonth(last, now, zone);
  const before = select(context, { span, filters }, [], false, month.names);
  if (before.total <= 0 || isLowerBound(before.sums)) return undefined;
  const until = Number(dayOf(span.to - 1, zone).slice(8));
  const days = `${dateText(dayOf(span.from, zone), context)}–${until}`;
  return { share: month.total / before.total - 1, days };
}

/** Shares of less than this are the same. */
const same = 0.005;

/** `▲ 15% above Oct 1–24`, for a list; null where there is nothing to say. */
export function changeFromLastMonth(context: ReportContext, month: Selection): string | null {
  const change = monthChange(context, {}, month);
  if (change === undefined || Math.abs(change.share) < same) return null;
  const size = shareText(Math.abs(change.share));
  return change.share > 0 ? `▲ ${size} above ${change.days}` : `▼ ${size} below ${change.days}`;
}

/** `, 15% more than in Oct 1–24`, for a sentence; '' where there is nothing to say. */
export function changeWords(change: Change | undefined): string {
  if (change === undefined) return '';
  const { share, days } = change;
  if (Math.abs(share) < same) return `, as much as in ${days}`;
  return `, ${shareText(Math.abs(share))} ${share > 0 ? 'more' : 'less'} than in ${days}`;
}

/** A month as far as the present one has come: to the same time of the same day, or its end. */
function asFarInMonth(month: TimeSpan, now: number, zone: Zone): TimeSpan {
  const today = dayOf(now, zone);
  const day = `${dayOf(month.from, zone).slice(0, 8)}${today.slice(8)}`;
  const begins = firstMoment(day, zone);
  // A month without this day has been all of it by now.
  if (dayOf(begins, zone) !== day) return month;
  const to = begins + (now - firstMoment(today, zone)) + 1;
  return { from: month.from, to: Math.min(month.to, to) };
}
