import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tracesLog } from '../../src/agents/copilot/tracesLog.ts';
import type { Bookmark } from '../../src/model/records.ts';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import type { Row, SqlDatabase } from '../../src/platform/sqlite/types.ts';

/** A span to be written: what is left out is what most have. */
export interface MadeSpan {
  readonly id: string;
  readonly trace?: string;
  readonly parent?: string;
  /** UTC milliseconds. */
  readonly at?: number;
  readonly failed?: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export const spanTime = Date.UTC(2026, 10, 29, 9);

/** The tables of spans, as VS Code makes them. */
export function spanTables(db: SqlDatabase): void {
  db.exec(`PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE spans (span_id TEXT PRIMARY KEY, trace_id TEXT NOT NULL, parent_span_id TEXT,
      name TEXT NOT NULL, start_time_ms INTEGER NOT NULL, end_time_ms INTEGER NOT NULL,
      status_code INTEGER NOT NULL DEFAULT 0, operation_name TEXT, chat_session_id TEXT,
      input_tokens INTEGER, output_tokens INTEGER);
    CREATE TABLE span_attributes (span_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT,
      PRIMARY KEY (span_id, key))`);
}

export function addSpan(db: SqlDatabase, span: MadeSpan): void {
  const { id, trace = 'trace', parent = null, at = spanTime, failed, attributes } = span;
  const named = (key: string) => attributes[key] ?? null;
  db.prepare('INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
    ...[id, trace, parent, '', at + 0.123, at + 1000.5, failed === true ? 2 : 0],
    named('gen_ai.operation.name'),
    named('copilot_chat.chat_session_id'),
    named('gen_ai.usage.input_tokens'),
    named('gen_ai.usage.output_tokens'),
  );
  const add = db.prepare('INSERT OR REPLACE INTO span_attributes VALUES (?, ?, ?)');
  for (const [key, value] of Object.entries(attributes)) add.run(id, key, String(value));
}

/** What a request of a chat says. */
export function chatAttributes(
  input: number,
  more: MadeSpan['attributes'] = { 'copilot_chat.chat_session_id': 'chat-1' },
): MadeSpan['attributes'] {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'github',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.model': 'gpt-5',
    'gen_ai.agent.name': 'panel/editAgent',
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': 10,
    ...more,
  };
}

export function runAttributes(session: string, more: MadeSpan['attributes'] = {}) {
  return {
    'gen_ai.operation.name': 'invoke_agent',
    'copilot_chat.chat_session_id': session,
    'gen_ai.usage.input_tokens': 99_999,
    'gen_ai.usage.output_tokens': 999,
    ...more,
  };
}

/** Spans of a database, in the order they were written, each as what writes it into another one of the same tables. */
export function spansOf(path: string): ((to: SqlDatabase) => void)[] {
  const from = openDatabase(path, { readonly: true });
  const spans = from.prepare('SELECT * FROM spans ORDER BY rowid').all();
  const known = from.prepare('SELECT * FROM span_attributes').all();
  from.close();
  return spans.map(({ session_id: _generated, ...span }) => (to) => {
    insert(to, 'spans', span);
    for (const row of known) {
      if (row.span_id === span.span_id) insert(to, 'span_attributes', row);
    }
  });
}

function insert(db: SqlDatabase, table: string, row: Row): void {
  const names = Object.keys(row);
  const values = names.map(() => '?').join(', ');
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${values})`).run(
    ...Object.values(row),
  );
}

export const tracesName = 'agent-traces.db';

/** Writes into the database of a home, which is made when there is none. */
export function withSpans(home: string, write: (db: SqlDatabase) => void): void {
  const path = join(home, tracesName);
  const isNew = !existsSync(path);
  const db = openDatabase(path);
  if (isNew) spanTables(db);
  write(db);
  db.close();
}

/** What is new in a database since the bookmark that is kept, which is moved on. */
export function readSpans(home: string, bookmarks: Map<string, Bookmark>) {
  const root = tracesLog.rootAt(home, 'option');
  return tracesLog.discover(root).files.flatMap(({ path }) =>
    [...tracesLog.readChunks(root, path, bookmarks.get(path), 1)].map((chunk) => {
      // As the store keeps it.
      bookmarks.set(path, structuredClone(chunk.bookmark));
      return { path, chunk, messages: chunk.batch.messages };
    }),
  );
}
