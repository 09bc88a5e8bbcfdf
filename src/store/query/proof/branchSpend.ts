import type { SqlDatabase } from '../../../platform/sqlite/types.ts';
import { downsampledUpTo } from '../../retention/downsampleState.ts';
import { bucketMs, bucketOf } from '../../schema/rollupTables.ts';

/** Numbers of the sessions that have spent something on one of these branches. */
export function sessionsOnBranches(db: SqlDatabase, branches: readonly string[]): number[] {
  return db
    .prepare(
      `SELECT DISTINCT t.session AS session FROM json_each(?) j JOIN word w ON w.text = j.value
         JOIN facet f ON f.branch = w.id JOIN spend_total t ON t.facet = f.id`,
    )
    .all<{ session: number }>(JSON.stringify(branches))
    .map(({ session }) => session);
}

/** What is left of messages that were summed up, as they are kept: by day or month, model and branch. */
export interface SummedUpSpend {
  /** Start of its day or month, UTC milliseconds. */
  readonly at: number;
  readonly model: string;
  readonly branch: string;
  readonly messages: number;
  readonly nano: number;
}

/** The summed-up spend of a session, earliest first. */
export function summedUpSpend(db: SqlDatabase, session: number): SummedUpSpend[] {
  const before = downsampledUpTo(db).messages;
  if (before === 0) return [];
  return db
    .prepare(
      `SELECT b.bucket * ${bucketMs} AS at, w.text AS model, r.text AS branch,
         sum(b.messages) AS messages, sum(b.nano) AS nano
       FROM spend_bucket b JOIN word w ON w.id = b.model JOIN facet f ON f.id = b.facet
         JOIN word r ON r.id = f.branch
       WHERE b.session = ? AND b.bucket < ? GROUP BY b.bucket, b.model, f.branch ORDER BY 1, 2, 3`,
    )
    .all<SummedUpSpend>(session, bucketOf(before));
}
