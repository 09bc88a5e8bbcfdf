import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ErrorId, HumanError, messageOf } from '../../model/errors.ts';
import { type DriverOptions, makePrivate, openDatabase, sqliteCode } from '../driver/open.ts';
import type { SqlDatabase } from '../driver/types.ts';
import {
  isNewer,
  type Migration,
  migrate,
  migrations,
  readRefusal,
  schemaState,
} from '../schema/migrations.ts';
import { type Damage, restoreMissing, setAside } from './backups.ts';
import { refuseForeign, wasStore } from './ownStore.ts';

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
 * Opens the store to write it, making or migrating it as needed. A store that is damaged is set
 * aside and the newest backup takes its place.
 */
export function openForWriting(file: string, options: StoreOptions = {}): WritableStore {
  const now = Date.now();
  let damage = restoreMissing(file);
  for (let tries = 0; ; tries++) {
    try {
      return { ...open(file, options), damage };
    } catch (error) {
      const ours = isDamage(error) && (damage !== undefined || wasStore(file));
      if (!ours || damage?.restored === null) throw storeError(file, error);
      // A backup that is damaged too is set aside as well; then the older one is tried, at last none.
      if (damage !== undefined) rmSync(damage.restored, { force: true });
      const { keptAs, restored, reason } = setAside(file, messageOf(error), new Date(now + tries));
      damage = { keptAs: damage?.keptAs ?? keptAs, restored, reason: damage?.reason ?? reason };
    }
  }
}

function open(file: string, options: StoreOptions): { db: SqlDatabase; newer: boolean } {
  const steps = options.steps ?? migrations;
  refuseForeign(file, options);
  const db = openDatabase(file, options);
  try {
    // A checkpoint waits for the disk: at one per 32 MB of WAL it does not slow the first index.
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 8000',
    );
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
    throw error;
  }
}

/** Opens the store to read it; undefined while there is none. */
export function openForReading(file: string, options: StoreOptions = {}): SqlDatabase | undefined {
  try {
    refuseForeign(file, options);
    if (file !== ':memory:' && (!existsSync(file) || statSync(file).size === 0)) return undefined;
    try {
      return openReadable(file, options);
    } catch (error) {
      if (!isUnchanging(file, error)) throw error;
      return openReadable(file, { ...options, immutable: true });
    }
  } catch (error) {
    throw storeError(file, error);
  }
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

/** `quick_check` of a store that was not closed properly; undefined when all is well. */
export function findDamage(db: SqlDatabase): string | undefined {
  try {
    const result = db.prepare('PRAGMA quick_check(1)').get<{ quick_check: string }>();
    const verdict = String(Object.values(result ?? {})[0] ?? 'ok');
    // The line before the first finding only names the database.
    return verdict === 'ok' ? undefined : verdict.replace(/^\*\*\*[^\n]*\n/, '').split('\n')[0];
  } catch (error) {
    // Damage may be such that the check itself cannot go on.
    if (isDamage(error)) return messageOf(error);
    throw error;
  }
}

/** What a check has found, as the error SQLite gives who meets it. */
export class DamageError extends Error {
  readonly code = 'SQLITE_CORRUPT';
}

/** Whether an error, put into words or not, says that the file's content cannot be trusted. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
}

/** Whether an error, put into words or not, says that somebody else holds the lock: try again later. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

function codeOf(error: unknown): string | undefined {
  return sqliteCode(error instanceof HumanError ? error.cause : error);
}

/** Any error of opening or using the store, in words for a person. */
export function storeError(file: string, error: unknown): Error {
  if (error instanceof HumanError) return error;
  const code = sqliteCode(error);
  const known = remedies[code ?? ''];
  if (known === undefined) return error instanceof Error ? error : new Error(String(error));
  const [id, remedy] = known;
  // What SQLite says of a lock is no news to anybody.
  const detail = id === 'storeBusy' ? '' : ` (${messageOf(error)})`;
  return new HumanError('store', `The store ${file} ${remedy}${detail}`, {
    cause: error,
    what: { id, values: [file, messageOf(error)] },
  });
}

/** Does work on a store whose failures name its file. */
export function inStore<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(file, error);
  }
}

const remedies: Readonly<Record<string, readonly [id: ErrorId, sentence: string]>> = {
  SQLITE_BUSY: ['storeBusy', 'is busy: another program holds it. Try again in a moment.'],
  SQLITE_LOCKED: ['storeBusy', 'is busy: another program holds it. Try again in a moment.'],
  SQLITE_CANTOPEN: [
    'storeNotOpened',
    'cannot be opened. Check its folder and rights, or move it with "outlay.storePath" or OUTLAY_STORE.',
  ],
  SQLITE_READONLY: [
    'storeReadOnly',
    'may not be written. Check the rights of the file and its folder.',
  ],
  SQLITE_FULL: ['storeFull', 'cannot grow: the disk is full. Free some space; nothing is lost.'],
  SQLITE_IOERR: ['storeDisk', 'cannot be read or written on this disk. Move it to a local one.'],
  SQLITE_CORRUPT: [
    'storeDamaged',
    'is damaged. It will be set aside and rebuilt by the next program that writes.',
  ],
  SQLITE_NOTADB: [
    'storeNoDatabase',
    'is no SQLite file. Choose another place with "outlay.storePath" or OUTLAY_STORE.',
  ],
};
