import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { within } from './transaction.ts';
import type { OpenOptions, SqlDatabase, SqlValue, Statement } from './types.ts';

/** Opens a database with better-sqlite3. Call only behind the guard in `open.ts`. */
export function openBetterSqlite(file: string, options: OpenOptions): SqlDatabase {
  const binding = bundledBinding();
  const db = newDatabase(file, {
    readonly: options.readonly ?? false,
    timeout: options.busyTimeoutMs ?? 100,
    ...(binding === undefined ? {} : { nativeBinding: binding }),
  });
  return {
    engine: 'better-sqlite3',
    exec: (sql) => void db.exec(sql),
    prepare: (sql) => db.prepare(sql) as unknown as Statement,
    transaction: (work) => within('BEGIN IMMEDIATE', (sql) => db.exec(sql), work),
    snapshot: (work) => within('BEGIN', (sql) => db.exec(sql), work),
    pragma: (name) => db.pragma(name, { simple: true }) as SqlValue | undefined,
    close: () => void db.close(),
  };
}

function newDatabase(file: string, options: Database.Options): Database.Database {
  try {
    return new Database(file, options);
  } catch (error) {
    // The package looks for the folder itself, and has no code for one that went a moment ago.
    if (file === ':memory:' || existsSync(dirname(file))) throw error;
    const gone = new Error('unable to open database file', { cause: error });
    throw Object.assign(gone, { code: 'SQLITE_CANTOPEN' });
  }
}

/** The addon beside the bundle; from source the package finds its own. */
function bundledBinding(): string | undefined {
  const file = join(import.meta.dirname, 'native', `${nativeTarget()}.node`);
  return existsSync(file) ? file : undefined;
}

/** Name of this platform's addon, e.g. `linux-x64`, `linuxmusl-arm64`. */
export function nativeTarget(): string {
  const musl = process.platform === 'linux' && usesMusl();
  return `${musl ? 'linuxmusl' : process.platform}-${process.arch}`;
}

function usesMusl(): boolean {
  try {
    return /\/ld-musl-[^/\s]*\.so/.test(readFileSync('/proc/self/maps', 'latin1'));
  } catch {
    return false;
  }
}
