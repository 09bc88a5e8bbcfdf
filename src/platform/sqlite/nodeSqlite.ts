import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as NodeSqlite from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { within } from './transaction.ts';
import type { OpenOptions, SqlDatabase, SqlValue, Statement } from './types.ts';

/** Opens a database with the SQLite inside Node: the fallback where the addon cannot load. */
export function openNodeSqlite(file: string, options: OpenOptions): SqlDatabase {
  const { DatabaseSync } = loadNodeSqlite();
  const place = options.immutable ? immutableUrl(file) : file;
  const db = new DatabaseSync(place, { readOnly: options.readonly ?? false });
  db.exec(`PRAGMA busy_timeout = ${options.busyTimeoutMs ?? 100}`);
  return {
    engine: 'node:sqlite',
    exec: (sql) => db.exec(sql),
    prepare: (sql) => db.prepare(sql) as unknown as Statement,
    transaction: (work) => within('BEGIN IMMEDIATE', (sql) => db.exec(sql), work),
    snapshot: (work) => within('BEGIN', (sql) => db.exec(sql), work),
    pragma: (name) => {
      const row = db.prepare(`PRAGMA ${name}`).get();
      return row === undefined ? undefined : (Object.values(row)[0] as SqlValue);
    },
    close: () => db.close(),
  };
}

function immutableUrl(file: string): URL {
  const url = pathToFileURL(file);
  url.search = '?mode=ro&immutable=1';
  return url;
}

/** Probes, never assumes: some runtimes lack the module, and Node 22 warns when it is loaded. */
function loadNodeSqlite(): typeof NodeSqlite {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return createRequire(join(process.execPath, 'x'))('node:sqlite') as typeof NodeSqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
}
