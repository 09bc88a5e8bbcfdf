import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tracesLog } from '../../../src/agents/copilot/tracesLog.ts';
import type { Bookmark } from '../../../src/model/records.ts';
import { openDatabase } from '../../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import type { Writer } from '../../../src/store/writer.ts';
import { homesOf } from '../../lib/agentHomes.ts';
import { agentSets } from '../../lib/agentSets.ts';
import { expectedTotal, ingestLogs, storeSums } from '../../lib/agentStore.ts';
import { engines } from '../../lib/engines.ts';
import { soleWriter } from '../../lib/ingest.ts';
import { withStore } from '../../lib/memoryStore.ts';
import {
  addSpan,
  chatAttributes,
  readSpans,
  runAttributes,
  spansOf,
  spanTables,
  spanTime,
  tracesName,
  withSpans,
} from '../../lib/traceSpans.ts';

const sets = agentSets('copilot-traces');
const dayMs = 86_400_000;

/** Stores what is new. */
function ingestOn(writer: Writer, home: string, bookmarks: Map<string, Bookmark>): void {
  for (const { path, chunk } of readSpans(home, bookmarks)) {
    writer.ingest([{ file: { path, root: home, product: 'Copilot', mtimeMs: 0 }, chunk }]);
  }
}

/** All that is known of each request. */
function requestsIn(db: SqlDatabase) {
  return db
    .prepare(
      `SELECT m.mid, s.sid, a.aid, a.type, a.parent, m.at, m.input, m.cache_read, m.write5m, m.output,
         m.reasoning, m.credits, m.counted, b.text AS branch, e.text AS effort, t.text AS attribution
       FROM message m JOIN session s ON s.id = m.session JOIN agent a ON a.id = m.agent
         JOIN word b ON b.id = m.branch JOIN word e ON e.id = m.effort
         JOIN word t ON t.id = m.attribution ORDER BY m.mid`,
    )
    .all();
}

describe('agent traces of VS Code', () => {
  const homeOf = homesOf(sets);
  const newHome = (name: string): string => mkdtempSync(homeOf(`${name}-`));

  const messagesOf = (home: string) =>
    readSpans(home, new Map()).flatMap(({ messages }) => messages);

  it('come to the same however often they are read while they are written', () => {
    const set = sets.find(({ name }) => name === 'samples/store-2')!;
    const whole = homeOf(set.name);
    const spans = spansOf(join(whole, tracesName));
    const atOnce = withStore('better-sqlite3', (db) => {
      ingestLogs(db, tracesLog, whole);
      return requestsIn(db);
    });
    assert.equal(atOnce.length, set.expected.total.requests);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 20 }), (portions) => {
        const home = newHome('growing');
        const bookmarks = new Map<string, Bookmark>();
        copyFileSync(join(whole, tracesName), join(home, tracesName));
        withStore('better-sqlite3', (db) => {
          const writer = soleWriter(db);
          const left = [...spans];
          withSpans(home, (to) => {
            // The store's second version leaves them pointing to a table that is gone.
            to.exec('PRAGMA foreign_keys = OFF; DELETE FROM span_attributes; DELETE FROM spans');
          });
          for (const portion of [...portions, left.length]) {
            withSpans(home, (to) => {
              to.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN');
              for (const write of left.splice(0, portion)) write(to);
              to.exec('COMMIT');
            });
            ingestOn(writer, home, bookmarks);
          }
          assert.deepEqual(requestsIn(db), atOnce);
          assert.deepEqual(storeSums(db).total, expectedTotal(set.expected.total));
          assert.deepEqual(storeSums(db).sessions, set.expected.sessions);
        });
        rmSync(home, { recursive: true });
      }),
      // One by one, too: what is told of a turn comes last.
      { numRuns: 8, examples: [[spans.map(() => 1)]] },
    );
  });

  for (const engine of engines) {
    it(`are read beside a writer that has the database open, and nothing is left (${engine})`, () => {
      const home = newHome('live');
      const path = join(home, tracesName);
      const writer = openDatabase(path, { engine });
      spanTables(writer);
      const bookmarks = new Map<string, Bookmark>();
      const inputs = (): number[] =>
        readSpans(home, bookmarks).flatMap(({ messages }) =>
          messages.map(({ usage }) => usage.input),
        );
      assert.deepEqual(inputs(), []);
      addSpan(writer, { id: 'a', attributes: chatAttributes(500) });
      const [whole, own] = [tracesLog.fileAt(path)!.size, statSync(path).size];
      assert.deepEqual(inputs(), [500]);
      addSpan(writer, { id: 'b', attributes: chatAttributes(600) });
      assert.ok(tracesLog.fileAt(path)!.size > whole);
      assert.equal(statSync(path).size, own, 'it arrives in the log beside the database');
      assert.deepEqual(inputs(), [600]);
      assert.deepEqual(inputs(), []);
      writer.exec('BEGIN EXCLUSIVE');
      addSpan(writer, { id: 'c', attributes: chatAttributes(700) });
      assert.deepEqual(inputs(), [], 'what is not committed is not there, and no lock holds us up');
      writer.exec('COMMIT');
      assert.deepEqual(inputs(), [700]);
      const beside = [tracesName, `${tracesName}-shm`, `${tracesName}-wal`];
      assert.deepEqual(readdirSync(home).sort(), beside);
      writer.close();
      const before = readFileSync(path);
      assert.deepEqual(inputs(), []);
      assert.deepEqual(readdirSync(home), [tracesName]);
      assert.deepEqual(readFileSync(path), before);
    });
  }

  it('stay counted when VS Code deletes them, and what gets their place is read', () => {
    const home = newHome('pruned');
    const bookmarks = new Map<string, Bookmark>();
    withStore('better-sqlite3', (db) => {
      const writer = soleWriter(db);
      const input = (write: (to: SqlDatabase) => void): number | null | undefined => {
        withSpans(home, write);
        ingestOn(writer, home, bookmarks);
        return storeSums(db).total.input;
      };
      const add = (id: string, of: number) => (to: SqlDatabase) =>
        addSpan(to, { id, attributes: chatAttributes(of) });
      assert.equal(input(add('a', 1)), 1);
      assert.equal(input(add('b', 20)), 21);
      assert.equal(
        input((to) => to.exec("DELETE FROM spans WHERE span_id = 'a'")),
        21,
      );
      // Rows are numbered from 1 again, and the cursor's is another span's.
      assert.equal(
        input((to) => {
          to.exec('DELETE FROM spans');
          for (const [id, of] of [['c', 300] as const, ['d', 4000] as const]) add(id, of)(to);
        }),
        4321,
      );
      assert.equal(
        input((to) => to.exec('DELETE FROM spans')),
        4321,
      );
      assert.equal(input(add('e', 50_000)), 54_321);
      // Written again by the exporter.
      assert.equal(input(add('e', 50_000)), 54_321);
      rmSync(join(home, tracesName));
      assert.deepEqual(readSpans(home, bookmarks), []);
      assert.equal(storeSums(db).total.input, 54_321);
    });
  });

  it('go on over a store of the next version, which numbers its rows anew', () => {
    const home = newHome('migrated');
    const bookmarks = new Map<string, Bookmark>();
    const ids = (): string[] =>
      readSpans(home, bookmarks).flatMap(({ messages }) =>
        messages.map(({ messageId }) => messageId.slice(-1)),
      );
    withSpans(home, (db) => {
      for (const id of ['a', 'b', 'c']) addSpan(db, { id, attributes: chatAttributes(1) });
      db.exec("DELETE FROM spans WHERE span_id = 'a'");
    });
    assert.deepEqual(ids(), ['b', 'c']);
    withSpans(home, (db) => {
      db.exec(`ALTER TABLE spans RENAME TO spans_v1; CREATE TABLE spans (span_id TEXT PRIMARY KEY,
          trace_id TEXT NOT NULL, parent_span_id TEXT, name TEXT, start_time_ms INTEGER,
          end_time_ms INTEGER, status_code INTEGER, operation_name TEXT, chat_session_id TEXT,
          input_tokens INTEGER, output_tokens INTEGER,
          session_id TEXT GENERATED ALWAYS AS (COALESCE(chat_session_id, '')) STORED);
        INSERT INTO spans SELECT * FROM spans_v1; DROP TABLE spans_v1`);
      db.prepare(
        "INSERT INTO spans SELECT 'd', trace_id, NULL, '', start_time_ms, end_time_ms, 0, operation_name, chat_session_id, 5, 5 FROM spans WHERE span_id = 'c'",
      ).run();
    });
    assert.deepEqual(ids(), ['b', 'c', 'd'], 'all are read again, and count once');
    assert.deepEqual(ids(), []);
  });

  it('of another shape, damaged or absent: nothing is counted, and nothing thrown but what is told', () => {
    const shapes = [
      'CREATE TABLE other (id)',
      'CREATE TABLE spans (id INTEGER, name TEXT)',
      'CREATE VIEW spans AS SELECT 1 AS span_id, 2 AS trace_id',
      'CREATE TABLE spans (span_id TEXT PRIMARY KEY, trace_id TEXT)',
    ];
    for (const shape of shapes) {
      const home = newHome('shape');
      const db = openDatabase(join(home, tracesName));
      db.exec(shape);
      if (shape.endsWith('trace_id TEXT)')) db.exec("INSERT INTO spans VALUES ('a', 't')");
      db.close();
      assert.deepEqual(messagesOf(home), [], shape);
    }
    const home = newHome('columns');
    const db = openDatabase(join(home, tracesName));
    // No attributes: columns say the same, as far as they go.
    db.exec(`CREATE TABLE spans (span_id TEXT PRIMARY KEY, trace_id TEXT, operation_name TEXT,
        end_time_ms INTEGER, response_model TEXT, input_tokens INTEGER, cached_tokens INTEGER,
        chat_session_id TEXT);
      INSERT INTO spans VALUES ('a', 't', 'chat', ${spanTime}, 'gpt-5', 100, 30, 'chat-1')`);
    db.close();
    const [only] = messagesOf(home);
    assert.deepEqual(
      [only!.sessionId, only!.model, only!.usage.input, only!.usage.cacheRead],
      ['chat-1', 'gpt-5', 70, 30],
    );

    const path = join(home, tracesName);
    for (const damage of [
      () => truncateSync(path, 5000),
      () => writeFileSync(path, 'not SQLite'),
    ]) {
      damage();
      assert.throws(() => readSpans(home, new Map()), /malformed|not a database|no such table/);
    }
    rmSync(path);
    assert.equal(tracesLog.rootAt(home, 'option').exists, false);
    assert.equal(tracesLog.fileAt(path), undefined);
    assert.deepEqual(readSpans(home, new Map()), []);
  });

  it('wait for the span that names their session, but not for ever', () => {
    const home = newHome('waiting');
    const bookmarks = new Map<string, Bookmark>();
    const read = (write: (db: SqlDatabase) => void): unknown[] => {
      withSpans(home, write);
      return readSpans(home, bookmarks).flatMap(({ messages }) =>
        messages.map(({ messageId, sessionId }) => [messageId.split('/').at(-1), sessionId]),
      );
    };
    const own = { 'gen_ai.provider.name': 'anthropic', 'gen_ai.agent.name': 'AnthropicBYOK' };
    const byok =
      (id: string, parent: string, at = spanTime) =>
      (db: SqlDatabase) =>
        addSpan(db, { id, parent, trace: `of ${parent}`, at, attributes: chatAttributes(7, own) });
    assert.deepEqual(read(byok('a', 'run-1')), []);
    assert.deepEqual(read(byok('b', 'run-2')), []);
    assert.deepEqual(
      read((db) => addSpan(db, { id: 'run-1', attributes: runAttributes('chat-9') })),
      [['a', 'chat-9']],
    );
    assert.deepEqual(read(byok('c', 'run-1')), [['c', 'chat-9']]);
    assert.deepEqual(read(byok('d', 'run-3', spanTime + dayMs - 60_000)), []);
    assert.deepEqual(
      read(byok('e', 'run-3', spanTime + dayMs + 60_000)),
      [['b', 'outside-chats-2026-11-29']],
      'the editor was killed: a day later it is counted outside of chats',
    );
  });

  it('may hold anything: what cannot be counted is named, and nothing thrown', () => {
    const home = newHome('rubbish');
    const some = fc.oneof(fc.string(), fc.integer({ min: -5, max: 5 }), fc.double());
    const keys = [
      ...Object.keys(chatAttributes(1)),
      ...['copilot_chat.chat_session_id', 'copilot_chat.parent_chat_session_id'],
      ...['copilot_chat.debug_log_label', 'copilot_chat.copilot_usage_nano_aiu'],
      ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.output.messages'],
      ...['gen_ai.input.messages', 'copilot_chat.request.options'],
    ];
    const attributes = fc.dictionary(fc.constantFrom(...keys), some);
    const ids = fc.constantFrom('a', 'b', 'c', '');
    const span = fc.record({
      id: ids,
      parent: ids,
      at: fc.oneof(fc.constant(spanTime), fc.double({ noNaN: true })),
      operation: fc.constantFrom('chat', 'invoke_agent', 'other'),
      attributes,
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), (made) => {
        withSpans(home, (db) => {
          db.exec('DELETE FROM spans; DELETE FROM span_attributes');
          for (const { operation, attributes: said, ...rest } of made) {
            addSpan(db, {
              ...rest,
              attributes: { ...chatAttributes(3), ...said, 'gen_ai.operation.name': operation },
            });
          }
        });
        for (const { usage } of messagesOf(home)) {
          assert.ok(
            Object.values(usage).every((count) => Number.isSafeInteger(count) && count >= 0),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});
