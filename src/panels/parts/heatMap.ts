import { dayMs, hourMs, offsetsOf } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import type { SumsOnly } from '../../query/select.ts';

/** Nano-dollars of each hour of each day of the week; the first day is the one the user's week starts on. */
export interface Heat {
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** One line of 24 hours for each of `weekdays`. */
  readonly nano: readonly (readonly number[])[];
}

/** When, in an ordinary week, money is spent: local hours. */
export function heatOf(
  { zone, weekStart }: Pick<ReportContext, 'zone' | 'weekStart'>,
  { rows, backgrounds }: Pick<SumsOnly, 'rows' | 'backgrounds'>,
): Heat {
  const offsetAt = offsetsOf(zone);
  const cells = new Float64Array(7 * 24);
  const add = ({ at, nano }: { readonly at: number; readonly nano: number }): void => {
    const local = at + offsetAt(at);
    // The first of January 1970 was a Thursday.
    const weekday = (Math.floor(local / dayMs) + 4) % 7;
    const hour = Math.floor((local % dayMs) / hourMs);
    cells[weekday * 24 + hour]! += nano;
  };
  rows.forEach(add);
  backgrounds.forEach(add);
  const weekdays = Array.from({ length: 7 }, (_, index) => (weekStart + index) % 7);
  return { weekdays, nano: weekdays.map((day) => [...cells.slice(day * 24, day * 24 + 24)]) };
}
