import type { TimeSpan } from '../../model/calendar.ts';
import type { EventKind } from '../../model/records.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';

/** Events that say something went wrong. */
export const failureKinds: readonly EventKind[] = ['api-error', 'tool-error', 'interrupted'];

/** Something that happened beside the messages, once however many sessions hold its record. */
export interface EventRow {
  readonly kind: EventKind;
  /** UTC milliseconds. */
  readonly at: number;
  /** Number of the session whose records start first among those that have it. */
  readonly session: number;
  readonly agent: number;
  /** Error code, HTTP status, tool name or trigger. */
  readonly code: string;
  readonly count: number;
  /** The model a failed request asked for, as written; '' where that is not said. */
  readonly model: string;
}

/** Events of a span, or all of them, earliest first; of these kinds only. */
export function eventRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  kinds: readonly EventKind[],
): EventRow[] {
  const where = span === undefined ? '' : 'AND e.at >= ? AND e.at < ?';
  return db
    .prepare(
      `SELECT e.kind AS kind, e.at AS at, e.session AS session, e.agent AS agent, w.text AS code,
         e.count AS count, o.text AS model, min(coalesce(s.own_at, s.first_at, 0)) AS start
       FROM event e JOIN session s ON s.id = e.session JOIN word w ON w.id = e.code
         JOIN word o ON o.id = e.model
       WHERE e.kind IN (SELECT value FROM json_each(?)) ${where}
       GROUP BY e.key, e.kind ORDER BY e.at, e.key`,
    )
    .all<EventRow>(JSON.stringify(kinds), ...(span === undefined ? [] : [span.from, span.to]));
}

/** When the threads of a session were compacted, by agent, earliest first; '' is the main thread. */
export function compactionsOf(db: SqlDatabase, session: number): Map<string, number[]> {
  const rows = db
    .prepare(
      `SELECT a.aid AS agentId, e.at AS at FROM event e JOIN agent a ON a.id = e.agent
       WHERE e.session = ? AND e.kind = 'compaction' ORDER BY e.at`,
    )
    .all<{ agentId: string; at: number }>(session);
  const byAgent = Map.groupBy(rows, ({ agentId }) => agentId);
  return new Map([...byAgent].map(([agentId, own]) => [agentId, own.map(({ at }) => at)]));
}
