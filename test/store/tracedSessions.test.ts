import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AgentLog } from '../../src/agents/agentLog.ts';
import { claudeLog } from '../../src/agents/claude/claudeLog.ts';
import { copilotLog } from '../../src/agents/copilot/copilotLog.ts';
import { tracesLog } from '../../src/agents/copilot/tracesLog.ts';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { newChunks } from '../../src/watchers/ingestFile.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { storeSums } from '../lib/agentStore.ts';
import { engines } from '../lib/engines.ts';
import { soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';
import { assistant, user } from '../lib/parseLines.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';
import { addSpan, chatAttributes, runAttributes, spanTables, spanTime } from '../lib/traceSpans.ts';

/** Sessions of the sample: one Claude Code ran, one Copilot's terminal agent, one of VS Code's own chat. */
const claude = 'c857d09d-b23e-4822-8360-0bc06ad8d58f';
const terminal = '99bb8840-1742-448e-832f-d6f51709415f';
const chat = '089001a3-5679-433e-83db-0ca350db9b9a';

const sample = agentSets('copilot-traces').find(({ name }) => name === 'samples/store-2')!;

interface Source {
  readonly log: AgentLog;
  readonly home: string;
}

/** Traces with the logs the hosted agents write themselves. Their paths sort before and behind that of the traces. */
function homes(dir: TempDir, behind: boolean): Record<'traces' | 'claude' | 'terminal', Source> {
  const at = (name: string): string => dir.at(behind ? `z-${name}` : `a-${name}`);
  const traces = dir.at('m-traces/github.copilot-chat');
  writeAgentSet(sample, traces);
  const projects = join(at('claude'), 'projects', '-home-dev-shop');
  mkdirSync(projects, { recursive: true });
  const response = (id: string, input: number, read: number, output: number) => {
    const usage = { input_tokens: input, cache_read_input_tokens: read, output_tokens: output };
    const where = { sessionId: claude, cwd: '/home/dev/shop', gitBranch: 'main' };
    const timestamp = '2026-11-29T11:00:02.000Z';
    const model = 'claude-sonnet-4-5-20250929';
    return assistant({ id, model, usage }, { ...where, timestamp, requestId: id, uuid: id });
  };
  const lines = [
    user('Read the report', { sessionId: claude, timestamp: '2026-11-29T11:00:00.000Z' }),
    response('msg_1', 32_000, 0, 200),
    response('msg_2', 1_600, 31_000, 300),
  ];
  writeFileSync(
    join(projects, `${claude}.jsonl`),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  mkdirSync(at('terminal'));
  terminalRows(join(at('terminal'), 'session-store.db'));
  return {
    traces: { log: tracesLog, home: traces },
    claude: { log: claudeLog, home: at('claude') },
    terminal: { log: copilotLog, home: at('terminal') },
  };
}

/** The terminal agent's own rows: cache writes are said here, and a compaction. */
function terminalRows(path: string): void {
  const db = openDatabase(path);
  db.exec(`CREATE TABLE assistant_usage_events (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT,
    model TEXT, input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER,
    cache_write_tokens INTEGER, total_nano_aiu INTEGER, created_at TEXT, initiator TEXT)`);
  const add = db.prepare(
    `INSERT INTO assistant_usage_events VALUES (NULL, '${terminal}', 'claude-sonnet-4.5', ?, ?, ?, ?, ?, '2026-11-30 12:00:50', ?)`,
  );
  add.run(15_000, 100, 0, 14_000, 5_000_000_000, null);
  add.run(15_200, 150, 14_800, 300, 900_000_000, null);
  add.run(4_000, 90, 0, 0, 100_000_000, 'compaction');
  db.close();
}

function ingest(db: SqlDatabase, { log, home }: Source): void {
  const root = log.rootAt(home, 'option');
  const writer = soleWriter(db);
  const failed = (path: string, reason: string) => assert.fail(`${path}: ${reason}`);
  for (const { path, mtimeMs } of log.discover(root).files) {
    const { bookmark } = writer.files.find(path) ?? {};
    const events = { log: () => undefined, failed };
    for (const item of newChunks({ path, root, mtimeMs }, bookmark, events)) writer.ingest([item]);
  }
}

/** Sessions with the product they are of, and what is counted of them. */
function sessionsIn(db: SqlDatabase): Record<string, unknown> {
  const products = new StoreReader(db).products();
  const rows = db
    .prepare(
      `SELECT s.sid AS sid, r.text AS root, sum(t.messages) AS messages, sum(t.input) AS input,
         sum(t.write5m) AS written, sum(t.cache_read) AS read, sum(t.output) AS output
       FROM session s JOIN word r ON r.id = s.root JOIN spend_total t ON t.session = s.id
       GROUP BY s.id HAVING sum(t.messages) > 0`,
    )
    .all<Record<string, string | number>>();
  return Object.fromEntries(
    rows.map(({ sid, root, ...counts }) => [
      sid,
      [products.get(String(root)) ?? 'Claude Code', ...Object.values(counts)],
    ]),
  );
}

function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, i) => orders(list.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}

describe('sessions that VS Code only ran', () => {
  for (const engine of engines)
    for (const behind of [false, true]) {
      const where = behind ? 'behind' : 'before';
      it(`count once, as their agents wrote them, in any order (${engine}, logs ${where} the traces)`, () => {
        for (const order of orders(['traces', 'claude', 'terminal'] as const)) {
          using dir = tempDir();
          const sources = homes(dir, behind);
          withStore(engine, (db) => {
            // Each twice, as a file that is looked at again.
            for (const name of [...order, ...order]) ingest(db, sources[name]);
            const found = sessionsIn(db);
            assert.deepEqual(
              found[claude],
              // The two responses of its own log; and its title, which VS Code asked for and no log of Claude Code has.
              ['Claude Code', 3, 32_000 + 1_600 + 650, 0, 31_000, 200 + 300 + 8],
              order.join(),
            );
            assert.deepEqual(
              found[terminal],
              ['Copilot', 3, 15_000 - 14_000 + 15_200 - 14_800 - 300 + 4_000, 14_300, 14_800, 340],
              order.join(),
            );
            assert.deepEqual((found[chat] as unknown[]).slice(0, 2), ['Copilot', 4]);
            const { total } = sample.expected;
            assert.equal(storeSums(db).total.requests, total.requests + 1);
          });
        }
      });
    }

  it('count from the traces while their own logs are not read', () => {
    using dir = tempDir();
    withStore('better-sqlite3', (db) => {
      const { traces, claude: own } = homes(dir, false);
      ingest(db, traces);
      assert.deepEqual(storeSums(db).sessions, sample.expected.sessions);
      assert.deepEqual((sessionsIn(db)[claude] as unknown[])[0], 'Copilot');
      ingest(db, own);
      assert.equal(storeSums(db).sessions[claude], 3);
    });
  });

  it('stay as their agents wrote them when traces go on, and when their logs are gone', () => {
    using dir = tempDir();
    withStore('better-sqlite3', (db) => {
      const { claude: own } = homes(dir, true);
      const home = dir.at('m-other/github.copilot-chat');
      mkdirSync(home, { recursive: true });
      const writing = openDatabase(join(home, 'agent-traces.db'));
      spanTables(writing);
      const proxied = (id: string, at: number): void => {
        const attributes = chatAttributes(9_000, {
          'copilot_chat.chat_session_id': claude,
          'gen_ai.agent.name': 'Claude Copilot Proxy',
        });
        addSpan(writing, { id, at, parent: 'run', attributes });
        addSpan(writing, { id: 'run', at, attributes: runAttributes(claude) });
      };
      const count = (): number | undefined => {
        ingest(db, { log: tracesLog, home });
        return storeSums(db).sessions[claude];
      };
      proxied('a', spanTime);
      assert.equal(count(), 1);
      ingest(db, own);
      assert.equal(storeSums(db).sessions[claude], 2);
      proxied('b', spanTime + 1000);
      assert.equal(count(), 2);
      rmSync(own.home, { recursive: true });
      proxied('c', spanTime + 2000);
      assert.equal(count(), 2);
      writing.close();
    });
  });

  it('count from a log that says sums only, once it says them', () => {
    using dir = tempDir();
    withStore('better-sqlite3', (db) => {
      const { traces } = homes(dir, false);
      ingest(db, traces);
      const home = dir.at('old-terminal');
      const log = join(home, 'session-state', terminal, 'events.jsonl');
      mkdirSync(join(log, '..'), { recursive: true });
      const event = (type: string, data: object): string =>
        `${JSON.stringify({ type, data, id: type, timestamp: '2026-11-30T12:00:00.000Z' })}\n`;
      const begun = event('session.start', { sessionId: terminal });
      writeFileSync(log, begun);
      ingest(db, { log: copilotLog, home });
      assert.equal(storeSums(db).sessions[terminal], 2, 'nothing is said yet');
      const usage = { inputTokens: 30_200, outputTokens: 250, cacheReadTokens: 14_800 };
      const modelMetrics = { 'claude-sonnet-4.5': { requests: { count: 2 }, usage } };
      writeFileSync(log, begun + event('session.shutdown', { modelMetrics }));
      ingest(db, { log: copilotLog, home });
      assert.equal(storeSums(db).sessions[terminal], 1);
      ingest(db, traces);
      assert.equal(storeSums(db).sessions[terminal], 1);
    });
  });
});
