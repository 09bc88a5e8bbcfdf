import { existsSync, rmSync, statSync } from 'node:fs';
import { HumanError, messageOf } from '../../model/errors.ts';
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
import { type Damage, setAside } from './backups.ts';
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
  let damage: Damage | undefined;
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
  } catch (error) {
    throw storeError(file, error);
  }
}

/** `quick_check` of a store that was not closed properly; undefined when all is well. */
export function findDamage(db: SqlDatabase): string | undefined {
  try {
    const result = db.prepare('PRAGMA quick_check(1)').get<{ quick_check: string }>();
    const verdict = String(Object.values(result ?? {})[0] ?? 'ok');
    return verdict === 'ok' ? undefined : verdict;
  } catch (error) {
    // Damage may be such that the check itself cannot go on.
    if (isDamage(error)) return messageOf(error);
    throw error;
  }
}

/** Whether an error says that the file's content cannot be trusted. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
}

/** Whether an error, put into words or not, says that somebody else holds the lock: try again later. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error instanceof HumanError ? error.cause : error);
  return code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
}

/** Any error of opening or using the store, in words for a person. */
export function storeError(file: string, error: unknown): Error {
  if (error instanceof HumanError) return error;
  const code = sqliteCode(error);
  const remedy = remedies[code ?? ''];
  if (remedy === undefined) return error instanceof Error ? error : new Error(String(error));
  return new HumanError('store', `The store ${file} ${remedy} (${messageOf(error)})`, {
    cause: error,
  });
}

const remedies: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'is busy: another program holds it. Try again in a moment.',
  SQLITE_CANTOPEN:
    'cannot be opened. Check its folder and rights, or move it with "outlay.storePath" or OUTLAY_STORE.',
  SQLITE_READONLY: 'may not be written. Check the rights of the file and its folder.',
  SQLITE_FULL: 'cannot grow: the disk is full. Free some space; nothing is lost.',
  SQLITE_IOERR: 'cannot be read or written on this disk. Move it to a local one.',
  SQLITE_CORRUPT: 'is damaged. It will be set aside and rebuilt by the next program that writes.',
  SQLITE_NOTADB: 'is no SQLite file. Choose another place with "outlay.storePath" or OUTLAY_STORE.',
};
