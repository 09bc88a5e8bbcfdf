import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { oneThreadAtATime } from '../../platform/processLock.ts';
import {
  type DriverOptions,
  makePrivate,
  openDatabase,
  sqliteCode,
} from '../../platform/sqlite/open.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import {
  isNewer,
  type Migration,
  migrate,
  migrations,
  readRefusal,
  schemaState,
} from '../schema/migrations.ts';
import { anchored } from './anchor.ts';
import { refuseForeign } from './ownStore.ts';
import { type Damage, repairStore, restoreMissing } from './repair.ts';
import { diskError, inStore, isDamage } from './storeErrors.ts';
import { storeIdentity } from './storeFiles.ts';

export interface StoreOptions extends Pick<DriverOptions, 'engine' | 'busyTimeoutMs' | 'napi'> {
  /** Steps of the schema; another list only in tests of versions that meet. */
  readonly steps?: readonly Migration[];
}

/** A store opened for writing. */
export interface WritableStore {
  readonly db: SqlDatabase;
  /** A newer Outlay has migrated the store: it may be read, not written. */
  readonly newer: boolean;
  /** The store was damaged and has been replaced. */
  readonly damage: Damage | undefined;
}

/**
 * Opens the store to write it, making or migrating it as needed. One that is missing is restored from
 * its backup first, one that is damaged is repaired.
 */
export function openForWriting(file: string, options: StoreOptions = {}): WritableStore {
  return inStore(file, () => {
    const damage = restoreMissing(file);
    try {
      return { ...open(file, options), damage };
    } catch (error) {
      if (!isDamage(error)) throw error;
      // Where the file at the path is sound, another program has repaired it meanwhile.
      const repaired = repairStore(file);
      return { ...open(file, options), damage: repaired ?? damage };
    }
  });
}

function open(file: string, options: StoreOptions): { db: SqlDatabase; newer: boolean } {
  const steps = options.steps ?? migrations;
  refuseForeign(file, options);
  const db = oneThreadAtATime(() => openLogged(file, options));
  try {
    makePrivate(file);
    const state = schemaState(db);
    const refusal = readRefusal(state, steps);
    if (refusal !== undefined) throw refusal;
    if (isNewer(state, steps)) return { db, newer: true };
    migrate(db, file, steps);
    makePrivate(file);
    return { db, newer: false };
  } catch (error) {
    db.close();
    // Migrating makes a copy beside the store, which the system may refuse.
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : diskError(file, error);
  }
}

/** Opens a store that is logged from then on. Its log's index is there when this returns: see `refuseForeign`. */
function openLogged(file: string, options: StoreOptions): SqlDatabase {
  const found = existsSync(file) ? storeIdentity(file) : undefined;
  const db = openDatabase(file, options);
  try {
    // A checkpoint waits for the disk: at one per 32 MB of WAL it does not slow the first index.
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 8000',
    );
    return file === ':memory:' ? db : anchored(db, file, found ?? storeIdentity(file));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens the store to read it; undefined while there is none. */
export function openForReading(file: string, options: StoreOptions = {}): SqlDatabase | undefined {
  return inStore(file, () => {
    refuseForeign(file, options);
    if (file !== ':memory:' && (!existsSync(file) || statSync(file).size === 0)) return undefined;
    try {
      return openReadable(file, options);
    } catch (error) {
      if (!isUnchanging(file, error)) throw error;
      return openReadable(file, { ...options, immutable: true });
    }
  });
}

function openReadable(
  file: string,
  options: StoreOptions & Pick<DriverOptions, 'immutable'>,
): SqlDatabase | undefined {
  const db = openDatabase(file, { ...options, readonly: true });
  try {
    const state = schemaState(db);
    if (state.version === 0) {
      db.close();
      return undefined;
    }
    const refusal = readRefusal(state, options.steps);
    if (refusal !== undefined) throw refusal;
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** So much of the store's file is mapped into memory at most. */
const mappedBytes = 2 ** 30;

/** Has a reader go through much of the file at once: mapped, no page has to be read by itself. */
export function mapped(db: SqlDatabase): SqlDatabase {
  db.pragma(`mmap_size = ${mappedBytes}`);
  return db;
}

/** Gives back the memory that pages of the file take, cached or mapped: they are read again where needed. */
export function releaseMemory(db: SqlDatabase): void {
  db.exec('PRAGMA mmap_size = 0; PRAGMA shrink_memory');
}

/**
 * Whether a store that could not be opened stands where nobody can write, on a medium or in a folder
 * of somebody else's: SQLite makes files beside a store even to read it, unless it is told that
 * nothing changes. What a log holds that is not in the store yet would be missing then.
 */
function isUnchanging(file: string, error: unknown): boolean {
  if (!['SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(sqliteCode(error) ?? '')) return false;
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return log === 0 && !mayWrite(dirname(file));
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
