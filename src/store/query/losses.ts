import type { TimeSpan } from '../../model/calendar.ts';
import { countSources } from '../../model/records.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { bucketMs } from '../schema/rollupTables.ts';
import type { RowKeys } from '../schema/sums.ts';
import { countedMessages, facetJoin, keyColumns } from './messageSpend.ts';

/** Lines of transcripts whose spend may be missing from the figures. */
export interface Loss {
  readonly lines: number;
  /** Number of the session they stand in; undefined where nothing else is known of it. */
  readonly session: number | undefined;
  /** Directory the session started in; '' where that is unknown. */
  readonly cwd: string;
  /** Configuration directory of the transcript. */
  readonly root: string;
}

/**
 * The lines a span, or all of time, may lack. What stands before the first dated record of a transcript
 * is placed at the start of its session; where that has none, it may belong to any span.
 */
export function lossesOf(db: SqlDatabase, span: TimeSpan | undefined): Loss[] {
  if (db.prepare('SELECT 1 FROM loss LIMIT 1').get() === undefined) return [];
  const place = `CASE WHEN l.bucket > 0 THEN l.bucket ELSE s.first_at / ${bucketMs} END`;
  const within = span === undefined ? '' : `WHERE at IS NULL OR (at >= ? AND at < ?)`;
  const bounds =
    span === undefined ? [] : [Math.floor(span.from / bucketMs), Math.ceil(span.to / bucketMs)];
  return db
    .prepare(
      `SELECT lines, session, cwd, root FROM (
         SELECT l.count AS lines, s.id AS session, coalesce(c.text, '') AS cwd, r.text AS root,
           ${place} AS at
         FROM loss l JOIN file f ON f.id = l.file JOIN word r ON r.id = f.root
           JOIN word w ON w.id = l.sid LEFT JOIN session s ON s.sid = w.text
           LEFT JOIN word c ON c.id = s.cwd)
       ${within}`,
    )
    .all<Loss & { session: number | null }>(...bounds)
    .map((row) => ({ ...row, session: row.session ?? undefined }));
}

/**
 * The messages of a span, or of all time, whose own counts were not logged: a running counter tells what they used.
 * Each with its keys, `at` its own time. What was downsampled has none.
 */
export function recoveredRows(db: SqlDatabase, span: TimeSpan | undefined): RowKeys[] {
  const { where, bounds } = countedMessages(span);
  const keys = Object.entries({ ...keyColumns, at: 'm.at' });
  // The number stands in the text: only so is the index of these few messages asked.
  return db
    .prepare(
      `SELECT ${keys.map(([name, column]) => `${column} AS ${name}`).join(', ')}
       FROM message m ${facetJoin} WHERE m.source = ${countSources.counter} AND ${where}`,
    )
    .all<RowKeys>(...bounds);
}

/** How many messages of each session those are. */
export function recoveredBySession(db: SqlDatabase): Map<number, number> {
  const bySession = Map.groupBy(recoveredRows(db, undefined), ({ session }) => session);
  return new Map([...bySession].map(([session, own]) => [session, own.length]));
}

/** How many lines they are. */
export function lostLines(losses: readonly Loss[]): number {
  return losses.reduce((sum, { lines }) => sum + lines, 0);
}
