/**
 * Days, weeks and months in a person's time zone, right on days of 23 and 25 hours. The one place
 * where local time is cut; nothing here reads the clock.
 */

/** IANA zone name, e.g. `Europe/Berlin`; '' is the zone of this machine. */
export type Zone = string;

/** The zone of this machine. It needs no tables, which take 20 ms to load. */
export const systemZone: Zone = '';

/** First day of a week: 0 Sunday, 1 Monday … 6 Saturday. */
export type WeekStart = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** UTC days, YYYY-MM-DD: `from` belongs to them, `to` does not. */
export interface UtcDays {
  readonly from: string;
  readonly to: string;
}

/** A span of time: `from` belongs to it, `to` does not. UTC milliseconds. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const quarterHourMs = 900_000;
export const hourMs = 3_600_000;
/** A day of the clock; days of the calendar have 23 to 25 hours: see `daySpan`. */
export const dayMs = 24 * hourMs;

const formatters = new Map<Zone, Intl.DateTimeFormat>();

function formatter(zone: Zone): Intl.DateTimeFormat {
  let format = formatters.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA-u-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(zone, format);
  }
  return format;
}

/** A zone by its name, this machine's too. */
export function zoneName(zone: Zone): string {
  return zone || new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function isZone(zone: string): boolean {
  try {
    formatter(zone);
    return true;
  } catch {
    return false;
  }
}

/** Local day (YYYY-MM-DD) of a moment. */
export function dayOf(ms: number, zone: Zone): string {
  return localTime(ms, zone).slice(0, 10);
}

/**
 * What a zone's clocks are ahead of UTC, in milliseconds. The zone is asked once a day, and for each moment
 * only on a day on which the offset changes: asking takes fifty times as long as adding what is known.
 */
export function offsetsOf(zone: Zone): (ms: number) => number {
  // This machine may move to another zone while a program runs.
  if (zone === systemZone) return newOffsets(zone);
  let offsetAt = knownOffsets.get(zone);
  if (offsetAt === undefined) {
    offsetAt = newOffsets(zone);
    knownOffsets.set(zone, offsetAt);
  }
  return offsetAt;
}

const knownOffsets = new Map<Zone, (ms: number) => number>();

function newOffsets(zone: Zone): (ms: number) => number {
  const offsets = new Map<number, number>();
  const ask = (ms: number): number =>
    Date.parse(`${zoneTime(ms, zone).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;
  const offsetAt = (utcDay: number): number => {
    let offset = offsets.get(utcDay);
    if (offset === undefined) {
      offset = ask(utcDay * dayMs);
      if (offsets.size > 20_000) offsets.clear();
      offsets.set(utcDay, offset);
    }
    return offset;
  };
  return (ms) => {
    const utcDay = Math.floor(ms / dayMs);
    const offset = offsetAt(utcDay);
    return offset === offsetAt(utcDay + 1) ? offset : ask(ms);
  };
}

/** `dayOf` for many moments of one zone, in a twentieth of the time. */
export function daysOf(zone: Zone): (ms: number) => string {
  const offsetAt = offsetsOf(zone);
  const names = new Map<number, string>();
  return (ms) => {
    const day = Math.floor((ms + offsetAt(ms)) / dayMs);
    let name = names.get(day);
    if (name === undefined) {
      name = new Date(day * dayMs).toISOString().slice(0, 10);
      names.set(day, name);
    }
    return name;
  };
}

/** Years that are written with four digits in every zone, as moments. */
const [fourDigitsFrom, fourDigitsTo] = [Date.UTC(1001, 0, 1), Date.UTC(9999, 0, 1)];

/** Local date and time of a moment: `YYYY-MM-DD HH:MM:SS`. */
export function localTime(ms: number, zone: Zone): string {
  // Its own clock a machine tells as fast.
  if (zone === systemZone) return systemTime(new Date(ms));
  if (!(ms >= fourDigitsFrom && ms < fourDigitsTo)) return zoneTime(ms, zone);
  const clock = Math.floor(ms / 1000) * 1000 + offsetsOf(zone)(ms);
  return new Date(clock).toISOString().slice(0, 19).replace('T', ' ');
}

/** The same as the zone's tables say it, each time anew. */
function zoneTime(ms: number, zone: Zone): string {
  if (zone === systemZone) return systemTime(new Date(ms));
  const parts = new Map<string, string>();
  for (const { type, value } of formatter(zone).formatToParts(ms)) parts.set(type, value);
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  return `${date} ${parts.get('hour')}:${parts.get('minute')}:${parts.get('second')}`;
}

function systemTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** First moment of the local day that `ms` lies in: usually midnight, never a moment that is skipped. */
export function startOfDay(ms: number, zone: Zone): number {
  return firstMoment(dayOf(ms, zone), zone);
}

const starts = new Map<string, number>();

const yearTenThousand = Date.UTC(10_000, 0, 1);

/** First moment of a local day (YYYY-MM-DD). */
export function firstMoment(day: string, zone: Zone): number {
  const key = `${zone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Days are compared as texts below, which takes years of four digits: beyond them zones do not matter.
  if (Number.isNaN(utc)) return yearTenThousand;
  if (day < '1001-' || day >= '9999-') return utc;
  // Zones reach from UTC-12 to UTC+14 and change by whole quarters of an hour.
  let at = utc - 15 * hourMs;
  while (dayOf(at, zone) < day) at += hourMs;
  while (dayOf(at - quarterHourMs, zone) >= day) at -= quarterHourMs;
  if (starts.size > 2000) starts.clear();
  starts.set(key, at);
  return at;
}

/** Whether a text is a day of the calendar, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Day `count` days after a local day (YYYY-MM-DD). */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + count * dayMs).toISOString().slice(0, 10);
}

/** The local day that `ms` lies in. */
export function daySpan(ms: number, zone: Zone): TimeSpan {
  const day = dayOf(ms, zone);
  return { from: firstMoment(day, zone), to: firstMoment(addDays(day, 1), zone) };
}

/** The local week that `ms` lies in. */
export function weekSpan(ms: number, zone: Zone, start: WeekStart): TimeSpan {
  const day = dayOf(ms, zone);
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
  const first = addDays(day, -((weekday - start + 7) % 7));
  return { from: firstMoment(first, zone), to: firstMoment(addDays(first, 7), zone) };
}

/** The local month that `ms` lies in. */
export function monthSpan(ms: number, zone: Zone): TimeSpan {
  const [year, month] = dayOf(ms, zone).split('-').map(Number) as [number, number];
  const next =
    month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`;
  const first = `${year}-${String(month).padStart(2, '0')}-01`;
  return { from: firstMoment(first, zone), to: firstMoment(next, zone) };
}

/** A length of time in the units a person names. */
export type Length =
  | { readonly unit: 's' | 'min' | 'd'; readonly count: number }
  | { readonly unit: 'h'; readonly count: number; readonly minutes: number };

/** A length of time, rounded to what a person names: seconds, minutes, hours and minutes, days. */
export function lengthOf(ms: number): Length {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return { unit: 's', count: seconds };
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return { unit: 'min', count: minutes };
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return { unit: 'h', count: hours, minutes: minutes % 60 };
  return { unit: 'd', count: Math.round(hours / 24) };
}

/** A length of time in plain English: `8 s`, `41 min`, `2 h 05 min`, `3 d`. */
export function formatDuration(ms: number): string {
  const length = lengthOf(ms);
  if (length.unit !== 'h') return `${length.count} ${length.unit}`;
  return `${length.count} h ${String(length.minutes).padStart(2, '0')} min`;
}

/** How long ago something was, in whole units; `now` is less than a minute. */
export function ageOf(ms: number): {
  readonly unit: 'now' | 'min' | 'h' | 'd';
  readonly count: number;
} {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return { unit: 'now', count: 0 };
  if (minutes < 60) return { unit: 'min', count: minutes };
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? { unit: 'h', count: hours } : { unit: 'd', count: Math.floor(hours / 24) };
}

/**
 * What was spent in the last so many milliseconds, as every view and report means it: (now − length, now].
 * What is dated later today is of now, too: the clock it was written by was ahead. Without it a window
 * would hold less than the day around it.
 */
export function lastSpan(now: number, zone: Zone, length: number): TimeSpan {
  return { from: now - length + 1, to: daySpan(now, zone).to };
}

/** The last 60 minutes. */
export function lastHourSpan(now: number, zone: Zone): TimeSpan {
  return lastSpan(now, zone, hourMs);
}
