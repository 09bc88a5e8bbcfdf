import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { bucketMs } from '../schema/rollupTables.ts';

/** Background of one session dated to one moment. */
export interface BackgroundRow {
  readonly session: number;
  readonly at: number;
  readonly nano: number;
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
