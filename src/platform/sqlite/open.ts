import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HumanError, messageOf } from '../../model/errors.ts';
import { oneThreadAtATime } from '../processLock.ts';
import { openBetterSqlite } from './betterSqlite.ts';
import { openNodeSqlite } from './nodeSqlite.ts';
import type { OpenOptions, SqlDatabase } from './types.ts';

/** Which engines may be tried. `OUTLAY_NO_NATIVE=1` leaves only Node's own. */
export type Engine = 'better-sqlite3' | 'node:sqlite';

export interface DriverOptions extends OpenOptions {
  readonly engine?: Engine | undefined;
  /** Node-API level of the runtime; the addon needs 10 and crashes the process below it. */
  readonly napi?: number;
}

/** Node-API level better-sqlite3 13 is built for (Node 22.14 and later, 23.6 and later). */
const neededNapi = 10;

/**
 * The guarded door to SQLite: the addon where it can run, else Node's own engine, else an error
 * that says why. Below Node-API 10 the addon does not throw, it ends the process, so the guard
 * stands before it. A database that keeps a log has its index (`-shm`) when this returns, as long as it is open.
 */
export function openDatabase(file: string, options: DriverOptions = {}): SqlDatabase {
  prepareFile(file, options);
  return oneThreadAtATime(() => openWithEngine(file, options));
}

function openWithEngine(file: string, options: DriverOptions): SqlDatabase {
  const refusals: string[] = [];
  // The addon opens no addresses, and only they say that a file does not change.
  const engines = options.immutable ? (['node:sqlite'] as const) : enginesFor(options.engine);
  for (const engine of engines) {
    try {
      if (engine === 'better-sqlite3') {
        const napi = options.napi ?? Number(process.versions.napi);
        if (!(napi >= neededNapi)) {
          throw new Error(`this runtime has Node-API ${napi}, and the addon needs ${neededNapi}`);
        }
        return probe(openBetterSqlite(file, options));
      }
      return probe(openNodeSqlite(file, options));
    } catch (error) {
      if (isFileProblem(error)) throw error;
      refusals.push(`${engine}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new HumanError(
    'store',
    `No SQLite engine can run here (${refusals.join('; ')}). Outlay needs Node 22.14 or newer, or VS Code 1.101 or newer.`,
    { what: { id: 'noEngine', values: [refusals.join('; ')] } },
  );
}

function enginesFor(wanted: Engine | undefined): readonly Engine[] {
  if (wanted !== undefined) return [wanted];
  if (process.env.OUTLAY_NO_NATIVE === '1') return ['node:sqlite'];
  return ['better-sqlite3', 'node:sqlite'];
}

/** A query, so that an engine that loads but cannot work is found out here; and it reads the file's first page. */
function probe(db: SqlDatabase): SqlDatabase {
  try {
    db.pragma('schema_version');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Errors about the file itself: another engine would meet the same. */
export function isFileProblem(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code !== 'SQLITE_ERROR';
  return typeof errcode === 'number' && errcode !== 1;
}

/** SQLite's primary result code name of an error of either engine, or undefined. */
export function sqliteCode(error: unknown): string | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  if (typeof code === 'string' && code.startsWith('SQLITE_')) {
    return code.split('_').slice(0, 2).join('_');
  }
  if (typeof errcode !== 'number') return undefined;
  return resultCodes[errcode & 0xff];
}

const resultCodes: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/** The folder private to the user, the file readable by nobody else. */
function prepareFile(file: string, options: DriverOptions): void {
  if (options.readonly || file === ':memory:') return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new HumanError(
      'store',
      `The folder for the store cannot be made (${dirname(file)}: ${messageOf(error)}). Choose another place with "outlay.storePath" or OUTLAY_STORE.`,
      { what: { id: 'storeFolder', values: [dirname(file), messageOf(error)] } },
    );
  }
}

/** Takes group and others their rights to the store; Windows keeps its own lists. */
export function makePrivate(file: string): void {
  if (process.platform === 'win32') return;
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    } catch {
      // Not there, or not ours: SQLite gives -wal and -shm the mode of the file itself.
    }
  }
}
