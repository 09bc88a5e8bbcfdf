import type { SqlDatabase, Statement } from './driver/types.ts';

/** Length of a bucket: every time zone's days begin on a quarter of an hour. */
export const bucketMs = 900_000;

export function bucketOf(atMs: number): number {
  return Math.floor(atMs / bucketMs);
}

/** The columns of a roll-up that are sums, in the order of the tables. */
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

/** Changes of one roll-up row, in the order of `sumColumns`. */
type Delta = number[];

const additions = sumColumns.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
const columns = sumColumns.join(', ');
const marks = sumColumns.map(() => '?').join(', ');
const allZero = sumColumns.map((name) => `${name} = 0`).join(' AND ');

/**
 * Collects what a transaction adds to and takes from the roll-ups, and writes it at its end. A row
 * whose sums all come back to nothing is removed, so that the tables only depend on the messages.
 */
export class Rollup {
  readonly #addBucket: Statement;
  readonly #addTotal: Statement;
  readonly #dropBucket: Statement;
  readonly #dropTotal: Statement;
  #buckets = new Map<string, Delta>();

  constructor(db: SqlDatabase) {
    this.#addBucket = db.prepare(
      `INSERT INTO spend_bucket (bucket, session, agent, model, ${columns}) VALUES (?, ?, ?, ?, ${marks})
       ON CONFLICT DO UPDATE SET ${additions}`,
    );
    this.#addTotal = db.prepare(
      `INSERT INTO spend_total (session, agent, model, ${columns}) VALUES (?, ?, ?, ${marks})
       ON CONFLICT DO UPDATE SET ${additions}`,
    );
    this.#dropBucket = db.prepare(
      `DELETE FROM spend_bucket WHERE bucket = ? AND session = ? AND agent = ? AND model = ? AND ${allZero}`,
    );
    this.#dropTotal = db.prepare(
      `DELETE FROM spend_total WHERE session = ? AND agent = ? AND model = ? AND ${allZero}`,
    );
  }

  /** Adds (sign 1) or takes away (sign -1) one contribution. */
  add(
    sign: 1 | -1,
    at: number,
    session: number,
    agent: number,
    model: number,
    sums: readonly number[],
  ): void {
    const key = `${bucketOf(at)} ${session} ${agent} ${model}`;
    let delta = this.#buckets.get(key);
    if (delta === undefined) {
      delta = sums.map(() => 0);
      this.#buckets.set(key, delta);
    }
    for (let i = 0; i < sums.length; i++) delta[i]! += sign * sums[i]!;
  }

  /** Writes the collected changes. */
  flush(): void {
    const totals = new Map<string, Delta>();
    for (const [key, delta] of this.#buckets) {
      if (delta.every((value) => value === 0)) continue;
      const parts = key.split(' ').map(Number);
      this.#addBucket.run(...parts, ...delta);
      if (delta.some((value) => value < 0)) this.#dropBucket.run(...parts);
      const totalKey = key.slice(key.indexOf(' ') + 1);
      const total = totals.get(totalKey);
      if (total === undefined) totals.set(totalKey, [...delta]);
      else for (let i = 0; i < delta.length; i++) total[i]! += delta[i]!;
    }
    for (const [key, delta] of totals) {
      if (delta.every((value) => value === 0)) continue;
      const parts = key.split(' ').map(Number);
      this.#addTotal.run(...parts, ...delta);
      if (delta.some((value) => value < 0)) this.#dropTotal.run(...parts);
    }
    this.forget();
  }

  forget(): void {
    this.#buckets = new Map();
  }
}
