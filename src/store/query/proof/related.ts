import type { SqlDatabase } from '../../../platform/sqlite/types.ts';
import { type Sums, sumColumns } from '../../schema/rollupTables.ts';

/** Ids of the sessions that share records or messages with one, over any number of others; it among them. */
export function relatedSessions(db: SqlDatabase, session: number): Set<string> {
  const rows = db
    .prepare(
      `WITH RECURSIVE near(id) AS (
         SELECT ?
         UNION SELECT k.other FROM near JOIN kin k ON k.session = near.id
         UNION SELECT q.session FROM near JOIN place p ON p.session = near.id
           JOIN place q ON q.message = p.message)
       SELECT s.sid AS sid FROM near JOIN session s ON s.id = near.id`,
    )
    .all<{ sid: string }>(session);
  return new Set(rows.map(({ sid }) => sid));
}

/** Ids of the sessions that have a subagent of this id. */
export function sessionsOfAgent(db: SqlDatabase, agentId: string): string[] {
  return db
    .prepare(
      'SELECT DISTINCT s.sid AS sid FROM agent a JOIN session s ON s.id = a.session WHERE a.aid = ?',
    )
    .all<{ sid: string }>(agentId)
    .map(({ sid }) => sid);
}

/** Tables that hold the same sums, cut differently. */
const rollups = ['spend_bucket', 'spend_slot', 'spend_model'] as const;

/** A rollup whose sums are not those of the sessions. */
export interface RollupGap {
  readonly table: (typeof rollups)[number];
  readonly column: (typeof sumColumns)[number];
  /** What the rollup comes to, and what the sessions do. */
  readonly rollup: number;
  readonly sessions: number;
}

/** Every rollup has to come to what the sessions come to. */
export function rollupGaps(db: SqlDatabase): RollupGap[] {
  const sums = sumColumns.map((name) => `total(${name}) AS ${name}`).join(', ');
  const totals = (table: string): Sums => db.prepare(`SELECT ${sums} FROM ${table}`).get<Sums>()!;
  const sessions = totals('spend_total');
  return rollups.flatMap((table) => {
    const found = totals(table);
    return sumColumns
      .filter((column) => found[column] !== sessions[column])
      .map((column) => ({ table, column, rollup: found[column], sessions: sessions[column] }));
  });
}
