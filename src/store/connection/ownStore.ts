import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { HumanError } from '../../model/errors.ts';
import { oneThreadAtATime } from '../../platform/processLock.ts';
import { type DriverOptions, isFileProblem, openDatabase } from '../../platform/sqlite/open.ts';
import { holdsText, type PeekedSchema, peekSchema } from './schemaPages.ts';
import { filesOfStore } from './storeFiles.ts';

/** Tables every version of the store has. */
const ownTables = ['meta', 'lease', 'word', 'file'];

/** How statements of the schema begin that no other program's schema has. */
const ownStatements = [
  'CREATE TABLE shared_trace',
  'CREATE TABLE cost_state',
  'CREATE TABLE thinned',
  'CREATE TABLE spend_bucket',
  'CREATE TABLE spend_slot',
  'CREATE TABLE pull_request',
  'CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT',
];

const elsewhere = 'Choose another place with "outlay.storePath" or OUTLAY_STORE.';

/**
 * Throws when there is something at the store's path that is not Outlay's: no file, or another
 * program's database. Nothing is written to it or beside it to find that out. What is damaged passes:
 * opening it says so.
 */
export function refuseForeign(file: string, options: Pick<DriverOptions, 'engine' | 'napi'>): void {
  const stats = file === ':memory:' ? undefined : statOf(file);
  if (stats === undefined) return;
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? 'a folder' : 'no regular file';
    throw new HumanError('store', `${file} cannot be the store: it is ${what}. ${elsewhere}`, {
      what: { id: 'storeNoFile', values: [file] },
    });
  }
  if (stats.size === 0) return;
  const schema = schemaOf(file, options);
  if (schema === undefined) return;
  const { tables, userVersion } = schema;
  if (tables.size === 0 && userVersion === 0) return;
  if (ownTables.every((name) => tables.has(name))) return;
  throw new HumanError('store', `${file} is another program's database. ${elsewhere}`, {
    what: { id: 'storeForeign', values: [file] },
  });
}

function statOf(file: string): ReturnType<typeof statSync> {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    // A folder on the way that is none or is closed to us: opening the store says so.
    return undefined;
  }
}

function schemaOf(
  file: string,
  options: Pick<DriverOptions, 'engine' | 'napi'>,
): PeekedSchema | undefined {
  // Where somebody has it open, or died with it open, SQLite makes no new file beside it to read it.
  const isInUse = (): boolean =>
    existsSync(`${file}-shm`) || Number(statOf(`${file}-wal`)?.size ?? 0) > 0;
  try {
    // No other thread may open it between the look and the end of the peek, which would drop that one's locks.
    return oneThreadAtATime(() => (isInUse() ? askSchema(file, options) : peekSchema(file)));
  } catch (error) {
    // Damaged, locked or not ours to read: whoever opens it meets the same, and says it.
    if (isFileProblem(error) || (error as NodeJS.ErrnoException).syscall !== undefined)
      return undefined;
    throw error;
  }
}

function askSchema(file: string, options: Pick<DriverOptions, 'engine' | 'napi'>): PeekedSchema {
  const db = openDatabase(file, { ...options, readonly: true });
  try {
    return db.snapshot(() => ({
      userVersion: Number(db.pragma('user_version')),
      tables: new Set(
        db
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
          .all()
          .map(({ name }) => String(name)),
      ),
    }));
  } finally {
    db.close();
  }
}

/**
 * Whether a file that cannot be opened as a database any more was a store: by its usual name, by
 * copies of Outlay's beside it, or by what is left of its schema. Only such a file is set aside.
 */
export function wasStore(file: string): boolean {
  const name = basename(file);
  const usual =
    name === 'outlay.db' || (basename(dirname(file)) === 'roots' && /^[0-9a-z]+\.db$/.test(name));
  if (usual) return true;
  const copies = filesOfStore(file).some(({ kind }) => kind === 'backup' || kind === 'migration');
  return copies || holdsText(file, ownStatements);
}
