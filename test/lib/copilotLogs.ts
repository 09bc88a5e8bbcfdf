/** Logs of Copilot's terminal agent, made up for tests. */
import type { AgentLog } from '../../src/agents/agentLog.ts';
import type { Bookmark } from '../../src/model/records.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';

/** The session all of it is of. */
export const session = '11111111-1111-4111-8111-111111111111';

/** What is new in each transcript of a home since the bookmarks, which are moved on. */
export function readOn(log: AgentLog, home: string, bookmarks: Map<string, Bookmark>) {
  const root = log.rootAt(home, 'option');
  return log.discover(root).files.flatMap(({ path }) =>
    [...log.readChunks(root, path, bookmarks.get(path), 1)].map((chunk) => {
      // As the store keeps it.
      bookmarks.set(path, structuredClone(chunk.bookmark));
      return { path, chunk, messages: chunk.batch.messages };
    }),
  );
}

/** The table of requests, as Copilot makes it. */
export function usageTable(db: SqlDatabase): void {
  db.exec(`PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE sessions (id TEXT PRIMARY KEY, cwd TEXT, branch TEXT, summary TEXT, updated_at TEXT);
    INSERT INTO sessions VALUES ('${session}', '/home/dev/shop', 'main', 'Mend the upload', '2026-11-29T02:33:40.211Z');
    CREATE TABLE assistant_usage_events (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT,
      agent_id TEXT, model TEXT, input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER,
      cache_write_tokens INTEGER, created_at TEXT)`);
}

export function addRow(db: SqlDatabase, input: number, agent: string | null = null): void {
  db.prepare(
    `INSERT INTO assistant_usage_events (session_id, agent_id, model, input_tokens, output_tokens,
       cache_read_tokens, cache_write_tokens, created_at)
     VALUES (?, ?, 'gpt-5.4', ?, 10, 100, 0, '2026-11-29 02:33:41')`,
  ).run(session, agent, input);
}

/** A line of an event log. */
export const event = (type: string, data: object, id = type): string =>
  `${JSON.stringify({ type, data, id, timestamp: '2026-11-29T02:33:41.000Z' })}\n`;

/** What a client that ends sums up: so many requests. */
export const metrics = (count: number, inputTokens: number) => ({
  modelMetrics: {
    'gpt-5.4': { requests: { count }, usage: { inputTokens, outputTokens: 10 * count } },
  },
});
