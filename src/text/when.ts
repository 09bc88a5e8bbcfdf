import {
  addDays,
  dayOf,
  daySpan,
  firstMoment,
  hourMs,
  localTime,
  monthSpan,
  type TimeSpan,
  type WeekStart,
  weekSpan,
  type Zone,
} from '../model/calendar.ts';

/** When and where somebody reads. */
interface Reader {
  readonly now: number;
  readonly zone: Zone;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const longMonths = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August'],
  ...['September', 'October', 'November', 'December'],
];

/** A local day (YYYY-MM-DD) as people write it: `Nov 5`, with its year where it is not this one. */
export function dateText(day: string, { now, zone }: Reader): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const text = `${months[month - 1]} ${date}`;
  return String(year) === dayOf(now, zone).slice(0, 4) ? text : `${text}, ${year}`;
}

/** A time of the day: `2:02 PM`. */
export function hourText(ms: number, zone: Zone): string {
  const [hour, minute] = localTime(ms, zone).slice(11, 16).split(':') as [string, string];
  return `${Number(hour) % 12 || 12}:${minute} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
}

/** The day of a moment: today's by its hour, then `yesterday`, then the date. */
export function dayText(ms: number, reader: Reader): string {
  const day = dayOf(ms, reader.zone);
  const today = dayOf(reader.now, reader.zone);
  if (day === today) return `today, ${hourText(ms, reader.zone)}`;
  return day === addDays(today, -1) ? 'yesterday' : dateText(day, reader);
}

/** A moment, to the minute. */
export function momentText(ms: number, reader: Reader): string {
  const day = dayText(ms, reader);
  return day.startsWith('today') ? day : `${day}, ${hourText(ms, reader.zone)}`;
}

/** A moment as a sentence has it, with its seconds left out: `Nov 5, 2:02 PM`. */
export function rangeText(from: number, to: number, reader: Reader): string {
  const { zone } = reader;
  const [first, last] = [momentText(from, reader), momentText(to, reader)];
  if (dayOf(from, zone) !== dayOf(to, zone)) return `${first} to ${last}`;
  const hours = [hourText(from, zone), hourText(to, zone)];
  if (hours[0] === hours[1]) return first;
  const same = hours[0]!.slice(-2) === hours[1]!.slice(-2);
  const begin = same ? first.slice(0, -3) : first;
  return `${begin}–${hours[1]}`;
}

/** What a span is called, and how a sentence says that something was in it. */
export interface SpanWords {
  /** For titles: `November`, `the last 7 days`, `all time`. */
  readonly name: string;
  /** Behind an amount: `in November`, `in the last 7 days`, `in all`. */
  readonly within: string;
}

const end = Number.MAX_SAFE_INTEGER;

/** A span of time in words, in the reader's zone. */
export function spanWords(
  span: TimeSpan | undefined,
  clock: Reader & { readonly weekStart: WeekStart },
): SpanWords {
  if (span === undefined || (span.from === 0 && span.to === end)) {
    return { name: 'all time', within: 'in all' };
  }
  const { now, zone, weekStart } = clock;
  const is = (other: TimeSpan): boolean => span.from === other.from && span.to === other.to;
  const day = dayOf(Math.max(span.from, 0), zone);
  const today = dayOf(now, zone);
  if (is(daySpan(span.from, zone))) {
    if (day === today) return { name: 'today', within: 'today' };
    if (day === addDays(today, -1)) return { name: 'yesterday', within: 'yesterday' };
    return { name: dateText(day, clock), within: `on ${dateText(day, clock)}` };
  }
  if (is(monthSpan(span.from, zone))) {
    const name = monthText(day, clock);
    return { name, within: `in ${name}` };
  }
  if (is(weekSpan(now, zone, weekStart))) return { name: 'this week', within: 'this week' };
  const rolling = span.to === now + 1 ? rollingText(now - span.from) : undefined;
  if (rolling !== undefined) return { name: rolling, within: `in ${rolling}` };
  return edges(span, clock);
}

/** A month by its name, with the year where it is not this one. */
export function monthText(day: string, { now, zone }: Reader): string {
  const name = longMonths[Number(day.slice(5, 7)) - 1]!;
  const year = day.slice(0, 4);
  return year === dayOf(now, zone).slice(0, 4) ? name : `${name} ${year}`;
}

function rollingText(ms: number): string | undefined {
  const hours = Math.round(ms / hourMs);
  if (hours * hourMs !== ms || hours === 0) return undefined;
  if (hours === 1) return 'the last hour';
  if (hours <= 48 && hours % 24 !== 0) return `the last ${hours} hours`;
  if (hours === 24) return 'the last 24 hours';
  if (hours % 24 !== 0) return undefined;
  return `the last ${hours / 24} days`;
}

/** From here to there, by days where both are midnights. */
function edges({ from, to }: TimeSpan, clock: Reader): SpanWords {
  const { zone } = clock;
  const isMidnight = (at: number): boolean => firstMoment(dayOf(at, zone), zone) === at;
  const byDay = (from === 0 || isMidnight(from)) && (to === end || isMidnight(to));
  const at = (ms: number): string => {
    const day = dateText(dayOf(ms, zone), clock);
    return byDay ? day : `${day}, ${hourText(ms, zone)}`;
  };
  // The end is not part of the span: of whole days the one before is the last.
  const last = byDay ? at(to - 1) : at(to);
  if (from === 0) return both(`up to ${last}`);
  if (to === end) return both(`since ${at(from)}`);
  const name = byDay ? `${at(from)} – ${last}` : `${at(from)} to ${last}`;
  return { name, within: `from ${at(from)} to ${last}` };
}

function both(words: string): SpanWords {
  return { name: words, within: words };
}
