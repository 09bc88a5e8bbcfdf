import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { bucketMs, ofModels } from '../schema/rollupTables.ts';
import type { RowKeys } from '../schema/sums.ts';
import type { SpendKey, SpendWanted } from './spendRows.ts';

/** Of which models runs are wanted: of all where that is missing. */
type RunsWanted = Pick<SpendWanted, 'models'>;

/** A combination of keys with the number of runs that took part in it. */
export interface RunRow extends RowKeys {
  readonly runs: number;
}

/** Number of runs at work in a span, or ever, as `runRows` counts them, all together. */
export function runTotal(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  wanted: RunsWanted = {},
): number {
  const { where, bounds } = within(span, wanted);
  return db
    .prepare(
      `SELECT count(*) AS runs FROM (SELECT DISTINCT agent, prompt FROM spend_bucket ${where})`,
    )
    .get<{ runs: number }>(...bounds)!.runs;
}

/** Whole quarters of an hour that a span touches, with rows of the wanted models. */
function within(
  span: TimeSpan | undefined,
  { models }: RunsWanted,
): { where: string; bounds: (number | string)[] } {
  const conditions = [];
  const bounds = [];
  if (span !== undefined) {
    conditions.push('bucket >= ? AND bucket < ?');
    bounds.push(Math.floor(span.from / bucketMs), Math.ceil(span.to / bucketMs));
  }
  if (models !== undefined) {
    conditions.push(ofModels);
    bounds.push(JSON.stringify(models));
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, bounds };
}

/**
 * Number of runs at work in a span, or ever, split by these keys: a run that lies in several of them
 * counts in each. Quarters of an hour at the span's edges are whole.
 */
export function runRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly SpendKey[],
  wanted: RunsWanted = {},
): RunRow[] {
  const column = (key: SpendKey): string => (keys.includes(key) ? key : '0');
  // A prompt names a run only together with its agent, which is one of one session.
  const grouping = [...new Set<SpendKey>(['agent', ...keys.filter((key) => key !== 'session')])];
  const { where, bounds } = within(span, wanted);
  return db
    .prepare(
      `SELECT ${keys.includes('bucket') ? `bucket * ${bucketMs}` : '0'} AS at, session, agent,
         ${column('model')} AS model, ${column('facet')} AS facet, ${column('prompt')} AS prompt,
         count(DISTINCT prompt) AS runs
       FROM spend_bucket ${where} GROUP BY ${grouping.join(', ')}`,
    )
    .all<RunRow>(...bounds);
}
