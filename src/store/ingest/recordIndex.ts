import { smallestOf } from '../../model/lists.ts';
import type { SessionRecords } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { earlier, type SessionRow, type Sessions } from './sessionTable.ts';

/** Bytes of a packed record: a 53-bit hash and a 40-bit time after the blob's first eight bytes. */
const recordBytes = 12;

/**
 * Index of record fingerprints (uuid hash, time) per session. Most sessions share nothing, so
 * theirs are packed into blobs; a session that shares a message with another has them unpacked into
 * a table, where "occurs in no other session" is an index look-up. The start of a session's own
 * records decides who owns what it shares.
 */
export class RecordIndex {
  readonly #sessions: Sessions;
  readonly #pack: Statement;
  readonly #packed: Statement;
  readonly #allPacked: Statement;
  readonly #dropPacked: Statement;
  readonly #add: Statement;
  readonly #others: Statement;
  readonly #ownStart: Statement;
  readonly #addRelated: Statement;
  /** Sessions whose own start must be computed again. */
  #stale = new Set<number>();
  /** Sessions found to share another record. */
  #sharing = new Set<number>();

  constructor(db: SqlDatabase, sessions: Sessions) {
    this.#sessions = sessions;
    this.#pack = db.prepare('INSERT INTO trace (session, records) VALUES (?, ?)');
    this.#packed = db.prepare('SELECT records FROM trace WHERE session = ?');
    this.#allPacked = db.prepare('SELECT session, records FROM trace');
    this.#dropPacked = db.prepare('DELETE FROM trace WHERE session = ?');
    this.#add = db.prepare(
      'INSERT INTO shared_trace VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)',
    );
    this.#others = db.prepare('SELECT session FROM shared_trace WHERE uuid = ? AND session <> ?');
    this.#ownStart = db.prepare(
      `SELECT at FROM shared_trace t WHERE session = ? AND NOT EXISTS
         (SELECT 1 FROM shared_trace o WHERE o.uuid = t.uuid AND o.session <> t.session)
       ORDER BY at LIMIT 1`,
    );
    this.#addRelated = db.prepare('INSERT OR IGNORE INTO kin VALUES (?, ?)');
  }

  /** Adds the fingerprints of a chunk. The session's row already holds the rest. */
  add(row: SessionRow, records: SessionRecords): void {
    if (row.related === 1) {
      this.#addRecords(row, records.uuidHashes, records.uuidTimes);
      return;
    }
    // Nothing is shared as far as we know, so all of it is the session's own.
    row.own_at = row.first_at;
    this.#sessions.touch(row);
    if (records.uuidHashes.length > 0) {
      this.#pack.run(row.id, packRecords(records.uuidHashes, records.uuidTimes));
    }
  }

  /** Two sessions share a message: from now on their records are compared one by one. */
  relate(a: SessionRow, b: SessionRow): void {
    this.#addRelated.run(a.id, b.id);
    this.#addRelated.run(b.id, a.id);
    this.#unpack(a);
    this.#unpack(b);
  }

  #unpack(row: SessionRow): void {
    if (row.related === 1) return;
    row.related = 1;
    this.#sessions.touch(row);
    this.#stale.add(row.id);
    for (const { records } of this.#packed.all<{ records: Uint8Array }>(row.id)) {
      const { hashes, times } = unpackRecords(records);
      this.#addRecords(row, hashes, times);
    }
    this.#dropPacked.run(row.id);
  }

  #addRecords(row: SessionRow, hashes: readonly number[], times: readonly number[]): void {
    this.#stale.add(row.id);
    hashes.forEach((hash, i) => {
      this.#add.run(hash, row.id, times[i]!);
      for (const { session } of this.#others.all<{ session: number }>(hash, row.id)) {
        this.#addRelated.run(row.id, session);
        this.#addRelated.run(session, row.id);
        this.#stale.add(session);
        this.#sharing.add(row.id).add(session);
      }
    });
  }

  /** The sessions that have records of these hashes, each with the hash; the whole index is read. */
  holders(hashes: ReadonlySet<number>): (readonly [session: number, hash: number])[] {
    const found: (readonly [number, number])[] = [];
    for (const { session, records } of this.#allPacked.iterate<{
      session: number;
      records: Uint8Array;
    }>()) {
      for (const hash of unpackRecords(records).hashes) {
        if (hashes.has(hash)) found.push([session, hash]);
      }
    }
    for (const hash of hashes) {
      for (const { session } of this.#others.all<{ session: number }>(hash, 0)) {
        found.push([session, hash]);
      }
    }
    return found;
  }

  /**
   * Recomputes own starts that may have moved; returns the sessions where one did. `onShared` is
   * called for sessions whose fork point may have moved.
   */
  findOwnStarts(onShared: (session: number) => void): SessionRow[] {
    for (const id of this.#sharing) onShared(id);
    this.#sharing = new Set();
    const moved: SessionRow[] = [];
    for (const id of this.#stale) {
      const row = this.#sessions.byNumber(id);
      const own = this.#ownStart.get<{ at: number }>(id)?.at ?? null;
      const start = earlier(row.anonymous_at, own);
      if (start === row.own_at) continue;
      row.own_at = start;
      this.#sessions.touch(row);
      moved.push(row);
    }
    this.#stale = new Set();
    return moved;
  }

  forget(): void {
    this.#stale = new Set();
    this.#sharing = new Set();
  }
}

/** Which of two sessions owns what both have: the one whose own records start first; ties by id. */
export function ownsBefore(a: SessionRow, b: SessionRow): boolean {
  const aStart = a.own_at ?? Number.POSITIVE_INFINITY;
  const bStart = b.own_at ?? Number.POSITIVE_INFINITY;
  return aStart === bStart ? a.sid < b.sid : aStart < bStart;
}

function packRecords(hashes: readonly number[], times: readonly number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(8 + hashes.length * recordBytes);
  const base = smallestOf(times);
  bytes.writeDoubleLE(base, 0);
  hashes.forEach((hash, i) => {
    const at = 8 + i * recordBytes;
    const since = Math.min(times[i]! - base, 0xffffffffff);
    bytes.writeUInt32LE(hash >>> 0, at);
    bytes.writeUIntLE(Math.floor(hash / 0x100000000), at + 4, 3);
    bytes.writeUIntLE(since, at + 7, 5);
  });
  return bytes;
}

function unpackRecords(records: Uint8Array): { hashes: number[]; times: number[] } {
  const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
  const base = bytes.readDoubleLE(0);
  const hashes: number[] = [];
  const times: number[] = [];
  for (let at = 8; at < bytes.length; at += recordBytes) {
    hashes.push(bytes.readUIntLE(at + 4, 3) * 0x100000000 + bytes.readUInt32LE(at));
    times.push(base + bytes.readUIntLE(at + 7, 5));
  }
  return { hashes, times };
}
