import { chmodSync, constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largestOf } from '../../model/lists.ts';
import { openDatabase } from './open.ts';
import type { SqlDatabase } from './types.ts';

/** What SQLite may keep beside a database, and a reader needs: not its index of the log, which it makes anew. */
const companions = ['-wal', '-journal'] as const;

/** Times a copy is begun again because its writer was faster. */
const mostTries = 5;

/** Said of a database that was written to each time it was copied; it is free a moment later. */
export const databaseBusy = 'busy';

class DatabaseBusyError extends Error {
  readonly code = databaseBusy;

  constructor(path: string) {
    super(`${path} changes faster than it can be copied`);
    this.name = 'DatabaseBusyError';
  }
}

/** Size and time of a database with what stands beside it. */
export interface DatabaseState {
  /** Bytes of the database and its logs. */
  readonly size: number;
  /** The latest change of any of them, UTC milliseconds. */
  readonly mtimeMs: number;
  /** Which file it is. */
  readonly inode: string;
  /** Changes with whatever changes. */
  readonly print: string;
}

/**
 * A database as it stands on disk; undefined where there is no such file. While a writer has it open, rows
 * arrive in its log and the database itself does not change. Throws the file system's errors.
 */
export function databaseState(path: string): DatabaseState | undefined {
  const files = ['', ...companions].map((end) =>
    statSync(path + end, { throwIfNoEntry: false, bigint: true }),
  );
  const [own] = files;
  if (own?.isFile() !== true) return undefined;
  const there = files.filter((stats) => stats !== undefined);
  return {
    size: there.reduce((sum, { size }) => sum + Number(size), 0),
    mtimeMs: largestOf(there.map(({ mtimeMs }) => Number(mtimeMs))),
    inode: `${own.dev}:${own.ino}`,
    print: files.map((stats) => `${stats?.ino} ${stats?.size} ${stats?.mtimeNs}`).join(', '),
  };
}

/** Another program's database at one moment. */
export interface Snapshot extends Disposable {
  readonly db: SqlDatabase;
  /** What was copied. */
  readonly state: DatabaseState;
}

/**
 * Opens a copy of another program's database, in a folder only this user may enter: nothing is locked, written
 * or left where it stands, and its writer never waits. Undefined where there is no database; throws the file
 * system's errors, SQLite's, and one with the code `databaseBusy` where its writer is faster.
 */
export function openSnapshot(path: string): Snapshot | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'outlay-read-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    const copy = join(folder, 'copy.db');
    const state = copyDatabase(path, copy);
    if (state === undefined) {
      remove();
      return undefined;
    }
    const db = openDatabase(copy);
    try {
      // What its schema names was chosen by others.
      db.exec('PRAGMA trusted_schema = OFF');
      // Its files are all open after a first question.
      db.prepare('SELECT count(*) FROM sqlite_master').get();
      // What is open goes on without a name, and a process that is killed leaves nothing; not so on Windows.
      if (process.platform !== 'win32') remove();
    } catch (error) {
      db.close();
      throw error;
    }
    const dispose = (): void => {
      db.close();
      remove();
    };
    return { db, state, [Symbol.dispose]: dispose };
  } catch (error) {
    remove();
    throw error;
  }
}

function copyDatabase(path: string, copy: string): DatabaseState | undefined {
  for (let left = mostTries; left > 0; left--) {
    const before = databaseState(path);
    if (before === undefined) return undefined;
    for (const end of ['', ...companions]) {
      rmSync(copy + end, { force: true });
      try {
        // Shares the blocks where the file system can.
        copyFileSync(path + end, copy + end, constants.COPYFILE_FICLONE);
        // A copy has the rights of what it was copied from.
        chmodSync(copy + end, 0o600);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    if (databaseState(path)?.print === before.print) return before;
  }
  throw new DatabaseBusyError(path);
}
