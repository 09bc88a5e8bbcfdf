import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { bucketMs } from '../schema/rollupTables.ts';

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

/** How many lines they are. */
export function lostLines(losses: readonly Loss[]): number {
  return losses.reduce((sum, { lines }) => sum + lines, 0);
}
