import type { RequestKind } from '../../../model/requests/requestKind.ts';
import type { SqlDatabase } from '../../../platform/sqlite/types.ts';
import { sumSql } from '../../schema/saturate.ts';

/** Background of one kind, as far as requests itemise it. */
export interface BackgroundKind {
  readonly kind: RequestKind;
  readonly requests: number;
  readonly nano: number;
}

/** What requests itemise of a session's background, most expensive first. */
export function backgroundKinds(db: SqlDatabase, session: number): BackgroundKind[] {
  return db
    .prepare(
      `SELECT kind, sum(requests) AS requests, ${sumSql('nano')} AS nano
       FROM background_item WHERE session = ? GROUP BY kind ORDER BY 3 DESC, kind`,
    )
    .all<BackgroundKind>(session);
}
