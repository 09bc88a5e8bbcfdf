import { formatUsd, nanoToUsd } from '../../model/money.ts';
import {
  figureNotes,
  headline,
  homePath,
  isoTime,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { declinedOfSessions } from '../../query/declined.ts';
import { clientPricedOf, reachesLimit, sumBy, unpricedOf } from '../../query/sums.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import type { Document } from '../document/document.ts';
import { byModel, byTier } from '../document/jsonContract.ts';
import { modelCells, modelColumns } from '../document/modelTable.ts';
import { totalOf } from './sessions.ts';

/** Namespace of session records unless told otherwise. */
export const trackNamespace = 'cost-tracking';

/** What `track` was asked to do beside finding the session. */
export interface TrackQuestion {
  readonly namespace: string;
  /** Directory the session was looked for in. */
  readonly cwd: string;
  /** File the record goes to. */
  readonly out: string | undefined;
  readonly dryRun: boolean;
}

/** The record of one session: what `outlay track` prints and stores. */
export function trackReport(
  context: ReportContext,
  session: SessionSummary | undefined,
  question: TrackQuestion,
): Document {
  if (session === undefined) {
    const place = homePath(question.cwd, context.home);
    const sentence = `No session found for ${place}. "outlay doctor" shows where Outlay looked.`;
    return { title: 'Track', sentences: [sentence], tables: [], notes: [], json: null };
  }
  const rows = context.reader.agents(session.id);
  const unpriced = unpricedOf(rows);
  const declined = declinedOfSessions(context)([session.id]);
  const key = `session-${session.sid}`;
  const target = question.out ?? 'standard output';
  return {
    title: key,
    sentences: [
      `${headline(context, totalOf(session), isLowerBound(session))} in ${session.messages} messages (messages ${formatUsd(session.nano)} + background ${formatUsd(session.background)}).`,
      question.dryRun
        ? `Dry run: the record was not written to ${target}.`
        : `Record ${question.namespace}/${key}${question.out === undefined ? '' : ` written to ${question.out}`}.`,
    ],
    tables: [
      {
        title: '',
        columns: modelColumns,
        rows: sumBy(rows, ({ model }) => model).map(([model, sums]) => modelCells(model, sums)),
      },
    ],
    notes: figureNotes(context, {
      ...session,
      unpriced,
      clientPriced: clientPricedOf(context, () => rows.map(({ model }) => model)),
      declined,
      saturated: reachesLimit(session, session.background),
    }),
    json: {
      schemaVersion: 1,
      key,
      namespace: question.namespace,
      sessionId: session.sid,
      cwd: session.cwd,
      startedAt: isoTime(session.startedAt),
      endedAt: isoTime(session.endedAt),
      messageCount: session.messages,
      byModel: byModel(rows, context.book),
      byTier: byTier(rows, context.book),
      total_cost_usd: nanoToUsd(totalOf(session)),
      capturedAt: new Date(context.now).toISOString(),
      messagesUsd: nanoToUsd(session.nano),
      backgroundUsd: nanoToUsd(session.background),
      declinedUsd: nanoToUsd(declined.nano),
      unconfirmedUsd: nanoToUsd(session.unconfirmed),
      clientUsd: session.clientUsd,
      lowerBound: isLowerBound(session),
      unpriced,
      gitRoot: session.gitRoot,
      branch: session.branch === '' ? null : session.branch,
      catalogueDate: context.book.catalogueDate,
      notes: warnings(context, session),
    },
  };
}
