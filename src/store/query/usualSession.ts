import type { SqlDatabase } from '../../platform/sqlite/types.ts';

/** What a session came to: nano-dollars with background, and milliseconds from its first to its last moment. */
export interface SessionSize {
  readonly nano: number;
  readonly length: number;
}

/** Sizes of the dated sessions last active up to a moment that cost something, `most` of them, but one. */
export function sessionSizes(
  db: SqlDatabase,
  {
    except,
    until,
    most,
  }: { readonly except: number; readonly until: number; readonly most: number },
): SessionSize[] {
  return db
    .prepare(
      `SELECT coalesce(sum(t.nano), 0) + s.background AS nano,
         coalesce(s.last_at, 0) - coalesce(s.own_at, s.first_at, 0) AS length
       FROM (SELECT id FROM session WHERE id <> ? AND last_at <= ?
           ORDER BY last_at DESC, sid LIMIT ?) wanted
         JOIN session s ON s.id = wanted.id LEFT JOIN spend_total t ON t.session = s.id
       GROUP BY s.id HAVING coalesce(sum(t.nano), 0) + s.background > 0`,
    )
    .all<SessionSize>(except, until, most);
}
