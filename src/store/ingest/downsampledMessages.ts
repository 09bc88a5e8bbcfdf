import { hashBytes } from '../../model/hash53.ts';
import type { SqlDatabase, Statement } from '../driver/types.ts';

/** What is still known of a message after it was summed up. */
export interface ThinnedRow {
  readonly id: number;
  /** Hash of its request id. */
  readonly rid: number;
  /** The session it was counted in, which it stays in. */
  readonly session: number;
  readonly counted: number;
  readonly in_main: number;
  readonly sidechain: number;
}

/** Hash of one half of a message's identity; a message is known by both. */
export function idHash(id: string): number {
  const bytes = Buffer.from(id);
  return hashBytes(bytes, 0, bytes.length);
}

/**
 * Identities of the messages that were summed up. They outlive the messages, so that a transcript
 * read again counts nothing twice.
 */
export class Thinned {
  readonly #any: Statement;
  readonly #byMid: Statement;
  readonly #places: Statement;
  readonly #addPlace: Statement;
  readonly #setInMain: Statement;
  /** Most stores have none, and a first reading should not ask a million times. */
  #empty: boolean | undefined;

  constructor(db: SqlDatabase) {
    this.#any = db.prepare('SELECT 1 FROM thinned LIMIT 1');
    this.#byMid = db.prepare(
      'SELECT id, rid, session, counted, in_main, sidechain FROM thinned WHERE mid = ?',
    );
    this.#places = db.prepare('SELECT session FROM thinned_place WHERE thinned = ?');
    this.#addPlace = db.prepare('INSERT OR IGNORE INTO thinned_place VALUES (?, ?)');
    this.#setInMain = db.prepare('UPDATE thinned SET in_main = 1 WHERE id = ?');
  }

  /** Every identity with this message id that was summed up. */
  withMessageId(mid: string): ThinnedRow[] {
    this.#empty ??= this.#any.get() === undefined;
    return this.#empty ? [] : this.#byMid.all<ThinnedRow>(idHash(mid));
  }

  /** Notes that it stands in a main thread too. */
  setInMain(id: number): void {
    this.#setInMain.run(id);
  }

  /**
   * Notes that it stands in these sessions. Returns all it stands in when one of them is new, else
   * none.
   */
  addPlaces(row: ThinnedRow, sessions: readonly number[]): number[] {
    const stored = this.#places.all<{ session: number }>(row.id).map(({ session }) => session);
    const known = stored.length === 0 ? [row.session] : stored;
    const all = [...new Set([...known, ...sessions])];
    if (all.length === known.length) return [];
    for (const session of all) this.#addPlace.run(row.id, session);
    return all;
  }

  /** Forgets what a transaction that failed, or one that summed up, has changed. */
  forget(): void {
    this.#empty = undefined;
  }
}
