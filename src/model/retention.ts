import { addDays, dayOf, firstMoment, localTime, startOfDay, type Zone } from './calendar.ts';

/** How long detail is kept, in days of the calendar. Sums are kept for ever. */
export interface Retention {
  /** Days for which single messages are kept; older ones are aggregated by day. */
  readonly messageDays: number;
  /**
   * Days for which days are kept; older ones are aggregated by month. Not less than `messageDays`.
   */
  readonly dayDays: number;
}

export const defaultRetention: Retention = { messageDays: 90, dayDays: 365 };

/** The user's retention settings. */
export interface RetentionSettings extends Retention {
  readonly enabled: boolean;
}

/** Retention settings with the zone whose nights they run in and whose days they cut at. */
export interface RetentionPlan extends Retention {
  readonly zone: Zone;
  /** File of the time tags, read when sums are made; their moments cut sums. */
  readonly marksFile?: string | undefined;
}

/** What is to be done by itself; undefined when the user does not want it. */
export function planOf(
  settings: RetentionSettings,
  zone: Zone,
  marksFile?: string,
): RetentionPlan | undefined {
  const { enabled, messageDays, dayDays } = settings;
  return enabled ? { messageDays, dayDays, zone, marksFile } : undefined;
}

/** Claude Code keeps transcripts for 30 days: thinner than them the store must never be. */
export const fewestMessageDays = 30;

/** What a downsampling removed: messages, and the days and months they were aggregated to. */
export interface DownsampledCounts {
  readonly messages: number;
  /** Days whose messages were downsampled. */
  readonly days: number;
  /** Months whose days were downsampled. */
  readonly months: number;
}

/** Retention limits: detail before them is aggregated. Both begin a local day. UTC milliseconds. */
export interface RetentionLimits {
  readonly messagesBefore: number;
  readonly daysBefore: number;
  readonly zone: Zone;
  /** Moments that an aggregate never spans: where time tags begin and end. */
  readonly cuts?: readonly number[] | undefined;
}

/** What is to be downsampled at a moment; `cuts` are moments whose two sides stay apart. */
export function limitsAt(
  now: number,
  plan: RetentionPlan,
  cuts: readonly number[] = [],
): RetentionLimits {
  const { messageDays, dayDays, zone } = plan;
  const today = dayOf(now, zone);
  const start = (days: number): number => firstMoment(addDays(today, -days), zone);
  return {
    messagesBefore: start(messageDays),
    daysBefore: start(Math.max(messageDays, dayDays)),
    zone,
    cuts,
  };
}

const quarterHourMs = 900_000;

/**
 * The last moment, `now` included, at which the local clock showed 02:00: when the nightly job is
 * due.
 */
export function lastNight(now: number, zone: Zone): number {
  const today = twoOClock(startOfDay(now, zone), zone);
  if (today <= now) return today;
  return twoOClock(firstMoment(addDays(dayOf(now, zone), -1), zone), zone);
}

/** 02:00 of a day, or the first moment behind it where the clock skips that hour. */
function twoOClock(midnight: number, zone: Zone): number {
  let at = midnight;
  while (localTime(at, zone).slice(11) < '02:00') at += quarterHourMs;
  return at;
}
