import { hashText } from '../../model/hash53.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import type { MergedMessage, VariantKey } from './merge.ts';

/** What is kept of a variant of a downsampled message. */
export interface DownsampledRow {
  readonly id: number;
  /** Hash of its request id. */
  readonly rid: number;
  /** Hash of its input side, 0 where that is empty; -1 where an earlier schema did not keep it. */
  readonly side: number;
  /** The tombstone of the response it belongs to; null for that one itself. */
  readonly original: number | null;
  /** The session it was counted in; that no longer changes. */
  readonly session: number;
  readonly counted: number;
  readonly in_main: number;
  readonly sidechain: number;
}

/** Hash of one part of a message's identity; a message is known by all of them. */
export function idHash(id: string): number {
  return hashText(id);
}

/** Hashes a variant's tombstones have: one for each input side. */
export function tombstoneSides(
  { side }: VariantKey,
  { sides }: Pick<MergedMessage, 'sides'>,
): number[] {
  if (side.startsWith('@')) return [idHash(side)];
  return sides.length === 0 ? [0] : sides.map(idHash);
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
      `SELECT id, rid, side, original, session, counted, in_main, sidechain FROM thinned
       WHERE mid = ? ORDER BY rid, side`,
    );
    this.#occurrences = db.prepare('SELECT session FROM thinned_place WHERE thinned = ?');
    this.#addPlace = db.prepare('INSERT OR IGNORE INTO thinned_place VALUES (?, ?)');
    this.#setInMain = db.prepare('UPDATE thinned SET in_main = 1 WHERE id = ?');
  }

  /** Every downsampled variant with this message id. */
  withMessageId(mid: string): DownsampledRow[] {
    this.#empty ??= this.#any.get() === undefined;
    if (this.#empty) return [];
    const rowsOf = (id: string): DownsampledRow[] => this.#byMid.all<DownsampledRow>(idHash(id));
    const found = rowsOf(mid);
    // Before schema 7 such ids were without the time.
    const old = found.length === 0 ? /^(uuid:.*)@\d+$/.exec(mid)?.[1] : undefined;
    return old === undefined ? found : rowsOf(old);
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
    const id = row.original ?? row.id;
    const stored = this.#occurrences.all<{ session: number }>(id).map(({ session }) => session);
    const known = stored.length === 0 ? [row.session] : stored;
    const all = [...new Set([...known, ...sessions])];
    if (all.length === known.length) return [];
    for (const session of all) this.#addPlace.run(id, session);
    return all;
  }

  /** Invalidates the memo after a rollback or a downsampling. */
  forget(): void {
    this.#empty = undefined;
  }
}

/** What stands for no request id. */
export const noRequest = idHash('');

/** The tombstone of the response these records belong to, if it was downsampled. */
export function tombstoneOf(
  key: VariantKey,
  state: MergedMessage,
  tombstones: readonly DownsampledRow[],
): DownsampledRow | undefined {
  if (tombstones.length === 0) return undefined;
  const rid = idHash(key.rid);
  const sides = new Set(tombstoneSides(key, state));
  sides.delete(0);
  const same = tombstones.filter((row) => row.rid === rid);
  if (key.rid !== '') {
    const copies = tombstones.filter((row) => row.rid === noRequest && sides.has(row.side));
    return same[0] ?? copies[0];
  }
  return (
    same.find((row) => row.side === -1 || sides.has(row.side)) ??
    tombstones.find((row) => sides.has(row.side))
  );
}

/** Whether a tombstone and these records have the same input side, as far as is known. */
export function sharesSide(row: DownsampledRow, { sides }: MergedMessage): boolean {
  if (row.side === -1) return true;
  return sides.length === 0 ? row.side === 0 : sides.some((side) => idHash(side) === row.side);
}
