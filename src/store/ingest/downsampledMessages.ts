import { hashBytes } from '../../model/hash53.ts';
import type { SqlDatabase, Statement } from '../driver/types.ts';

/** What is kept of a downsampled message. */
export interface DownsampledRow {
  readonly id: number;
  /** Hash of its request id. */
  readonly rid: number;
  /** The session it was counted in; that no longer changes. */
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
 * Tombstones: identities of downsampled messages. They outlive the messages, so that a transcript
 * read again counts nothing twice.
 */
export class DownsampledMessages {
  readonly #any: Statement;
  readonly #byMid: Statement;
  readonly #occurrences: Statement;
  readonly #addPlace: Statement;
  readonly #setInMain: Statement;
  /** Memoized: most stores have none, and the first index would query a million times. */
  #empty: boolean | undefined;

  constructor(db: SqlDatabase) {
    this.#any = db.prepare('SELECT 1 FROM thinned LIMIT 1');
    this.#byMid = db.prepare(
      'SELECT id, rid, session, counted, in_main, sidechain FROM thinned WHERE mid = ?',
    );
    this.#occurrences = db.prepare('SELECT session FROM thinned_place WHERE thinned = ?');
    this.#addPlace = db.prepare('INSERT OR IGNORE INTO thinned_place VALUES (?, ?)');
    this.#setInMain = db.prepare('UPDATE thinned SET in_main = 1 WHERE id = ?');
  }

  /** Every downsampled identity with this message id. */
  withMessageId(mid: string): DownsampledRow[] {
    this.#empty ??= this.#any.get() === undefined;
    return this.#empty ? [] : this.#byMid.all<DownsampledRow>(idHash(mid));
  }

  /** Records that the message occurs in a main thread too. */
  setInMain(id: number): void {
    this.#setInMain.run(id);
  }

  /**
   * Records occurrences in these sessions. Returns all its sessions when one of them is new, else
   * none.
   */
  addSessions(row: DownsampledRow, sessions: readonly number[]): number[] {
    const stored = this.#occurrences.all<{ session: number }>(row.id).map(({ session }) => session);
    const known = stored.length === 0 ? [row.session] : stored;
    const all = [...new Set([...known, ...sessions])];
    if (all.length === known.length) return [];
    for (const session of all) this.#addPlace.run(row.id, session);
    return all;
  }

  /** Invalidates the memo after a rollback or a downsampling. */
  forget(): void {
    this.#empty = undefined;
  }
}
