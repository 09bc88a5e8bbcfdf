import {
  addDays,
  dayMs,
  dayOf,
  daySpan,
  firstMoment,
  hourMs,
  isDay,
  monthSpan,
  type TimeSpan,
  type UtcDays,
  type WeekStart,
  weekSpan,
  type Zone,
  zoneName,
} from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';

/** When and where "today" is. */
export interface Clock {
  readonly now: number;
  readonly zone: Zone;
  readonly weekStart: WeekStart;
}

/** A span as asked for, as text. */
export interface SpanQuestion {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly period?: string | undefined;
}

/** The periods that have a name. */
const periodsInWords = 'today, yesterday, week, lastweek, month, lastmonth, all';

const end = Number.MAX_SAFE_INTEGER;
const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: hourMs,
  d: 24 * hourMs,
  w: 7 * 24 * hourMs,
};

/** The span of time asked for, or undefined for all of it. */
export function spanOf(question: SpanQuestion, clock: Clock): TimeSpan | undefined {
  const { since, until, period } = question;
  const base = period === undefined ? undefined : periodSpan(period, clock);
  const from = since === undefined ? 0 : momentOf(since, '--since', clock).from;
  const to = until === undefined ? end : momentOf(until, '--until', clock).to;
  if (since === undefined && until === undefined) return base;
  const span = { from: Math.max(from, base?.from ?? 0), to: Math.min(to, base?.to ?? end) };
  if (span.from >= span.to) {
    throw new HumanError('usage', 'The span of time asked for ends before it begins.', {
      what: { id: 'spanReversed', values: [] },
    });
  }
  return span;
}

function periodSpan(period: string, clock: Clock): TimeSpan | undefined {
  const { now, zone, weekStart } = clock;
  switch (period) {
    case 'all':
      return undefined;
    case 'today':
      return daySpan(now, zone);
    case 'week':
      return weekSpan(now, zone, weekStart);
    case 'month':
      return monthSpan(now, zone);
    case 'yesterday':
      return daySpan(daySpan(now, zone).from - 1, zone);
    case 'lastweek':
      return weekSpan(weekSpan(now, zone, weekStart).from - 1, zone, weekStart);
    case 'lastmonth':
      return monthSpan(monthSpan(now, zone).from - 1, zone);
  }
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) {
    return monthSpan(firstMoment(`${period}-01`, zone), zone);
  }
  if (isDay(period)) return momentOf(period, '--period', clock);
  const range = period.split('..');
  if (range.length === 2) {
    const from = momentOf(range[0]!, '--period', clock).from;
    const to = momentOf(range[1]!, '--period', clock).to;
    if (from < to) return { from, to };
    throw new HumanError('usage', `--period ${period} ends before it begins.`, {
      what: { id: 'spanReversed', values: [] },
    });
  }
  const rolling = durationStart(period, clock);
  if (rolling !== undefined) return { from: rolling, to: daySpan(now, zone).to };
  throw new HumanError(
    'usage',
    `--period ${JSON.stringify(period)} is not known. Use ${periodsInWords}, a length such as 7d, a day or month such as 2026-11, or FROM..TO such as 2026-11-01..2026-11-15.`,
  );
}

/** A day is an interval, a moment is a point: `from` begins it and `to` ends it. */
function momentOf(text: string, option: string, clock: Clock): TimeSpan {
  if (isDay(text)) {
    const { zone } = clock;
    return { from: firstMoment(text, zone), to: firstMoment(addDays(text, 1), zone) };
  }
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    const at = Date.parse(text);
    if (Number.isFinite(at)) return { from: at, to: at };
  }
  const start = durationStart(text, clock);
  if (start !== undefined) return { from: start, to: start };
  throw new HumanError(
    'usage',
    `${option} ${JSON.stringify(text)} is not a time. Use a day (2026-11-01), a moment (2026-11-01T10:00Z) or a length back from now (90m, 24h, 7d, 2w, 3mo).`,
  );
}

/** A moment in the past as somebody writes one: a day stands for its beginning. */
export function pastMoment(text: string, option: string, clock: Clock): number {
  const { from } = momentOf(text, option, clock);
  if (from <= clock.now) return from;
  throw new HumanError('usage', `${option} ${text} lies ahead: it must be a moment that has been.`);
}

/** The moment a length of time ago; months are months of the calendar. */
function durationStart(text: string, { now, zone }: Clock): number | undefined {
  const match = /^(\d{1,4})(m|h|d|w|mo)$/.exec(text);
  if (match === null) return undefined;
  const amount = Number(match[1]);
  const unit = match[2]!;
  if (amount === 0) return undefined;
  if (unit !== 'mo') return now - amount * unitMs[unit]!;
  const today = dayOf(now, zone);
  const [year, month, day] = today.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 - amount, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const date = `${first.toISOString().slice(0, 8)}${String(Math.min(day, days)).padStart(2, '0')}`;
  return firstMoment(date, zone) + (now - firstMoment(today, zone));
}

/** A length of time such as `90m` or `3mo` in milliseconds; months are those before now. */
export function lengthMs(text: string, clock: Clock): number | undefined {
  const start = durationStart(text, clock);
  return start === undefined ? undefined : clock.now - start;
}

/** A span for programs: null where it has no edge. */
export function periodJson(span: TimeSpan | undefined, zone: Zone): object {
  const edge = (at: number | undefined, none: number): string | null =>
    at === undefined || at === none ? null : new Date(at).toISOString();
  return {
    from: edge(span?.from, 0),
    to: edge(span?.to, end),
    // To find it takes as long as many a report: only where it is written.
    get timeZone() {
      return zoneName(zone);
    },
  };
}

/** Earlier days no ledger of a team keeps. */
const firstDay = '2020-01-01';

/**
 * The days of UTC a period is of, as a team's ledger knows them: `from` belongs to them, `to` does not. Weeks
 * begin on Monday. All of them where none are asked for.
 */
export function utcDays(question: SpanQuestion, now: number): UtcDays {
  const span = spanOf(question, { now, zone: 'UTC', weekStart: 1 });
  const from = Math.max(span?.from ?? 0, Date.parse(firstDay));
  const to = Math.min(span?.to ?? Number.MAX_SAFE_INTEGER, now + 366 * dayMs);
  return { from: dayAt(from), to: dayAt(to + dayMs - 1) };
}

function dayAt(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
