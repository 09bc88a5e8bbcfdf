/** Bucket length, milliseconds: every time zone's days begin on a quarter of an hour. */
export const bucketMs = 900000;
export function bucketOf(atMs: number): number {
  return Math.floor(atMs / bucketMs);
}

export type RollupTable = 'spend_bucket' | 'spend_slot' | 'spend_model' | 'spend_total';

/** The distinct models of `spend_model`, by a recursive skip scan: one index seek per model. */
export const everyModel = `(WITH RECURSIVE known(model) AS (
    SELECT min(model) FROM spend_model
    UNION ALL SELECT (SELECT min(m.model) FROM spend_model m WHERE m.model > known.model)
      FROM known WHERE known.model IS NOT NULL)
  SELECT model FROM known WHERE model IS NOT NULL)`;

/** The SQL condition that a row's bucket lies in [first parameter, second parameter). */
export function bucketsOf(table: RollupTable): string {
  const within = 'bucket >= ? AND bucket < ?';
  return table === 'spend_model' ? `model IN ${everyModel} AND ${within}` : within;
}

/** The SQL condition that a row's model is in the JSON array of string numbers that is the parameter. */
export const ofModels = 'model IN (SELECT value FROM json_each(?))';

/** The sum columns of a rollup, in table order. */
export const sumColumns = [
  'messages',
  'lower',
  'unpriced',
  'client',
  'input',
  'output',
  'write5m',
  'write1h',
  'cache_read',
  'searches',
  'nano',
] as const;
export type Sums = Record<(typeof sumColumns)[number], number>;
