import type { TimeSpan } from '../../model/calendar.ts';
import { nanoToUsd } from '../../model/money.ts';
import { formatNumber } from '../../model/numbers.ts';
import { hostOf } from '../../model/records.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  count,
  countedSessions,
  type Declined,
  declinedWords,
  figureNotes,
  headline,
  isoTime,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { declinedOfSessions } from '../../query/declined.ts';
import { isNamed } from '../../query/filters.ts';
import { ownHost } from '../../query/names.ts';
import { projectPath } from '../../query/projects.ts';
import {
  clientPricedOf,
  modelsJson,
  reachesLimit,
  sumBy,
  tokenCounts,
  unpricedOf,
} from '../../query/sums.ts';
import { lostLines } from '../../store/query/losses.ts';
import type { AgentSums, SessionSummary } from '../../store/query/storeReader.ts';
import { addSums, isLowerBound, type SpendSums, withMissing } from '../../store/schema/sums.ts';
import { isAt, isProject, lastPart } from '../../text/paths.ts';
import { spanWords } from '../../text/when.ts';
import { type Cell, type Column, type Document, figureCell } from '../document/document.ts';
import { shownModel, shownNote } from '../document/shown.ts';

/** Which sessions are asked for. All conditions hold together. */
export interface SessionsQuestion {
  /** Sessions that ended in this span. */
  readonly span?: TimeSpan | undefined;
  /** A project's name, or a path the project is or lies below. */
  readonly project?: string | undefined;
  /** An account: the path of a configuration directory, or its last part. */
  readonly account?: string | undefined;
  /** The name of a host, or `this-machine`. */
  readonly host?: string | undefined;
  /** How many to list; totals always count all that match. */
  readonly limit?: number | undefined;
  readonly sort?: 'cost' | 'time' | undefined;
}

/** Sessions a table lists unless told otherwise. */
export const defaultLimit = 15;

/** Every session with its figure: what `outlay sessions` prints. */
export function sessionsReport(
  context: ReportContext,
  question: SessionsQuestion,
  shortList: boolean,
): Document {
  const matching = countedSessions(context).filter((session) => matches(session, question));
  if (question.sort === 'cost') matching.sort((a, b) => totalOf(b) - totalOf(a));
  const limit = question.limit ?? (shortList ? defaultLimit : matching.length);
  const listed = matching.slice(0, limit);
  const rows = agentRows(context, matching, listed);
  const totals = withMissing(addSums(matching), {
    lost: strayLines(context, question),
    unread: context.unread,
  });
  const background = matching.reduce((sum, session) => sum + session.background, 0);
  const declinedOf = declinedOfSessions(context);
  const declined = declinedOf(matching.map(({ id }) => id));
  const unpriced =
    totals.unpriced === 0 ? [] : unpricedOf(matching.flatMap(({ id }) => rows.get(id) ?? []));
  const notes = warnings(context, totals);
  // Where there is one machine only, nothing says so.
  const withHosts = listed.some(({ sid }) => hostOf(sid) !== '');
  return {
    title: 'Sessions',
    lead: true,
    sentences: sentences(context, question, matching, totals),
    next: nextLines(matching.length, listed),
    tables: [
      {
        title: '',
        columns: withHosts ? [...columns, hostColumn] : columns,
        order: withHosts ? [...order, hostColumn.key] : order,
        rows: listed.map((session) => [
          ...tableRow(
            session,
            rows.get(session.id) ?? [],
            declinedOf([session.id]),
            totals.nano + background,
          ),
          ...(withHosts ? [hostOf(session.sid) || null] : []),
        ]),
      },
    ],
    notes: figureNotes(context, {
      ...totals,
      background,
      unpriced,
      clientPriced: clientPricedOf(context, () =>
        matching.flatMap(({ id }) => rows.get(id) ?? []).map(({ model }) => model),
      ),
      declined,
      saturated: reachesLimit(totals, background),
    }),
    json: {
      schemaVersion: 1,
      totals: {
        messages: totals.messages,
        usd: nanoToUsd(totals.nano),
        backgroundUsd: nanoToUsd(background),
        totalUsd: nanoToUsd(totals.nano + background),
        declinedUsd: nanoToUsd(declined.nano),
        unpricedMessages: totals.unpriced,
        lowerBoundMessages: totals.lower,
        lowerBound: isLowerBound(totals),
        ...tokenCounts(totals),
      },
      sessions: listed.map((session) =>
        sessionJson(session, rows.get(session.id) ?? [], declinedOf([session.id])),
      ),
      ...(notes.length > 0 && { notes }),
    },
  };
}

/** The agents of sessions, by session: of those listed, or of all where they say what has no price. */
function agentRows(
  { reader }: ReportContext,
  matching: readonly SessionSummary[],
  listed: readonly SessionSummary[],
): Map<number, AgentSums[]> {
  const few = listed.length <= defaultLimit && matching.every(({ unpriced }) => unpriced === 0);
  if (few) return new Map(listed.map(({ id }) => [id, reader.agents(id)]));
  return Map.groupBy(reader.agents(), ({ session }) => session);
}

function sentences(
  context: ReportContext,
  question: SessionsQuestion,
  matching: readonly SessionSummary[],
  sums: SpendSums,
): string[] {
  if (matching.length === 0) {
    return ['No sessions found. "outlay doctor" shows where Outlay looked.'];
  }
  const background = matching.reduce((sum, session) => sum + session.background, 0);
  const figure = headline(context, sums.nano + background, isLowerBound(sums));
  const within = spanWords(question.span, context).within;
  const first = question.sort === 'cost' ? 'Most expensive first.' : 'Latest first.';
  return [`${count(matching.length, 'session')} ${within}, ${figure}. ${first}`];
}

/** What to type next: for the sessions that are not listed, and for one of those that are. */
function nextLines(matching: number, listed: readonly SessionSummary[]): string[] {
  const left = matching - listed.length;
  const more = left > 0 ? [`${formatNumber(left, 0, 'en')} more: outlay sessions --all`] : [];
  const [first] = listed;
  if (first === undefined) return [];
  return [[...more, `One of them: outlay session ${first.sid.slice(0, 8)}`].join('. ')];
}

/** What a person is shown and budgets count. */
export function totalOf(session: SessionSummary): number {
  return session.nano + session.background;
}

/** Lines that stand in no session that is listed: who narrows the list to sessions leaves them out. */
function strayLines(
  { reader, accounts }: ReportContext,
  { span, project, account, host }: SessionsQuestion,
): number {
  if (span !== undefined || project !== undefined || host !== undefined) return 0;
  return lostLines(
    reader.strayLosses().filter(({ root }) => {
      const counted = accounts === undefined || accounts.includes(root);
      return counted && (account === undefined || isAt(root, account));
    }),
  );
}

function matches(session: SessionSummary, question: SessionsQuestion): boolean {
  const { span, project, account, host } = question;
  if (host !== undefined && !isNamed(hostOf(session.sid) || ownHost, host)) return false;
  if (span !== undefined && (session.endedAt < span.from || session.endedAt >= span.to)) {
    return false;
  }
  if (account !== undefined && !isAt(session.root, account)) return false;
  return project === undefined || isProject(session, project);
}

const columns: readonly Column[] = [
  { key: 'ended', header: 'When', unit: 'time', byDay: true, live: true },
  { key: 'session', header: 'ID', unit: 'text', prefix: 8, details: true },
  { key: 'project', header: 'Project', unit: 'text', widest: 24, leaves: 1 },
  { key: 'title', header: 'Session', unit: 'text', widest: 40, fills: true, orElse: 'session' },
  { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 3, shown: shownModel },
  { key: 'messages', header: 'Messages', unit: 'count' },
  { key: 'tokens', header: 'Tokens', unit: 'tokens' },
  { key: 'usd', header: 'By messages', unit: 'usd', details: true },
  { key: 'background_usd', header: 'Overhead', unit: 'usd', details: true },
  { key: 'total_usd', header: 'Cost', unit: 'usd', strong: true },
  { key: 'note', header: '', unit: 'text', widest: 48, idle: true, leaves: 1, shown: shownNote },
  { key: 'share', header: 'Share', unit: 'percent', peopleOnly: true, leaves: 1 },
];

const hostColumn: Column = { key: 'host', header: 'Host', unit: 'text', widest: 20, leaves: 2 };

const order = [
  ...['total_usd', 'share', 'title', 'project', 'model', 'messages', 'tokens', 'ended'],
  'note',
];

function tableRow(
  session: SessionSummary,
  rows: readonly AgentSums[],
  declined: Declined,
  all: number,
): Cell[] {
  return [
    session.endedAt || null,
    session.sid,
    lastPart(projectPath(session)),
    session.title,
    sumBy(rows, ({ model }) => model)[0]?.[0] ?? null,
    session.messages,
    totalTokens(session),
    session.nano,
    session.background,
    figureCell(totalOf(session), isLowerBound(session) || session.unpriced > 0),
    noteOf(session, rows, declined),
    all > 0 ? totalOf(session) / all : null,
  ];
}

/** What keeps a session's figure from being the whole truth, in a few words. */
function noteOf(session: SessionSummary, rows: readonly AgentSums[], declined: Declined): string {
  const unpriced = unpricedOf(rows).map(({ model, messages }) => `${messages} of ${model}`);
  const notes = [
    ...(unpriced.length > 0 ? [`unpriced: ${unpriced.join(', ')}`] : []),
    ...(isLowerBound(session) || unpriced.length > 0 ? ['at least'] : []),
    ...declinedWords(declined),
    ...(session.recovered ? [`${session.recovered} recovered from a counter`] : []),
    ...(session.irreconcilable ? ['cannot be reconciled'] : []),
  ];
  return notes.join('; ');
}

/** A session as JSON has it. The order of the keys is part of the contract. */
export function sessionJson(
  session: SessionSummary,
  rows: readonly AgentSums[],
  declined: Declined,
): object {
  return {
    sessionId: session.sid,
    ...(hostOf(session.sid) !== '' && { host: hostOf(session.sid) }),
    project: session.cwd,
    gitRoot: session.gitRoot,
    title: session.title,
    startedAt: isoTime(session.startedAt),
    endedAt: isoTime(session.endedAt),
    messages: session.messages,
    usd: nanoToUsd(session.nano),
    backgroundUsd: nanoToUsd(session.background),
    totalUsd: nanoToUsd(totalOf(session)),
    declinedUsd: nanoToUsd(declined.nano),
    unconfirmedUsd: nanoToUsd(session.unconfirmed),
    clientUsd: session.clientUsd,
    lowerBoundMessages: session.lower,
    lowerBound: isLowerBound(session),
    agents: agentsOf(rows).map(({ agentId, type, sums }) => ({
      agentId,
      type,
      messages: sums.messages,
      usd: nanoToUsd(sums.nano),
    })),
    models: modelsJson(rows),
  };
}

/** The agents of a session: the main thread first, then the most expensive. */
export function agentsOf(
  rows: readonly AgentSums[],
): { agentId: string; type: string; sums: ReturnType<typeof addSums> }[] {
  const types = new Map(rows.map(({ agentId, type }) => [agentId, type]));
  return sumBy(rows, ({ agentId }) => agentId)
    .map(([agentId, sums]) => ({
      agentId: agentId === '' ? 'main' : agentId,
      type: types.get(agentId) ?? '',
      sums,
    }))
    .sort((a, b) => Number(b.agentId === 'main') - Number(a.agentId === 'main'));
}
