import type { TimeSpan } from '../model/calendar.ts';
import type { SqlDatabase } from './driver/types.ts';
import type { FactKey, RowKeys } from './factRows.ts';
import { bucketMs } from './rollup.ts';

/** A combination of keys with the number of runs that took part in it. */
export interface RunRow extends RowKeys {
  readonly runs: number;
}

/**
 * Number of runs at work in a span, or ever, split by these keys: a run that lies in several of them
 * counts in each. Quarters of an hour at the span's edges are whole.
 */
export function runRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly FactKey[],
): RunRow[] {
  const column = (key: FactKey): string => (keys.includes(key) ? key : '0');
  // A prompt names a run only together with its agent, which is one of one session.
  const grouping = [...new Set<FactKey>(['agent', ...keys.filter((key) => key !== 'session')])];
  const where = span === undefined ? '' : 'WHERE bucket >= ? AND bucket < ?';
  const bounds =
    span === undefined ? [] : [Math.floor(span.from / bucketMs), Math.ceil(span.to / bucketMs)];
  return db
    .prepare(
      `SELECT ${keys.includes('bucket') ? `bucket * ${bucketMs}` : '0'} AS at, session, agent,
         ${column('model')} AS model, ${column('facet')} AS facet, ${column('prompt')} AS prompt,
         count(DISTINCT prompt) AS runs
       FROM spend_bucket ${where} GROUP BY ${grouping.join(', ')}`,
    )
    .all<RunRow>(...bounds);
}
