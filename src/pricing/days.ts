import { dayMs } from '../model/calendar.ts';

/**
 * The first moment (UTC milliseconds) of a day written `YYYY-MM-DD`, or undefined when it is not a
 * day of the calendar. Prices change at midnight UTC: the hour is not published.
 */
export function dayStart(day: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (match === null) return undefined;
  const ms = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  // Date.UTC carries 2026-02-30 over into March.
  return new Date(ms).toISOString().slice(0, 10) === day ? ms : undefined;
}

/** Whole days from a catalogue's day to a moment (UTC milliseconds); 0 when the day is yet to come. */
export function daysOld(catalogueDate: string, todayMs: number): number {
  const start = dayStart(catalogueDate);
  if (start === undefined) throw new RangeError(`not a day: ${catalogueDate}`);
  return Math.max(0, Math.floor((todayMs - start) / dayMs));
}

/** The day (UTC) of a moment, or null for the ends of time. */
export function dayOf(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : null;
}
