import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { codexLog } from '../../src/agents/codex/codexLog.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { newChunks } from '../../src/watchers/ingestFile.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { engines } from '../lib/engines.ts';
import { soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';

const sets = agentSets('codex');

/** Reads all rollouts below a home into a store, in the order given by their keys. */
function ingest(db: SqlDatabase, home: string, keys: readonly number[] = []): void {
  const root = codexLog.rootAt(home, 'option');
  const files = codexLog
    .discover(root)
    .files.map((file, i) => ({ file: { ...file, root }, key: keys[i % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key);
  const writer = soleWriter(db);
  const events = { log: () => undefined, failed: (path: string) => assert.fail(path) };
  for (const { file } of files) {
    const bookmark = writer.files.find(file.path)?.bookmark;
    for (const item of newChunks(file, bookmark, events)) writer.ingest([item]);
  }
}

/** Sums of the store, and requests by thread: a session's main thread, or an agent. */
function sumsOf(db: SqlDatabase) {
  const total = db
    .prepare(
      `SELECT sum(messages) AS requests, sum(input) AS input, sum(cache_read) AS cached,
         sum(write5m) AS cacheWrite, sum(output) AS output FROM spend_total`,
    )
    .get<Record<string, number | null>>()!;
  const threads = db
    .prepare(
      `SELECT CASE a.aid WHEN '' THEN s.sid ELSE a.aid END AS thread, sum(t.messages) AS requests
       FROM spend_total t JOIN session s ON s.id = t.session JOIN agent a ON a.id = t.agent
       GROUP BY 1 HAVING sum(t.messages) > 0`,
    )
    .all<{ thread: string; requests: number }>();
  return {
    total: Object.fromEntries(Object.entries(total).map(([key, sum]) => [key, sum ?? 0])),
    threads: Object.fromEntries(threads.map(({ thread, requests }) => [thread, requests])),
  };
}

describe('rollouts of Codex in the store', () => {
  let folder: string;
  const homeOf = (name: string): string => join(folder, name);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-codex-'));
    for (const set of sets) writeAgentSet(set, homeOf(set.name));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const engine of engines) {
    it(`come to what an independent program counts, each set (${engine})`, () => {
      for (const { name, expected } of sets) {
        withStore(engine, (db) => {
          ingest(db, homeOf(name));
          const { requests, input, cached, cacheWrite, output } = expected.total;
          const { total, threads } = sumsOf(db);
          assert.deepEqual(total, { requests, input, cached, cacheWrite, output }, name);
          if (name === 'samples/agent-sessions') return;
          const counted = Object.entries(expected.sessions).filter(([, count]) => count > 0);
          assert.deepEqual(threads, Object.fromEntries(counted), name);
        });
      }
    });
  }

  it('cost what an independent program says, each set and model', () => {
    for (const { name, expected } of sets) {
      withStore('better-sqlite3', (db) => {
        ingest(db, homeOf(name));
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
      });
    }
  });

  it('come to the same in any order, and read twice', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sets),
        fc.array(fc.nat(1_000), { minLength: 1, maxLength: 9 }),
        ({ name }, keys) => {
          const sums = withStore('better-sqlite3', (db) => {
            ingest(db, homeOf(name), keys);
            ingest(db, homeOf(name));
            return sumsOf(db);
          });
          const straight = withStore('better-sqlite3', (db) => {
            ingest(db, homeOf(name));
            return sumsOf(db);
          });
          assert.deepEqual(sums, straight, name);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are sessions of Codex after a transaction that failed, too', () => {
    withStore('better-sqlite3', (db) => {
      const root = codexLog.rootAt(homeOf('cases/tiers'), 'option');
      const [file] = codexLog.discover(root).files;
      const events = { log: () => undefined, failed: (path: string) => assert.fail(path) };
      const writer = soleWriter(db);
      const [item] = newChunks({ ...file!, root }, undefined, events);
      // Once its product is noted, the rest of the work fails.
      const torn: Iterable<never> = {
        [Symbol.iterator]() {
          throw new Error('torn');
        },
      };
      assert.throws(() => writer.ingest([{ ...item!, messages: torn }]), /torn/);
      writer.ingest([item!]);
      assert.deepEqual([...new StoreReader(db).products().values()], ['Codex']);
    });
  });

  it('are sessions of Codex, whose folder may go', () => {
    withStore('better-sqlite3', (db) => {
      const home = homeOf('cases/tiers');
      ingest(db, home);
      const { path } = codexLog.rootAt(home, 'option');
      assert.deepEqual([...new StoreReader(db).products()], [[path, 'Codex']]);
    });
  });
});
