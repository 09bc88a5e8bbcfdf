import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync } from 'node:fs';
import { partName, removeDeadPartsOf, removePart } from '../../platform/partName.ts';
import { type DriverOptions, makePrivate, openDatabase } from '../../platform/sqlite/open.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { migrate } from '../schema/migrations.ts';
import { DamageError, findDamage } from './checkStore.ts';
import { filesOfStore } from './storeFiles.ts';

/**
 * A store in the making, under a name of its own: nobody else sees it, so that it needs no log, waits for
 * no disk and gets its indexes last. Once it is whole and checked it takes its place, unless there is a store by
 * then. What a killed program leaves of it nobody takes for a store; the next one removes it.
 */
export class NewStore {
  readonly db: SqlDatabase;
  readonly #file: string;
  readonly #part: string;
  readonly #indexes: readonly string[];

  /** Undefined where something of a store is there already: that is opened, or repaired, as any store. */
  static begin(file: string, options: Pick<DriverOptions, 'engine'> = {}): NewStore | undefined {
    if (file === ':memory:' || existsSync(file)) return undefined;
    if (filesOfStore(file).some(({ kind }) => kind !== 'unfinished')) return undefined;
    const part = partName(file);
    const db = openDatabase(part, options);
    try {
      makePrivate(part);
      removeDeadPartsOf(file);
      db.exec(
        'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16000',
      );
      migrate(db, part);
      return new NewStore(db, file, part);
    } catch (error) {
      db.close();
      removePart(part);
      throw error;
    }
  }

  private constructor(db: SqlDatabase, file: string, part: string) {
    this.db = db;
    this.#file = file;
    this.#part = part;
    this.#indexes = dropMessageIndexes(db);
  }

  /** Makes the indexes: to be called when nearly all is stored. */
  makeIndexes(): void {
    for (const sql of this.#indexes) this.db.exec(sql);
  }

  /** Checks the store and moves it into its place; false where another one is there. Ends it in any case. */
  publish(): boolean {
    const { db } = this;
    try {
      const damage = findDamage(db);
      if (damage !== undefined) throw new DamageError(damage);
      db.exec('PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL');
      db.close();
      writeThrough(this.#part);
      return takePlace(this.#part, this.#file);
    } finally {
      this.discard();
    }
  }

  /** Removes it; nothing happens once it has taken its place. */
  discard(): void {
    try {
      this.db.close();
    } catch {
      // Closed already.
    }
    removePart(this.#part);
  }
}

/** Drops the indexes of messages that nothing needs which is stored for the first time; returns their SQL. */
export function dropMessageIndexes(db: SqlDatabase): string[] {
  const indexes = db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'message' AND sql IS NOT NULL",
    )
    .all<{ name: string; sql: string }>();
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
  return indexes.map(({ sql }) => sql);
}

/** Has the disk keep what was written before it is given a name that counts. */
function writeThrough(file: string): void {
  const fd = openSync(file, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Gives a file a name that nothing has; false where something has it. */
function takePlace(part: string, file: string): boolean {
  // A log without its store would be taken for the new one's.
  if (existsSync(`${file}-wal`)) return false;
  try {
    linkSync(part, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || existsSync(file)) return false;
  }
  // A file system without links; should two come to this at once, the later is the store.
  renameSync(part, file);
  return true;
}
