import { sep } from 'node:path';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { isBusy } from '../connection/storeErrors.ts';
import { Lease } from '../connection/writerLease.ts';
import { assertOwnSchema } from '../schema/migrations.ts';

/** What a reset would take away, and how much of it comes back. */
export interface ResetLoss {
  readonly messages: number;
  readonly sessions: number;
  /** Transcripts the store has read. */
  readonly transcripts: number;
  /** Of them those that are no longer on disk. */
  readonly gone: number;
  /** Of them those that are on disk, but in no configuration directory that is read now. */
  readonly outside: number;
}

/**
 * Counts what a reset would take away. `roots` are the configuration directories read now; `isOnDisk`
 * is asked about each transcript, for what the store knows of deleted ones may be a while old.
 */
export function resetLoss(
  db: SqlDatabase,
  roots: readonly string[],
  isOnDisk: (path: string) => boolean,
): ResetLoss {
  const kept = db
    .prepare(
      `SELECT coalesce(sum(messages), 0) AS messages, count(DISTINCT session) AS sessions
       FROM spend_total`,
    )
    .get<{ messages: number; sessions: number }>()!;
  const files = db
    .prepare('SELECT f.path AS path, w.text AS root FROM file f JOIN word w ON w.id = f.root')
    .all<{ path: string; root: string }>();
  const read = new Set(roots);
  let [gone, outside] = [0, 0];
  for (const { path, root } of files) {
    if (!isOnDisk(path)) gone++;
    else if (!read.has(root) && !roots.some((above) => root.startsWith(above + sep))) outside++;
  }
  return { ...kept, transcripts: files.length, gone, outside };
}

/** The empty string has number 0 from the start, and rows refer to it. */
const kept: Readonly<Record<string, string>> = {
  lease: 'FALSE',
  word: 'id <> 0',
  meta: "key NOT IN ('minReader', 'revision')",
};

/**
 * Empties the store in one transaction, whoever holds the lease. Another writer finds its lease
 * gone before it can store anything more and starts over with empty caches, as does every later
 * holder. The revision keeps counting, so that readers notice.
 */
export function resetStore(db: SqlDatabase, role: string, now: number): void {
  const lease = new Lease(db, role);
  db.transaction(() => {
    assertOwnSchema(db);
    lease.seize(now);
    const tables = db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
      )
      .all<{ name: string }>();
    for (const { name } of tables) {
      const where = kept[name];
      db.exec(`DELETE FROM ${name}${where === undefined ? '' : ` WHERE ${where}`}`);
    }
    db.exec(
      `INSERT INTO meta VALUES ('revision', '1')
       ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1`,
    );
    db.prepare("INSERT INTO meta VALUES ('createdAt', ?)").run(String(now));
  });
  try {
    shrink(db);
  } finally {
    lease.release();
  }
}

/** Vacuums: frees the disk space, and removes deleted content from the file. */
function shrink(db: SqlDatabase): void {
  try {
    db.exec('VACUUM');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // Busy: the store is empty all the same, and its free pages are reused.
    if (!isBusy(error)) throw error;
  }
}
