import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import type { MessageRow } from '../schema/messageRow.ts';

/** Cache limit, in facets; the cache is cleared when it is exceeded. */
const cached = 50_000;

/**
 * Dimension table: one surrogate key for the combinations of price row, branch, effort and
 * attribution that rollups are split by. A session has few of them, so one number in a key costs
 * less than four.
 */
export class Facets {
  readonly #find: Statement;
  readonly #insert: Statement;
  #ids = new Map<string, number>();

  constructor(db: SqlDatabase) {
    this.#find = db.prepare(
      'SELECT id FROM facet WHERE price_row = ? AND branch = ? AND effort = ? AND attribution = ?',
    );
    this.#insert = db.prepare(
      'INSERT INTO facet (price_row, branch, effort, attribution) VALUES (?, ?, ?, ?)',
    );
  }

  /** The facet of a message, or of a part of it that has a price row of its own. */
  id(row: Pick<MessageRow, 'branch' | 'effort' | 'attribution'>, priceRow: number): number {
    const { branch, effort, attribution } = row;
    const key = `${priceRow} ${branch} ${effort} ${attribution}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const values = [priceRow, branch, effort, attribution];
    const found = this.#find.get<{ id: number }>(...values)?.id;
    const id = Number(found ?? this.#insert.run(...values).lastInsertRowid);
    if (this.#ids.size >= cached) this.forget();
    this.#ids.set(key, id);
    return id;
  }

  /** Drops cached ids a rolled-back transaction may have assigned. */
  forget(): void {
    this.#ids = new Map();
  }
}
