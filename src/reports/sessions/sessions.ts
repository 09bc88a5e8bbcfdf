import type { TimeSpan } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
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
import type { Cell, Column, Document } from '../document/document.ts';

/** Which sessions are asked for. All conditions hold together. */
export interface SessionsQuestion {
  /** Sessions that ended in this span. */
  readonly span?: TimeSpan | undefined;
  /** A project's name, or a path the project is or lies below. */
  readonly project?: string | undefined;
  /** An account: the path of a configuration directory, or its last part. */
  readonly account?: string | undefined;
  /** How many to list; totals always count all that match. */
  readonly limit?: number | undefined;
  readonly sort?: 'cost' | 'time' | undefined;
}

/** Sessions a table lists unless told otherwise. */
export const defaultLimit = 30;

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
  return {
    title: 'Sessions',
    sentences: sentences(context, matching, totals, listed.length),
    tables: [
      {
        title: '',
        columns,
        rows: listed.map((session) =>
          tableRow(session, rows.get(session.id) ?? [], declinedOf([session.id])),
        ),
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
  matching: readonly SessionSummary[],
  sums: SpendSums,
  listed: number,
): string[] {
  if (matching.length === 0) {
    return ['No sessions found. "outlay doctor" shows where Outlay looked.'];
  }
  const background = matching.reduce((sum, session) => sum + session.background, 0);
  const figure = headline(context, sums.nano + background, isLowerBound(sums));
  const parts = `messages ${formatUsd(sums.nano)} + background ${formatUsd(background)}`;
  const all = `${count(matching.length, 'session')}, ${count(sums.messages, 'message')}: ${figure} (${parts}).`;
  return listed === matching.length ? [all] : [all, `The first ${listed} are listed.`];
}

/** What a person is shown and budgets count. */
export function totalOf(session: SessionSummary): number {
  return session.nano + session.background;
}

/** Lines that stand in no session that is listed: who narrows the list to sessions leaves them out. */
function strayLines(
  { reader, accounts }: ReportContext,
  { span, project, account }: SessionsQuestion,
): number {
  if (span !== undefined || project !== undefined) return 0;
  return lostLines(
    reader.strayLosses().filter(({ root }) => {
      const counted = accounts === undefined || accounts.includes(root);
      return counted && (account === undefined || isAt(root, account));
    }),
  );
}

function matches(session: SessionSummary, question: SessionsQuestion): boolean {
  const { span, project, account } = question;
  if (span !== undefined && (session.endedAt < span.from || session.endedAt >= span.to)) {
    return false;
  }
  if (account !== undefined && !isAt(session.root, account)) return false;
  return project === undefined || isProject(session, project);
}

const columns: readonly Column[] = [
  { key: 'ended', header: 'Last active', unit: 'time' },
  { key: 'session', header: 'Session', unit: 'text', prefix: 8 },
  { key: 'project', header: 'Project', unit: 'text', widest: 24 },
  { key: 'title', header: 'Title', unit: 'text', widest: 40 },
  { key: 'model', header: 'Top model', unit: 'text', widest: 24 },
  { key: 'messages', header: 'Messages', unit: 'count' },
  { key: 'tokens', header: 'Tokens', unit: 'tokens' },
  { key: 'usd', header: 'By messages', unit: 'usd' },
  { key: 'background_usd', header: 'Background', unit: 'usd' },
  { key: 'total_usd', header: 'Cost', unit: 'usd' },
  { key: 'note', header: 'Note', unit: 'text', widest: 48 },
];

function tableRow(session: SessionSummary, rows: readonly AgentSums[], declined: Declined): Cell[] {
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
    totalOf(session),
    noteOf(session, rows, declined),
  ];
}

/** What keeps a session's figure from being the whole truth, in a few words. */
function noteOf(session: SessionSummary, rows: readonly AgentSums[], declined: Declined): string {
  const unpriced = unpricedOf(rows).map(({ model, messages }) => `${messages} of ${model}`);
  const notes = [
    ...(unpriced.length > 0 ? [`unpriced: ${unpriced.join(', ')}`] : []),
    ...(isLowerBound(session) || unpriced.length > 0 ? ['at least'] : []),
    ...declinedWords(declined),
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
