import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { largestOf } from '../../model/lists.ts';
import { openDatabase } from './open.ts';
import type { SqlDatabase } from './types.ts';

/** What SQLite may keep beside a database, and a reader needs: not its index of the log, which it makes anew. */
const companions = ['-wal', '-journal'] as const;

/** Times a copy is begun again because its writer was faster. */
const mostTries = 5;

/** The system's own cp, NixOS's last: the PATH may lead into a working copy. */
const systemCopy = ['/bin/cp', '/usr/bin/cp', '/run/current-system/sw/bin/cp'] as const;

/** A copy that takes this long will not end, milliseconds. */
const longestCopyMs = 120_000;

/** SQLite, "WAL-mode File Format": magic, version, page size, sequence, two salts, checksum. */
const logHeaderBytes = 32;

/** Said of a database whose log began anew each time it was copied; it is free a moment later. */
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
    const state = copyDatabase(path, folder);
    if (state === undefined) {
      remove();
      return undefined;
    }
    const db = openDatabase(join(folder, basename(path)));
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

function copyDatabase(path: string, folder: string): DatabaseState | undefined {
  for (let left = mostTries; left > 0; left--) {
    const before = databaseState(path);
    if (before === undefined) return undefined;
    accessSync(path, constants.R_OK);
    const log = logHeader(path);
    const files = ['', ...companions].map((end) => path + end).filter((file) => existsSync(file));
    const problem = copyFiles(files, folder);
    const isSame = databaseState(path)?.print === before.print;
    if (isSame && problem !== undefined) throw problem;
    // The log comes last: as long as it has not begun anew, it holds all that was moved into the database meanwhile.
    const isWhole = problem === undefined && log !== undefined && logHeader(path) === log;
    if (isSame || isWhole) return before;
    for (const file of files) rmSync(join(folder, basename(file)), { force: true });
  }
  throw new DatabaseBusyError(path);
}

/** The header of a database's log, whose salts change when it begins anew; undefined without one. SQLite locks no log. */
function logHeader(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(`${path}-wal`, 'r');
    const header = Buffer.alloc(logHeaderBytes);
    const length = readSync(fd, header, 0, header.length, 0);
    return length === header.length ? header.toString('latin1') : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Copies files into a folder; answers with what kept it from that. Another process does it: an editor's extension
 * host is shared, and who closes a file in it drops the locks (POSIX) that another extension's SQLite has on it
 * there. Windows ties locks to the handle.
 */
function copyFiles(files: readonly string[], folder: string): Error | undefined {
  const cp = process.platform === 'win32' ? undefined : systemCopy.find((path) => existsSync(path));
  try {
    if (cp === undefined) {
      const mode = constants.COPYFILE_FICLONE;
      for (const file of files) copyFileSync(file, join(folder, basename(file)), mode);
    } else {
      const { status, stderr, error } = spawnSync(cp, ['--', ...files, folder], {
        ...{ stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: longestCopyMs },
      });
      if (error !== undefined) throw error;
      if (status !== 0) throw Object.assign(new Error(stderr.trim()), { code: 'EIO' });
    }
    // A copy has the rights of what it was copied from.
    for (const file of files) chmodSync(join(folder, basename(file)), 0o600);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
