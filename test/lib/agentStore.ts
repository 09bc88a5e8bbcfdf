import assert from 'node:assert/strict';
import type { AgentLog } from '../../src/agents/agentLog.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { newChunks } from '../../src/watchers/ingestFile.ts';
import type { AgentSums, ExpectedAgentSet } from './agentSets.ts';
import { soleWriter } from './ingest.ts';

/** Reads all logs below a home into a store, in the order given by their keys. */
export function ingestLogs(
  db: SqlDatabase,
  log: AgentLog,
  home: string,
  keys: readonly number[] = [],
): void {
  const root = log.rootAt(home, 'option');
  const files = log
    .discover(root)
    .files.map((file, i) => ({ file: { ...file, root }, key: keys[i % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key);
  const writer = soleWriter(db);
  const events = {
    log: () => undefined,
    failed: (path: string, reason: string) => assert.fail(`${path}: ${reason}`),
  };
  for (const { file } of files) {
    const bookmark = writer.files.find(file.path)?.bookmark;
    for (const item of newChunks(file, bookmark, events)) writer.ingest([item]);
  }
}

/** Sums of the store, and requests by thread: a session's main thread, or an agent. */
export function storeSums(db: SqlDatabase) {
  const total = db
    .prepare(
      `SELECT sum(messages) AS requests, sum(input) AS input, sum(cache_read) AS cached,
         sum(write5m) AS cacheWrite, sum(output) AS output,
         (SELECT sum(reasoning) FROM message WHERE counted = 1) AS reasoning FROM spend_total`,
    )
    .get<Record<string, number | null>>()!;
  const count = (name: string): Record<string, number> =>
    Object.fromEntries(
      db
        .prepare(
          `SELECT ${name} AS name, sum(t.messages) AS requests
           FROM spend_total t JOIN session s ON s.id = t.session JOIN agent a ON a.id = t.agent
           GROUP BY 1 HAVING sum(t.messages) > 0`,
        )
        .all<{ name: string; requests: number }>()
        .map(({ name: thread, requests }) => [thread, requests]),
    );
  return {
    total: Object.fromEntries(Object.entries(total).map(([key, sum]) => [key, sum ?? 0])),
    threads: count("CASE a.aid WHEN '' THEN s.sid ELSE a.aid END"),
    sessions: count('s.sid'),
  };
}

/** The totals of a set that a store has a column for. */
export function expectedTotal({
  requests,
  input,
  cached,
  cacheWrite,
  output,
  reasoning,
}: AgentSums) {
  return { requests, input, cached, cacheWrite, output, reasoning };
}

/** Holds the price of each model of a store against what an independent program says. */
export function assertPrices(db: SqlDatabase, name: string, expected: ExpectedAgentSet): void {
  const rows = db
    .prepare(
      `SELECT w.text AS model, sum(t.messages) AS messages, sum(t.unpriced) AS unpriced,
         sum(t.nano) AS nano
       FROM spend_total t JOIN word w ON w.id = t.model GROUP BY t.model`,
    )
    .all<{ model: string; messages: number; unpriced: number; nano: number }>();
  const models = new Map(rows.map((row) => [row.model, row]));
  for (const [model, { requests, unpriced, usd }] of Object.entries(expected.models)) {
    const row = models.get(model === 'None' ? 'unknown' : model);
    const where = `${name}: ${model}`;
    assert.deepEqual([row?.messages, row?.unpriced], [requests, unpriced], where);
    // Each request is rounded to the nano-dollar once.
    const off = Math.abs(row!.nano - Number(usd) * 1e9);
    assert.ok(off <= requests / 2 + 1, `${where}: ${row!.nano} beside ${usd}`);
  }
}
