import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { bucketMs } from '../schema/rollupTables.ts';

/** Background of one session dated to one moment. */
export interface BackgroundRow {
  readonly session: number;
  readonly at: number;
  readonly nano: number;
}

/** What was spent in one quarter of an hour. */
export interface BucketRow {
  readonly at: number;
  readonly nano: number;
  readonly messages: number;
}

/** Background spend dated into a span, or all of it. */
export function backgroundRows(db: SqlDatabase, span: TimeSpan | undefined): BackgroundRow[] {
  const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  return db
    .prepare('SELECT session, at, nano FROM background WHERE at >= ? AND at < ? ORDER BY at')
    .all<BackgroundRow>(from, to);
}

/** Background spend of one session, earliest first. */
export function backgroundRowsOf(
  db: SqlDatabase,
  session: number,
): { readonly at: number; readonly nano: number }[] {
  return db
    .prepare('SELECT at, nano FROM background WHERE session = ? ORDER BY at')
    .all<{ at: number; nano: number }>(session);
}

/** Message spend by quarter of an hour, of some sessions or of all; edges of the span are whole. */
export function bucketRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  sessions: readonly number[] | undefined,
): BucketRow[] {
  const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  const bounds = [Math.floor(from / bucketMs), Math.ceil(to / bucketMs)];
  const inside = 'WHERE bucket >= ? AND bucket < ?';
  if (sessions === undefined) {
    return db
      .prepare(`SELECT bucket * ${bucketMs} AS at, nano, messages FROM spend_slot ${inside}`)
      .all<BucketRow>(...bounds);
  }
  return db
    .prepare(
      `SELECT bucket * ${bucketMs} AS at, sum(nano) AS nano, sum(messages) AS messages
       FROM spend_bucket ${inside} AND session IN (SELECT value FROM json_each(?)) GROUP BY bucket`,
    )
    .all<BucketRow>(...bounds, JSON.stringify(sessions));
}

/** When the first background is dated, in UTC milliseconds; undefined without any. */
export function firstBackground(db: SqlDatabase): number | undefined {
  const row = db.prepare('SELECT min(at) AS at FROM background').get<{ at: number | null }>();
  return row?.at ?? undefined;
}

/** Start of the first quarter of an hour with spend, UTC milliseconds; undefined without any. */
export function firstSpendAt(db: SqlDatabase): number | undefined {
  const first = db
    .prepare(`SELECT min(bucket) * ${bucketMs} AS at FROM spend_slot`)
    .get<{ at: number | null }>()?.at;
  return first ?? undefined;
}
