import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { indexOnce } from '../../../src/watchers/indexOnce.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { difference, dumpStore } from '../../lib/dumpStore.ts';
import { engines } from '../../lib/engines.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { bundledBook, ingestAll } from '../../lib/ingest.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

const atOnce = { leastBytes: 0, mostMs: 60_000 };

function configOf(dir: TempDir, more: Partial<IndexerConfig> = {}): IndexerConfig {
  return indexerConfig(dir.path, {
    storeFile: dir.at('store/outlay.db'),
    configDirs: [dir.at('claude')],
    firstStore: atOnce,
    ...more,
  });
}

/** An indexer and what it says. */
function indexerOf(config: IndexerConfig): { indexer: Indexer; said: FromIndexer[] } {
  const said: FromIndexer[] = [];
  return { indexer: new Indexer(config, (message) => said.push(message)), said };
}

function assertWhole(dir: TempDir, { storeFile, engine }: IndexerConfig): void {
  const db = openForReading(storeFile, { engine })!;
  const actual = dumpStore(db);
  db.close();
  const { db: plain } = openForWriting(':memory:');
  ingestAll(plain, dir.at('claude'));
  const expected = dumpStore(plain);
  plain.close();
  assert.equal(actual === expected, true, difference(actual, expected));
  const others = readdirSync(dirname(storeFile)).filter(
    (name) => !/^outlay\.db(-wal|-shm)?$/.test(name),
  );
  assert.deepEqual(others, []);
}

for (const engine of engines) {
  describe(`the first store, ${engine}`, () => {
    test('is the same as any, whether all of it is built at once or the rest follows', async () => {
      for (const mostMs of [60_000, 0]) {
        using dir = tempDir();
        unpackSet(clientSet, dir.at('claude'));
        const config = configOf(dir, { engine, firstStore: { leastBytes: 0, mostMs } });
        const { indexer, said } = indexerOf(config);
        await indexer.start();
        await indexer.stop();
        assertWhole(dir, config);
        const problems = said.filter(({ type }) => type === 'log');
        assert.deepEqual(
          problems.map((message) => (message.type === 'log' ? message.level : '')),
          ['info'],
          'only that it writes',
        );
      }
    });

    test('is one, though two windows begin at once', async () => {
      using dir = tempDir();
      unpackSet(clientSet, dir.at('claude'));
      const config = configOf(dir, { engine });
      const both = [indexerOf(config), indexerOf(config)];
      await Promise.all(both.map(({ indexer }) => indexer.start()));
      const states = both.map(({ said }) => {
        const last = said.filter((message) => message.type === 'state').at(-1);
        return last?.state.kind;
      });
      assert.deepEqual(states.sort(), ['following', 'watching']);
      await Promise.all(both.map(({ indexer }) => indexer.stop()));
      assertWhole(dir, config);
    });

    test('is finished by another, where its window is stopped while it is built', async () => {
      using dir = tempDir();
      unpackSet(clientSet, dir.at('claude'));
      const config = configOf(dir, { engine });
      const { indexer } = indexerOf(config);
      const started = indexer.start();
      await new Promise((resolve) => setImmediate(resolve));
      await indexer.stop();
      await started;
      assert.deepEqual(
        readdirSync(dir.at('')).filter((name) => name !== 'claude' && name !== 'store'),
        [],
      );
      await indexOnce({ ...config, mode: 'once', role: 'terminal' }, bundledBook().revision);
      assertWhole(dir, config);
    });
  });
}

test('the newest transcript is in the first store, however short it was built', async () => {
  using dir = tempDir();
  const folder = dir.at('claude/projects/p');
  mkdirSync(folder, { recursive: true });
  const days = Array.from(
    { length: 30 },
    (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}`,
  );
  for (const day of days) {
    const at = `${day}T10:00:00.000Z`;
    const line = {
      ...{ type: 'assistant', uuid: day, sessionId: day, timestamp: at, requestId: day },
      message: { id: day, model: 'claude-opus-5-5', usage: { output_tokens: 1 } },
    };
    writeFileSync(`${folder}/${day}.jsonl`, `${JSON.stringify(line)}\n`);
    utimesSync(`${folder}/${day}.jsonl`, new Date(at), new Date(at));
  }
  const config = configOf(dir, { firstStore: { leastBytes: 0, mostMs: 0 } });
  let seen: unknown;
  const indexer = new Indexer(config, (message) => {
    if (message.type !== 'committed' || seen !== undefined) return;
    const db = openForReading(config.storeFile)!;
    seen = db.prepare('SELECT max(mid) AS last FROM message').get()?.last;
    db.close();
  });
  await indexer.start();
  await indexer.stop();
  assert.equal(seen, '2026-11-30');
  assertWhole(dir, config);
});

test('few transcripts are stored in the ordinary way', async () => {
  using dir = tempDir();
  unpackSet(clientSet, dir.at('claude'));
  const { firstStore: _, ...config } = configOf(dir);
  const { indexer } = indexerOf(config);
  await indexer.start();
  await indexer.stop();
  assertWhole(dir, config);
});
