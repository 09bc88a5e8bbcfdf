import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { bucketOf, bucketsOf, type RollupTable, sumColumns } from '../schema/rollupTables.ts';
import { saturated, saturatedSql, sumSql } from '../schema/saturate.ts';

/** Delta of one rollup row, in the order of `sumColumns`. */
type Delta = number[];

/** Key of a rollup row: row ids; `prompt` is 0 outside the main thread. */
export interface RollupKey {
  readonly session: number;
  readonly agent: number;
  readonly model: number;
  readonly facet: number;
  /** String number of the answered prompt: with the agent it identifies the run. */
  readonly prompt: number;
}

/** A rollup: its table and key columns. */
interface Table {
  readonly name: RollupTable;
  readonly keys: readonly Key[];
}

type Key = 'bucket' | keyof RollupKey;

/** The finest rollup; the others are derived from it. */
const finest: Table = {
  name: 'spend_bucket',
  keys: ['bucket', 'session', 'agent', 'model', 'facet', 'prompt'],
};

/** Coarser rollups, each for questions that need no more key columns. */
const coarser: readonly Table[] = [
  { name: 'spend_total', keys: ['session', 'agent', 'model', 'facet'] },
  { name: 'spend_slot', keys: ['bucket'] },
  { name: 'spend_model', keys: ['model', 'bucket'] },
];

const additions = sumColumns
  .map((name) => `${name} = ${saturatedSql(`${name} + excluded.${name}`)}`)
  .join(', ');
const allZero = sumColumns.map((name) => `${name} = 0`).join(' AND ');

/**
 * Prepares merging the buckets [from, to) into the bucket `target`, one of them: only the time
 * within that interval is lost.
 */
export function moveBuckets(db: SqlDatabase): (from: number, to: number, target: number) => void {
  const moves = [finest, ...coarser]
    .filter(({ keys }) => keys.includes('bucket'))
    .map((table) => moveWithin(db, table));
  return (from, to, target) => {
    for (const move of moves) move(from, to, target);
  };
}

function moveWithin(
  db: SqlDatabase,
  { name, keys }: Table,
): (from: number, to: number, target: number) => void {
  const stretch = `${bucketsOf(name)} AND bucket <> ?`;
  const others = keys.filter((key) => key !== 'bucket');
  const sums = sumColumns.map((column) => sumSql(column));
  const add = db.prepare(
    // GROUP BY, so that an empty interval yields no row instead of a row of NULL sums.
    `INSERT INTO ${name} (${['bucket', ...others, ...sumColumns].join(', ')})
     SELECT ${['?', ...others, ...sums].join(', ')} FROM ${name} WHERE ${stretch}
     GROUP BY ${others.join(', ') || 'NULL'} ON CONFLICT DO UPDATE SET ${additions}`,
  );
  const drop = db.prepare(`DELETE FROM ${name} WHERE ${stretch}`);
  return (from, to, target) => {
    add.run(target, from, to, target);
    drop.run(from, to, target);
  };
}

/**
 * Write-behind cache of a transaction's deltas, flushed at its end. A row whose sums return to zero
 * is deleted, so that the tables are a pure function of the messages.
 */
export class Rollup {
  readonly #writers: readonly TableWriter[];
  #changes = new Changes();

  constructor(db: SqlDatabase) {
    this.#writers = [finest, ...coarser].map((table) => new TableWriter(db, table));
  }

  /** Adds (sign 1) or subtracts (sign -1) one contribution. */
  add(sign: 1 | -1, at: number, key: RollupKey, sums: readonly number[]): void {
    const { session, agent, model, facet, prompt } = key;
    this.#changes.add([bucketOf(at), session, agent, model, facet, prompt], sums, sign);
  }

  /** Writes the collected changes. */
  flush(): void {
    for (const writer of this.#writers) writer.write(this.#changes);
    this.forget();
  }

  forget(): void {
    this.#changes = new Changes();
  }
}

interface ChangedRow {
  readonly keys: readonly number[];
  readonly delta: Delta;
}

function isSameKey(row: ChangedRow | undefined, keys: readonly number[]): boolean {
  if (row === undefined) return false;
  for (let i = 0; i < keys.length; i++) if (row.keys[i] !== keys[i]) return false;
  return true;
}

/** Deltas of a table's rows, by key. */
class Changes {
  readonly #rows = new Map<string, ChangedRow>();
  #last: ChangedRow | undefined;

  add(keys: readonly number[], sums: readonly number[], sign = 1): void {
    // Messages that follow each other mostly count in the same row.
    const row = isSameKey(this.#last, keys) ? this.#last! : this.#rowOf(keys, sums.length);
    this.#last = row;
    for (let i = 0; i < sums.length; i++) row.delta[i]! += sign * sums[i]!;
  }

  #rowOf(keys: readonly number[], length: number): ChangedRow {
    const name = keys.join(' ');
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { keys, delta: new Array<number>(length).fill(0) };
      this.#rows.set(name, row);
    }
    return row;
  }

  /** The non-zero deltas. */
  *rows(): Generator<ChangedRow> {
    for (const row of this.#rows.values()) {
      if (row.delta.some((value) => value !== 0)) yield row;
    }
  }

  /** The same deltas grouped by some of the key columns. */
  by(places: readonly number[]): Changes {
    const sum = new Changes();
    for (const { keys, delta } of this.rows()) {
      sum.add(
        places.map((place) => keys[place]!),
        delta,
      );
    }
    return sum;
  }
}

/** Writes changes into one table. */
class TableWriter {
  readonly #add: Statement;
  readonly #drop: Statement;
  /** Positions of its key columns among all; undefined for the table with all of them. */
  readonly #occurrences: readonly number[] | undefined;

  constructor(db: SqlDatabase, table: Table) {
    const { name, keys } = table;
    const columns = [...keys, ...sumColumns];
    this.#add = db.prepare(
      `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT DO UPDATE SET ${additions}`,
    );
    const same = keys.map((key) => `${key} = ?`).join(' AND ');
    this.#drop = db.prepare(`DELETE FROM ${name} WHERE ${same} AND ${allZero}`);
    this.#occurrences = table === finest ? undefined : keys.map((key) => finest.keys.indexOf(key));
  }

  write(all: Changes): void {
    const changes = this.#occurrences === undefined ? all : all.by(this.#occurrences);
    for (const { keys, delta } of changes.rows()) {
      this.#add.run(...keys, ...delta.map(saturated));
      if (delta.some((value) => value < 0)) this.#drop.run(...keys);
    }
  }
}
