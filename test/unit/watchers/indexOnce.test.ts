import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { type IndexOutcome, indexOnce } from '../../../src/watchers/indexOnce.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { tempDir } from '../../lib/tempDir.ts';

function config(folder: string, storeFile: string): IndexerConfig {
  return {
    storeFile,
    mode: 'once',
    role: 'terminal',
    configDirs: [folder],
    rootsSetting: [],
    env: {},
    home: folder,
    priceOverrides: {},
    storeTitles: true,
    polling: 'never',
    paused: false,
  };
}

const { revision } = createPriceBook();
const line = `${JSON.stringify({
  type: 'assistant',
  sessionId: 's',
  timestamp: '2026-11-20T10:00:00.000Z',
  message: { id: 'm', model: 'claude-opus-5-5', usage: { output_tokens: 1 } },
})}\n`;

/** A store somebody else writes: a row of the lease with the process that is said to hold it. */
function heldBy(file: string, pid: number): SqlDatabase {
  const { db } = openForWriting(file);
  db.prepare('INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?, ?)').run(
    'somebody else',
    pid,
    hostname(),
    'editor',
    Date.now(),
    // Nobody extends it: long enough for a test.
    Date.now() + 7500,
  );
  return db;
}

/** Milliseconds and outcome of indexing once. */
async function timed(wish: IndexerConfig): Promise<[number, IndexOutcome]> {
  const started = Date.now();
  const outcome = await indexOnce(wish, revision);
  return [Date.now() - started, outcome];
}

describe('indexing once beside another writer', () => {
  it('answers after a moment, and says what is missing', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const db = heldBy(dir.at('outlay.db'), process.pid);
    try {
      ingestAll(db, dir.path);
      writeFileSync(dir.at('projects/p/t.jsonl'), line);
      const [, outcome] = await timed(config(dir.path, dir.at('outlay.db')));
      const missing = { transcripts: 1, bytes: line.length, pid: process.pid, role: 'editor' };
      assert.deepEqual(outcome, { fresh: 1, transcripts: 2, behind: true, missing });
    } finally {
      db.close();
    }
  });

  it('waits longer where nothing at all has been read', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const db = heldBy(dir.at('outlay.db'), process.pid);
    try {
      const asked = timed(config(dir.path, dir.at('outlay.db')));
      await sleep(1500);
      ingestAll(db, dir.path);
      const [, outcome] = await asked;
      assert.deepEqual(outcome, { fresh: 1, transcripts: 1, behind: false });
    } finally {
      db.close();
    }
  });

  it('is content with what the writer has read beyond the listing', async () => {
    using dir = tempDir();
    const path = dir.at('projects/p/s.jsonl');
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(path, line);
    const db = heldBy(dir.at('outlay.db'), process.pid);
    try {
      const asked = timed(config(dir.path, dir.at('outlay.db')));
      // Whatever was listed, the file has grown since, and that is what the writer reads.
      await sleep(200);
      appendFileSync(path, line);
      ingestAll(db, dir.path);
      appendFileSync(path, line);
      const [took, outcome] = await asked;
      assert.equal(outcome.behind, false, `after ${took} ms`);
    } finally {
      db.close();
    }
  });

  it('takes the place of a writer that dies meanwhile', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    const db = heldBy(dir.at('outlay.db'), child.pid!);
    try {
      const asked = timed(config(dir.path, dir.at('outlay.db')));
      await sleep(300);
      child.kill('SIGKILL');
      const [took, outcome] = await asked;
      assert.deepEqual(outcome, { fresh: 1, transcripts: 1, behind: false }, `after ${took} ms`);
      const { n } = db.prepare('SELECT count(*) AS n FROM message').get<{ n: number }>()!;
      assert.equal(n, 1);
    } finally {
      child.kill('SIGKILL');
      db.close();
    }
  });
});

describe('indexing once', () => {
  it('starts nothing where nothing is new', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const wish = config(dir.path, dir.at('store/outlay.db'));
    const first = await indexOnce(wish, revision);
    assert.deepEqual(first, { fresh: 1, transcripts: 1, behind: false });
    const said: FromIndexer[] = [];
    const second = await indexOnce(wish, revision, (message) => said.push(message));
    assert.deepEqual([second.fresh, said], [0, []]);
    const repriced = await indexOnce(wish, 'other prices');
    assert.equal(repriced.fresh, 1);
  });

  for (const leastBytes of [0, Number.MAX_SAFE_INTEGER]) {
    const way = leastBytes === 0 ? 'at once' : 'bit by bit';
    it(`reads what it has listed, a store being made ${way}, and the next what came since`, async () => {
      using dir = tempDir();
      const folder = dir.at('projects/p/s/subagents');
      mkdirSync(folder, { recursive: true });
      const meta = join(folder, 'agent-a.meta.json');
      const of = (id: string): string => line.replace('"id":"m"', `"id":"${id}"`);
      writeFileSync(dir.at('projects/p/s.jsonl'), of('m1'));
      writeFileSync(join(folder, 'agent-a.jsonl'), of('m2'));
      writeFileSync(meta, '{"agentType":"first"}');
      const wish = {
        ...config(dir.path, dir.at('store/outlay.db')),
        firstStore: { leastBytes, mostMs: 60_000 },
      };
      const stored = (): [number, string] => {
        const db = openForReading(wish.storeFile)!;
        const { n } = db.prepare('SELECT count(*) AS n FROM message').get<{ n: number }>()!;
        const { type } = db
          .prepare("SELECT type FROM agent WHERE aid = 'a'")
          .get<{ type: string }>()!;
        db.close();
        return [n, type];
      };
      await indexOnce(wish, revision, () => {}, {
        async run(given, tell) {
          appendFileSync(dir.at('projects/p/s.jsonl'), of('m3'));
          writeFileSync(dir.at('projects/p/later.jsonl'), of('m4'));
          const indexer = new Indexer(given, tell);
          await indexer.start();
          await indexer.stop();
          return { kind: 'watching' };
        },
      });
      // What a listed file has grown by is read with it.
      assert.deepEqual(stored(), [3, 'first']);
      writeFileSync(meta, '{"agentType":"second"}');
      const next = await indexOnce(wish, revision);
      // What has grown since it was listed is looked at again.
      assert.deepEqual(next, { fresh: 2, transcripts: 3, behind: false });
      assert.deepEqual(stored(), [4, 'second']);
    });
  }

  it('sets a damaged store aside, and says so', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const file = dir.at('outlay.db');
    writeFileSync(file, 'no database, but long enough to be looked at as one'.repeat(40));
    const said: FromIndexer[] = [];
    await indexOnce(config(dir.path, file), revision, (message) => said.push(message));
    assert.match(JSON.stringify(said), /was damaged/);
    assert.equal(readdirSync(dir.path).filter((name) => name.includes('.damaged-')).length, 1);
  });

  it('leaves a file alone that is no store and was named by mistake', async () => {
    using dir = tempDir();
    const file = dir.at('picture.png');
    const content = 'a picture, so to speak '.repeat(40);
    writeFileSync(file, content);
    await assert.rejects(indexOnce(config(dir.path, file), revision), /is no SQLite file/);
    assert.equal(readFileSync(file, 'utf8'), content);
    assert.deepEqual(readdirSync(join(dir.path)), ['picture.png']);
  });
});
