import { marksOf, type TimeTag, type TimeTagEvent } from '../../analysis/spend/timeTags.ts';
import { localTime } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { count, isoTime, type ReportContext } from '../../query/context.ts';
import { listed } from '../../query/question.ts';
import { clip, plainText } from '../../text/plainText.ts';
import type { Document } from '../document/document.ts';

/** Longest name of a mark: it stands in tables. */
const longestName = 80;

/** A start or a stop that is asked for. */
export interface TimeTagQuestion {
  readonly kind: TimeTagEvent['kind'];
  readonly name: string;
  /** Full id of the session it is about; undefined for all. */
  readonly session: string | undefined;
  /** UTC milliseconds. */
  readonly at: number;
}

/** Checks the name of a mark: what `--tag` and tables can carry. */
export function markName(written: string): string {
  const name = written.trim();
  if (name !== '' && name.length <= longestName && plainText(name) === name) return name;
  throw new HumanError(
    'usage',
    `${JSON.stringify(clip(plainText(written), longestName))} cannot name a mark. Use 1 to ${longestName} characters on one line.`,
  );
}

/**
 * The event a wish comes to. Undefined for a start while the mark runs, which changes nothing; a stop
 * without a start is refused, and so is one before it.
 */
export function eventFor(
  wish: TimeTagQuestion,
  events: readonly TimeTagEvent[],
): TimeTagEvent | undefined {
  const { kind, name, session, at } = wish;
  const marks = marksOf(events);
  const running = runningMark(marks, name, session);
  const event = { name, kind, at, ...(session !== undefined && { session }) };
  if (kind === 'start') {
    if (running === undefined) return event;
    if (running.from <= at) return undefined;
    throw new HumanError(
      'usage',
      `"${name}" is running since ${new Date(running.from).toISOString()}, later than the start asked for. Stop it first.`,
    );
  }
  if (running !== undefined && running.from <= at) return event;
  if (running !== undefined) {
    throw new HumanError(
      'usage',
      `"${name}" started at ${new Date(running.from).toISOString()}: it cannot stop before that.`,
    );
  }
  const names = [...new Set(marks.filter(isRunning).map((mark) => `"${mark.name}"`))];
  const others = names.length === 0 ? 'No mark is running.' : `Running: ${listed(names)}.`;
  const where = session === undefined ? '' : ' for this session';
  throw new HumanError('usage', `"${name}" is not running${where}. ${others}`);
}

/** What was done, and what it means for the spend that follows. */
export function markReport(
  context: ReportContext,
  wish: TimeTagQuestion,
  event: TimeTagEvent | undefined,
  events: readonly TimeTagEvent[],
): Document {
  const { kind, name, session } = wish;
  const at = event?.at ?? runningMark(marksOf(events), name, session)?.from ?? wish.at;
  const when = localTime(at, context.zone).slice(0, 19);
  const scope = session === undefined ? 'every session' : `session ${session}`;
  const sentence =
    kind === 'stop'
      ? `"${name}" stopped at ${when}. "outlay breakdown --tag ${shellWord(name)}" shows what it cost.`
      : event === undefined
        ? `"${name}" has been running since ${when}; nothing is changed.`
        : `"${name}" runs from ${when} on: what ${scope} spends counts for it until "outlay mark stop ${shellWord(name)}".`;
  return {
    title: 'Mark',
    sentences: [sentence],
    tables: [],
    notes: [],
    json: {
      schemaVersion: 1,
      name,
      kind,
      at: isoTime(at),
      session: session ?? null,
      changed: event !== undefined,
    },
  };
}

/** Every mark, the latest first: what `outlay mark list` prints. */
export function marksReport(context: ReportContext): Document {
  const { labels, problems } = context;
  const marks = marksOf(labels.marks).reverse();
  const running = marks.filter(isRunning);
  return {
    title: 'Marks',
    sentences: [
      marks.length === 0
        ? 'No marks yet. "outlay mark start NAME" starts one.'
        : `${count(marks.length, 'mark')}, ${running.length} running.`,
    ],
    tables: [
      {
        title: '',
        columns: [
          { key: 'name', header: 'Name', unit: 'text', widest: 40 },
          { key: 'from', header: 'From', unit: 'time' },
          { key: 'to', header: 'To', unit: 'time' },
          { key: 'session', header: 'Session', unit: 'text', prefix: 8, idle: true },
          { key: 'state', header: 'State', unit: 'text' },
        ],
        rows: marks.map((mark) => [
          mark.name,
          mark.from,
          isRunning(mark) ? null : mark.to,
          mark.session ?? null,
          isRunning(mark) ? 'running' : 'stopped',
        ]),
      },
    ],
    notes: [...problems],
    json: {
      schemaVersion: 1,
      marks: marks.map((mark) => ({
        name: mark.name,
        from: isoTime(mark.from),
        to: isRunning(mark) ? null : isoTime(mark.to),
        session: mark.session ?? null,
        running: isRunning(mark),
      })),
      notes: [...problems],
    },
  };
}

function isRunning({ to }: TimeTag): boolean {
  return to === Number.MAX_SAFE_INTEGER;
}

function runningMark(
  marks: readonly TimeTag[],
  name: string,
  session: string | undefined,
): TimeTag | undefined {
  return marks.find((mark) => isRunning(mark) && mark.name === name && mark.session === session);
}

function shellWord(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
