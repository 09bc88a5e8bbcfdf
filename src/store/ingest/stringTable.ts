import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';

/** Cache limit, in strings; the cache is cleared when it is exceeded. */
const cached = 50_000;

/**
 * String interning: a number for every text that many rows repeat (table `word`). 0 is the empty
 * string.
 */
export class StringTable {
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #text: Statement;
  #ids = new Map<string, number>();
  #texts = new Map<number, string>();

  constructor(db: SqlDatabase) {
    this.#find = db.prepare('SELECT id FROM word WHERE text = ?');
    this.#insert = db.prepare('INSERT INTO word (text) VALUES (?)');
    this.#text = db.prepare('SELECT text FROM word WHERE id = ?');
  }

  /** The number of a text, inserted when it is new. Inside a transaction only. */
  id(text: string): number {
    if (text === '') return 0;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const found = this.#find.get<{ id: number }>(text)?.id;
    const id = found ?? this.#insert.run(text).lastInsertRowid;
    this.#cache(text, Number(id));
    return Number(id);
  }

  /** The number of a text if it has one. */
  find(text: string): number | undefined {
    if (text === '') return 0;
    return this.#ids.get(text) ?? this.#find.get<{ id: number }>(text)?.id;
  }

  text(id: number): string {
    if (id === 0) return '';
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const text = this.#text.get<{ text: string }>(id)?.text ?? '';
    this.#cache(text, id);
    return text;
  }

  /** Drops cached ids a rolled-back transaction may have assigned. */
  forget(): void {
    this.#ids = new Map();
    this.#texts = new Map();
  }

  #cache(text: string, id: number): void {
    if (this.#ids.size >= cached) this.forget();
    this.#ids.set(text, id);
    this.#texts.set(id, text);
  }
}
