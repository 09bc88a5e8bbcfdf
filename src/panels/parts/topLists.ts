import type { ReportContext } from '../../query/context.ts';
import { asksFor, matcherOf } from '../../query/filters.ts';
import type { Names } from '../../query/names.ts';
import type { Question } from '../../query/question.ts';
import type { Selection } from '../../query/select.ts';
import {
  type ActivityRow,
  latestMessages,
  mostExpensiveMessages,
} from '../../store/query/activity.ts';
import { eventRows } from '../../store/query/events.ts';
import { messageFilter } from '../../store/query/messages.ts';
import { sessionTitles } from '../../store/query/sessionInfo.ts';

/** Money in nano-dollars, times in UTC milliseconds. */
export interface TopSession {
  readonly sid: string;
  readonly title: string | undefined;
  readonly project: string;
  /** The model most was spent on. */
  readonly model: string;
  readonly at: number;
  readonly messages: number;
  /** Messages without a price. */
  readonly unpriced: number;
  readonly nano: number;
}

export interface TopMessage {
  readonly sid: string;
  readonly messageId: string;
  readonly title: string | undefined;
  readonly project: string;
  readonly agent: string;
  readonly model: string;
  readonly at: number;
  readonly nano: number;
  /** 1 without a price. */
  readonly unpriced: number;
}

/** An answer, or a request the API refused. */
export interface Activity extends TopMessage {
  /** Code of the error; '' for an answer. */
  readonly error: string;
}

/** Rows of each list. */
const listed = 10;

/** The most expensive sessions and messages of what is looked at. `whole` is split by session and model. */
export function mostExpensive(
  context: ReportContext,
  question: Question,
  whole: Selection,
): {
  topSessions: TopSession[];
  medianSession: number | undefined;
  topMessages: TopMessage[];
} {
  return {
    ...dearestSessions(context, whole),
    topMessages: withTitles(
      context,
      whole.names,
      firstPassing(context, question, whole.names, mostExpensiveMessages),
    ),
  };
}

/** What happened last, errors among it. */
export function latest(context: ReportContext, question: Question, names: Names): Activity[] {
  const rows = firstPassing(context, question, names, latestMessages);
  const messages = withTitles(context, names, rows).map((row) => ({ ...row, error: '' }));
  return [...messages, ...refused(context, question, names, rows.at(-1)?.at)]
    .sort((a, b) => b.at - a.at)
    .slice(0, listed);
}

interface SessionSums {
  nano: number;
  messages: number;
  unpriced: number;
  /** Nano-dollars by model. */
  readonly models: Map<number, number>;
}

function dearestSessions(
  { db }: ReportContext,
  { rows, backgrounds, names }: Selection,
): { topSessions: TopSession[]; medianSession: number | undefined } {
  const found = new Map<number, SessionSums>();
  const of = (session: number): SessionSums => {
    let known = found.get(session);
    if (known === undefined) {
      known = { nano: 0, messages: 0, unpriced: 0, models: new Map() };
      found.set(session, known);
    }
    return known;
  };
  for (const { session, model, nano, messages, unpriced } of rows) {
    const sums = of(session);
    sums.nano += nano;
    sums.messages += messages;
    sums.unpriced += unpriced;
    sums.models.set(model, (sums.models.get(model) ?? 0) + nano);
  }
  for (const { session, nano } of backgrounds) of(session).nano += nano;
  const ordered = [...found].sort(([, a], [, b]) => b.nano - a.nano);
  const top = ordered.slice(0, listed);
  const titles = sessionTitles(
    db,
    top.map(([session]) => session),
  );
  const topSessions = top.map(([session, { nano, messages, unpriced, models }]) => {
    const [model] = [...models].sort(([, a], [, b]) => b - a)[0] ?? [0];
    const place = names.place(session);
    return {
      sid: place.sid,
      title: titles.get(session),
      project: names.project(session),
      model: names.word(model),
      at: place.endedAt,
      messages,
      unpriced,
      nano,
    };
  });
  return { topSessions, medianSession: ordered[Math.floor(ordered.length / 2)]?.[1].nano };
}

function firstPassing(
  context: ReportContext,
  { span, filters }: Question,
  names: Names,
  list: typeof latestMessages,
): ActivityRow[] {
  const matcher = matcherOf(context, filters, names);
  const [key, ...more] = matcher.keys;
  const only = messageFilter(context.db, span, more.length === 0 ? key : undefined, (rows) => {
    names.prefetch(rows, matcher.keys);
    return rows.map((row) => matcher.passes(row));
  });
  const found: ActivityRow[] = [];
  for (const row of list(context.db, span, only)) {
    names.prefetch([row], ['agent', 'model', ...matcher.keys]);
    if (matcher.passes(row)) found.push(row);
    if (found.length === listed) break;
  }
  return found;
}

function withTitles(
  { db }: ReportContext,
  names: Names,
  rows: readonly ActivityRow[],
): TopMessage[] {
  const titles = sessionTitles(db, new Set(rows.map(({ session }) => session)));
  return rows.map(({ session, agent, model, at, nano, unpriced, messageId }) => ({
    sid: names.place(session).sid,
    messageId,
    title: titles.get(session),
    project: names.project(session),
    agent: names.agentType(agent),
    model: names.word(model),
    at,
    nano,
    unpriced,
  }));
}

/** Refused requests since a moment. One has no branch, most no model: a filter on them leaves it out. */
function refused(
  context: ReportContext,
  { span, filters }: Question,
  names: Names,
  since: number | undefined,
): Activity[] {
  const { model, branch, agent, ...ofSession } = filters;
  if (branch !== undefined) return [];
  const from = Math.max(span?.from ?? 0, since ?? 0);
  const part = { from, to: span?.to ?? Number.MAX_SAFE_INTEGER };
  const matcher = matcherOf(context, ofSession, names);
  const events = eventRows(context.db, part, ['api-error']);
  names.prefetchAgents(events.map((event) => event.agent));
  return events
    .filter((event) => matcher.passesBackground(event.session) && asksFor(context, event, model))
    .filter((event) => agent === undefined || names.agentType(event.agent) === agent)
    .map((event) => ({
      sid: names.place(event.session).sid,
      messageId: '',
      title: undefined,
      project: names.project(event.session),
      agent: names.agentType(event.agent),
      model: event.model === '' ? '' : context.book.modelId(event.model),
      at: event.at,
      nano: 0,
      unpriced: 0,
      error: event.code || 'error',
    }));
}
