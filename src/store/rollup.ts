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

/** What a roll-up row is about. Numbers of rows; `prompt` is 0 outside the main thread. */
export interface RollupKey {
  readonly session: number;
  readonly agent: number;
  readonly model: number;
  readonly facet: number;
  /** Word number of the prompt that was answered: with the agent it names the run. */
  readonly prompt: number;
}

const additions = sumColumns.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
const columns = sumColumns.join(', ');
const marks = sumColumns.map(() => '?').join(', ');
const allZero = sumColumns.map((name) => `${name} = 0`).join(' AND ');

/** What tells the rows of one bucket apart. */
const bucketKeys = ['session', 'agent', 'model', 'facet', 'prompt'].join(', ');

/**
 * Prepares the move of all buckets from `from` up to `to` (not included) into the bucket `target`,
 * one of them: nothing is lost but when inside the stretch it was.
 */
export function moveBuckets(db: SqlDatabase): (from: number, to: number, target: number) => void {
  const stretch = 'bucket >= ? AND bucket < ? AND bucket <> ?';
  const sums = sumColumns.map((name) => `sum(${name})`).join(', ');
  const add = db.prepare(
    `INSERT INTO spend_bucket (bucket, ${bucketKeys}, ${columns})
     SELECT ?, ${bucketKeys}, ${sums} FROM spend_bucket WHERE ${stretch} GROUP BY ${bucketKeys}
     ON CONFLICT DO UPDATE SET ${additions}`,
  );
  const addSlot = db.prepare(
    // An empty stretch has a sum as well, of nothing: it makes no row.
    `INSERT INTO spend_slot (bucket, ${columns})
     SELECT ?, ${sums} FROM spend_slot WHERE ${stretch} HAVING count(*) > 0
     ON CONFLICT DO UPDATE SET ${additions}`,
  );
  const drop = db.prepare(`DELETE FROM spend_bucket WHERE ${stretch}`);
  const dropSlots = db.prepare(`DELETE FROM spend_slot WHERE ${stretch}`);
  return (from, to, target) => {
    add.run(target, from, to, target);
    addSlot.run(target, from, to, target);
    drop.run(from, to, target);
    dropSlots.run(from, to, target);
  };
}

/**
 * Collects what a transaction adds to and takes from the roll-ups, and writes it at its end. A row
 * whose sums all come back to nothing is removed, so that the tables only depend on the messages.
 */
export class Rollup {
  readonly #addBucket: Statement;
  readonly #addTotal: Statement;
  readonly #addSlot: Statement;
  readonly #dropBucket: Statement;
  readonly #dropTotal: Statement;
  readonly #dropSlot: Statement;
  #buckets = new Map<string, Delta>();

  constructor(db: SqlDatabase) {
    this.#addBucket = db.prepare(
      `INSERT INTO spend_bucket (session, agent, model, facet, bucket, prompt, ${columns})
       VALUES (?, ?, ?, ?, ?, ?, ${marks}) ON CONFLICT DO UPDATE SET ${additions}`,
    );
    this.#addTotal = db.prepare(
      `INSERT INTO spend_total (session, agent, model, facet, ${columns})
       VALUES (?, ?, ?, ?, ${marks}) ON CONFLICT DO UPDATE SET ${additions}`,
    );
    this.#addSlot = db.prepare(
      `INSERT INTO spend_slot (bucket, ${columns})
       VALUES (?, ${marks}) ON CONFLICT DO UPDATE SET ${additions}`,
    );
    this.#dropSlot = db.prepare(`DELETE FROM spend_slot WHERE bucket = ? AND ${allZero}`);
    this.#dropBucket = db.prepare(
      `DELETE FROM spend_bucket WHERE session = ? AND agent = ? AND model = ? AND facet = ?
         AND bucket = ? AND prompt = ? AND ${allZero}`,
    );
    this.#dropTotal = db.prepare(
      `DELETE FROM spend_total WHERE session = ? AND agent = ? AND model = ? AND facet = ?
         AND ${allZero}`,
    );
  }

  /** Adds (sign 1) or takes away (sign -1) one contribution. */
  add(sign: 1 | -1, at: number, key: RollupKey, sums: readonly number[]): void {
    const { session, agent, model, facet, prompt } = key;
    const text = `${session} ${agent} ${model} ${facet} ${bucketOf(at)} ${prompt}`;
    let delta = this.#buckets.get(text);
    if (delta === undefined) {
      delta = sums.map(() => 0);
      this.#buckets.set(text, delta);
    }
    for (let i = 0; i < sums.length; i++) delta[i]! += sign * sums[i]!;
  }

  /** Writes the collected changes. */
  flush(): void {
    const totals = new Changes();
    const slots = new Changes();
    for (const [key, delta] of this.#buckets) {
      if (delta.every((value) => value === 0)) continue;
      const parts = key.split(' ').map(Number);
      this.#addBucket.run(...parts, ...delta);
      if (delta.some((value) => value < 0)) this.#dropBucket.run(...parts);
      totals.add(parts.slice(0, 4), delta);
      slots.add(parts.slice(4, 5), delta);
    }
    totals.write(this.#addTotal, this.#dropTotal);
    slots.write(this.#addSlot, this.#dropSlot);
    this.forget();
  }

  forget(): void {
    this.#buckets = new Map();
  }
}

/** Changes of the rows of a roll-up that tells less apart. */
class Changes {
  readonly #rows = new Map<string, { readonly parts: readonly number[]; readonly delta: Delta }>();

  add(parts: readonly number[], delta: Delta): void {
    const key = parts.join(' ');
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { parts, delta: [...delta] });
    else for (let i = 0; i < delta.length; i++) known.delta[i]! += delta[i]!;
  }

  write(add: Statement, drop: Statement): void {
    for (const { parts, delta } of this.#rows.values()) {
      if (delta.every((value) => value === 0)) continue;
      add.run(...parts, ...delta);
      if (delta.some((value) => value < 0)) drop.run(...parts);
    }
  }
}
