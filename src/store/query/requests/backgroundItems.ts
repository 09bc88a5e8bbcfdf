import type { RequestKind } from '../../../model/requests/requestKind.ts';
import type { SqlDatabase } from '../../../platform/sqlite/types.ts';
import { sumSql } from '../../schema/saturate.ts';

/** Background of one kind, as far as requests itemise it. */
export interface BackgroundKind {
  readonly kind: RequestKind;
  /** 0 where nobody knows how many. */
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

/** Whether telemetry told some of it: the rest of an answer that broke off, transcripts tell. */
export function isTold(kinds: readonly BackgroundKind[]): boolean {
  return kinds.some(({ kind }) => kind !== 'unfinished');
}
