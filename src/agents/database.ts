import type { Bookmark, TranscriptBatch, TranscriptChunk } from '../model/records.ts';
import { databaseState, openSnapshot, type Snapshot } from '../platform/sqlite/snapshot.ts';
import type { Row, SqlDatabase } from '../platform/sqlite/types.ts';
import type { Excerpt, LogFile, RecordLocation } from './agentLog.ts';

/** What was read of a database, and where to go on. */
export interface RowBatch<S> {
  readonly batch: TranscriptBatch;
  /** How far it was read, as the bookmark's offset: another one than before where there was anything new. */
  readonly offset: number;
  /** What the reader must remember: plain data. */
  readonly state: S;
}

/** The database of a file that is one, or the write-ahead log of one. */
export function withoutWal(path: string): string {
  return path.replace(/-wal$/, '');
}

/** A database with its log, as one transcript. */
export function databaseAt(path: string): LogFile | undefined {
  const state = databaseState(path);
  if (state === undefined) return undefined;
  const { size, mtimeMs, inode } = state;
  return { path, size, mtimeMs, inode };
}

/** Reads a database from a state of its own on, undefined for its start; yields at least once. */
export type RowsReader<S> = (
  db: SqlDatabase,
  state: S | undefined,
) => Generator<RowBatch<S>, void, void>;

/** Below this size a copy is made in no time. */
const smallBytes = 32 * 1024 * 1024;
/** Between two copies of a large database passes this many times as long as the last took. */
const restFactor = 20;
const longestRestMs = 60_000;

/** When large databases may be copied again, by path. */
const restsUntil = new Map<string, number>();

/**
 * Reads another program's database on from a bookmark, out of a copy. A database that took another's place is
 * read again from its start. A large one that was copied a moment ago has to wait: nothing is yielded, and the
 * next look at it finds it changed. Throws the file system's errors, SQLite's, and `databaseBusy`.
 */
export function* readDatabase<S>(
  path: string,
  bookmark: Bookmark | undefined,
  read: RowsReader<S>,
): Generator<TranscriptChunk, void, void> {
  // Who begins at the start wants to know now.
  if (bookmark !== undefined && Date.now() < (restsUntil.get(path) ?? 0)) return;
  using snapshot = copyOf(path);
  const { inode, size } = snapshot.state;
  const isSame = bookmark?.inode === inode;
  let start = isSame ? bookmark.offset : 0;
  let restarted = bookmark !== undefined && bookmark.offset > 0 && !isSame;
  let last: RowBatch<S> | undefined;
  const chunk = ({ batch, offset, state }: RowBatch<S>, done: boolean): TranscriptChunk => {
    const next = { batch, start, bookmark: { offset, state, inode, head: '' }, size };
    start = offset;
    const made = { ...next, restarted, done };
    restarted = false;
    return made;
  };
  for (const rows of read(snapshot.db, isSame ? (bookmark.state as S) : undefined)) {
    if (last !== undefined) yield chunk(last, false);
    last = rows;
  }
  if (last !== undefined) yield chunk(last, true);
}

function copyOf(path: string): Snapshot {
  const from = Date.now();
  const snapshot = openSnapshot(path);
  if (snapshot === undefined) {
    throw Object.assign(new Error(`${path} is not there`), { code: 'ENOENT' });
  }
  if (snapshot.state.size > smallBytes) {
    const took = Date.now() - from;
    restsUntil.set(path, Date.now() + Math.min(longestRestMs, took * restFactor));
  }
  return snapshot;
}

/** Asks a copy of a database. Throws as `readDatabase` does. */
export function askDatabase<T>(path: string, ask: (db: SqlDatabase) => T): T {
  using snapshot = copyOf(path);
  return ask(snapshot.db);
}

/** The names of a table's columns; none where there is no such table. A view, which may never end, is none. */
export function columnsOf(db: SqlDatabase, table: string): ReadonlySet<string> {
  const rows = db
    .prepare(
      `SELECT name FROM pragma_table_info(?) WHERE EXISTS
         (SELECT 1 FROM sqlite_master m WHERE m.type = 'table' AND m.name = ?
            AND m.sql LIKE 'CREATE TABLE%')`,
    )
    .all<{ name: string }>(table, table);
  return new Set(rows.map(({ name }) => name));
}

/** Where a row stands, by the number it has: no editor shows a database, so it is seen in an excerpt. */
export function rowLocation(row: number): RecordLocation {
  return { line: row - 1, offset: row, length: Number.MAX_SAFE_INTEGER };
}

/** Characters of a row an excerpt shows. */
const longestRow = 4_000;

/** Rows as the lines of an excerpt, each as JSON. */
export function rowsExcerpt(rows: readonly Row[], isWanted: (row: Row) => boolean): Excerpt {
  const lines = rows.map((row) => {
    const whole = JSON.stringify(row);
    const text = whole.slice(0, longestRow);
    return { text, cut: Buffer.byteLength(whole) - Buffer.byteLength(text) };
  });
  return { lines, wanted: Math.max(0, rows.findIndex(isWanted)) };
}
