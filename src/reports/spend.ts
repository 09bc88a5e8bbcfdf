import { daysOf, type TimeSpan } from '../model/calendar.ts';
import { addSums, agentNames } from '../store/factRows.ts';
import type { SessionSummary, SpendSums } from '../store/reader.ts';
import {
  type BackgroundRow,
  backgroundRows,
  bucketRows,
  type SpendRow,
  spendRows,
} from '../store/spendRows.ts';
import { countedSessions, type ReportContext } from './context.ts';
import type { Filters } from './question.ts';
import { select } from './selection.ts';

/** What was spent in a span by the sessions a report counts. Money in nano-dollars. */
export interface Spend {
  readonly rows: readonly SpendRow[];
  readonly sums: SpendSums;
  readonly backgrounds: readonly BackgroundRow[];
  readonly background: number;
  /** Messages and background: the figure a person sees. */
  readonly total: number;
  /** Sessions that spent something in the span, by number. */
  readonly sessions: ReadonlyMap<number, SessionSummary>;
}

/** Sessions by their number in the store. */
export type SessionIndex = ReadonlyMap<number, SessionSummary>;

/** The sessions a report counts, ready to look rows up in. */
export function indexSessions(context: ReportContext): SessionIndex {
  return new Map(countedSessions(context).map((session) => [session.id, session]));
}

/** Everything that counts of a span, or of all time, as far as the filters let it. */
export function readSpend(
  context: ReportContext,
  span: TimeSpan | undefined,
  index: SessionIndex,
  filters: Filters = {},
): Spend {
  const found = isFiltered(filters)
    ? filteredRows(context, span, filters)
    : { rows: spendRows(context.db, span), backgrounds: backgroundRows(context.db, span) };
  const rows = found.rows.filter(({ session }) => index.has(session));
  const backgrounds = found.backgrounds.filter(({ session }) => index.has(session));
  const sums = addSums(rows);
  const background = backgrounds.reduce((sum, { nano }) => sum + nano, 0);
  const active = new Set([...rows, ...backgrounds].map(({ session }) => session));
  const sessions = new Map([...index].filter(([id]) => active.has(id)));
  return { rows, sums, backgrounds, background, total: sums.nano + background, sessions };
}

function isFiltered(filters: Filters): boolean {
  return Object.keys(filters).length > 0;
}

function filteredRows(
  context: ReportContext,
  span: TimeSpan | undefined,
  filters: Filters,
): Pick<Spend, 'rows' | 'backgrounds'> {
  const { rows, backgrounds, names } = select(context, { span, filters }, [
    'session',
    'agent',
    'model',
  ]);
  const agents = agentNames(context.db, new Set(rows.map(({ agent }) => agent)));
  return {
    rows: rows.map(({ at, agent, model, facet, prompt, tags, ...row }) => {
      const { agentId, type } = agents.get(agent)!;
      return { ...row, agentId, agentType: type, model: names.word(model) };
    }),
    backgrounds,
  };
}

/** What was spent on one local day. */
export interface DaySpend {
  /** YYYY-MM-DD in the user's zone. */
  readonly day: string;
  readonly nano: number;
  readonly background: number;
  readonly messages: number;
}

/**
 * Spend by local day, days without any left out. A day cut by the span's edge holds whole quarters of
 * an hour.
 */
export function spendByDay(
  context: ReportContext,
  span: TimeSpan | undefined,
  spend: Pick<Spend, 'backgrounds' | 'sessions'>,
  filters: Filters = {},
): DaySpend[] {
  const { db, zone, accounts } = context;
  const days = new Map<string, { nano: number; background: number; messages: number }>();
  const dayAt = daysOf(zone);
  const entry = (at: number): { nano: number; background: number; messages: number } => {
    const day = dayAt(at);
    const known = days.get(day) ?? { nano: 0, background: 0, messages: 0 };
    days.set(day, known);
    return known;
  };
  const only = accounts === undefined ? undefined : [...spend.sessions.keys()];
  const buckets = isFiltered(filters)
    ? select(context, { span, filters }, ['bucket']).rows
    : bucketRows(db, span, only);
  for (const { at, nano, messages } of buckets) {
    const day = entry(at);
    day.nano += nano;
    day.messages += messages;
  }
  for (const { at, nano } of spend.backgrounds) entry(at).background += nano;
  return [...days]
    .map(([day, sums]) => ({ day, ...sums }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}
