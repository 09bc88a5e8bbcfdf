import { hashText } from '../../../model/hash53.ts';
import type { ToldSum } from '../../../model/requests/toldSum.ts';
import type { SqlDatabase, Statement } from '../../../platform/sqlite/types.ts';
import type { StringTable } from '../stringTable.ts';

/** A sum as background depends on it. */
export type StoredSum = Omit<ToldSum, 'sessionId'>;

/** What metrics told of background in sum. A set: what comes again, late or in another order is the same. */
export class ToldSums {
  readonly #strings: StringTable;
  readonly #add: Statement;
  readonly #ofSession: Statement;

  constructor(db: SqlDatabase, strings: StringTable) {
    this.#strings = strings;
    this.#add = db.prepare('INSERT OR IGNORE INTO told_sum VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#ofSession = db.prepare(
      `SELECT series, started AS startedAt, at, nano, cumulative FROM told_sum WHERE sid = ?`,
    );
  }

  /** Stores a sum; false where it is known. Inside a transaction only. */
  add({ sessionId, series, startedAt, at, nano, cumulative }: ToldSum): boolean {
    const key = hashText(JSON.stringify([series, startedAt, at, nano, cumulative]));
    const values = [series, startedAt, at, nano, Number(cumulative)];
    return this.#add.run(this.#strings.id(sessionId), key, ...values).changes > 0;
  }

  /** Those of a session, by its id, in no order. */
  ofSession(sid: string): StoredSum[] {
    const word = this.#strings.find(sid);
    if (word === undefined) return [];
    return this.#ofSession
      .all<Omit<StoredSum, 'cumulative'> & { readonly cumulative: number }>(word)
      .map((row) => ({ ...row, cumulative: row.cumulative === 1 }));
  }
}
