import type { ToldSum } from '../../../model/requests/toldSum.ts';
import type { SqlDatabase } from '../../../platform/sqlite/types.ts';

/** What metrics told of background in sum, of some sessions (by id) or of all. */
export function toldSums(db: SqlDatabase, sids?: Iterable<string>): ToldSum[] {
  const wanted = sids === undefined ? [] : [JSON.stringify([...sids])];
  return db
    .prepare(
      `SELECT s.text AS sessionId, t.series AS series, t.started AS startedAt, t.at AS at,
         t.nano AS nano, t.cumulative AS cumulative
       FROM told_sum t JOIN word s ON s.id = t.sid
       ${sids === undefined ? '' : 'WHERE s.text IN (SELECT value FROM json_each(?))'}`,
    )
    .all<Omit<ToldSum, 'cumulative'> & { readonly cumulative: number }>(...wanted)
    .map((row) => ({ ...row, cumulative: row.cumulative === 1 }));
}
