import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { rootAbove } from '../../../src/watchers/scanRoots.ts';
import { IndexerClient } from '../../../src/watchers/thread/client.ts';
import { engines } from '../../lib/engines.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

function answer(id: string): string {
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `u-${id}`,
    sessionId: 's',
    timestamp: '2026-11-20T10:00:00.000Z',
    requestId: `r-${id}`,
    message: { id: `m-${id}`, model: 'claude-opus-5-5', usage: { output_tokens: 1 } },
  })}\n`;
}

/** A transcript of so many answers. */
function transcriptIn(dir: TempDir, answers = 1): string {
  const path = dir.at('claude/projects/p/s.jsonl');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Array.from({ length: answers }, (_, index) => answer(`${index}`)).join(''));
  return path;
}

/** So many that they are stored in several transactions; returns the number of their answers. */
function moreTranscriptsIn(dir: TempDir): number {
  const [files, answers] = [30, 400];
  for (let file = 0; file < files; file++) {
    const lines = Array.from({ length: answers }, (_, index) => answer(`${file}-${index}`));
    writeFileSync(dir.at(`claude/projects/p/t${file}.jsonl`), lines.join(''));
  }
  return files * answers;
}

function config(dir: TempDir, more: Partial<IndexerConfig> = {}): IndexerConfig {
  const files = { storeFile: dir.at('outlay.db'), rootsSetting: [dir.at('claude')] };
  return indexerConfig(dir.path, { ...files, ...more });
}

/** Number of rows of a table; undefined while there is no store. */
function rows(storeFile: string, table: 'lease' | 'message'): number | undefined {
  const db = openForReading(storeFile);
  try {
    return db?.prepare(`SELECT count(*) AS n FROM ${table}`).get<{ n: number }>()?.n;
  } finally {
    db?.close();
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(10);
  }
}

/** A new store that somebody else is writing just now. */
function lockedStore(storeFile: string): SqlDatabase {
  openForWriting(storeFile).db.close();
  const { db } = openForWriting(storeFile);
  db.exec('BEGIN IMMEDIATE');
  return db;
}

const kinds = (said: readonly FromIndexer[]): string[] =>
  said.flatMap((message) => (message.type === 'state' ? [message.state.kind] : []));
const logged = (said: readonly FromIndexer[], pattern: RegExp): number =>
  said.filter((message) => message.type === 'log' && pattern.test(message.text)).length;

describe('an indexer while things happen at once', () => {
  it('leaves one indexer, however quickly it is configured', async () => {
    using dir = tempDir();
    const transcript = transcriptIn(dir);
    const all = 1 + moreTranscriptsIn(dir);
    const said: FromIndexer[] = [];
    const stores = ['a', 'b', 'c'].map((name) => dir.at(name, 'outlay.db'));
    const client = new IndexerClient(
      (message) => said.push(message),
      (error) => assert.fail(error),
    );
    const [a, b, c] = stores.map((storeFile) => config(dir, { storeFile }));
    try {
      client.configure(a!);
      await until('the first one reads', () => said.some(({ type }) => type === 'committed'));
      client.configure(b!);
      client.configure(c!);
      // It has not begun: this waits until it has.
      client.rescan();
      await until('the last one has read', () => rows(c!.storeFile, 'message') === all);
      appendFileSync(transcript, answer('later'));
      await until('an append counts', () => rows(c!.storeFile, 'message') === all + 1);
      await until('it watches', () => kinds(said).at(-1) === 'watching');
      assert.deepEqual(
        stores.map((storeFile) => rows(storeFile, 'lease') ?? 0),
        [0, 0, 1],
      );
      assert.equal(said.filter(({ type }) => type === 'stopped').length, 2);
    } finally {
      // Its thread would keep a failed run alive.
      await client.stop();
    }
    assert.equal(rows(c!.storeFile, 'lease'), 0);
  });

  it('begins to write once, though the store is locked for longer than a heartbeat', async () => {
    using dir = tempDir();
    transcriptIn(dir);
    const said: FromIndexer[] = [];
    const wish = config(dir);
    const other = lockedStore(wish.storeFile);
    const indexer = new Indexer(wish, (message) => said.push(message));
    try {
      const started = indexer.start();
      await sleep(2200);
      other.exec('COMMIT');
      other.close();
      await started;
      await sleep(1200);
      assert.deepEqual(kinds(said), ['starting', 'watching']);
      assert.equal(logged(said, /^Writing /), 1);
      assert.equal(rows(wish.storeFile, 'message'), 1);
    } finally {
      await indexer.stop();
    }
  });

  it('stops while it starts, and does nothing from then on', async () => {
    using dir = tempDir();
    transcriptIn(dir);
    const said: FromIndexer[] = [];
    const wish = config(dir);
    const other = lockedStore(wish.storeFile);
    const indexer = new Indexer(wish, (message) => said.push(message));
    const started = indexer.start();
    await sleep(50);
    const stopped = [indexer.stop(), indexer.stop()];
    other.exec('COMMIT');
    other.close();
    await Promise.all([started, ...stopped]);
    assert.equal(said.filter(({ type }) => type === 'stopped').length, 1);
    assert.equal(said.at(-1)?.type, 'stopped');
    await sleep(1200);
    assert.equal(said.at(-1)?.type, 'stopped');
    assert.deepEqual([rows(wish.storeFile, 'lease'), rows(wish.storeFile, 'message')], [0, 0]);
  });

  it('pauses in the middle of a reading, and goes on where it was', async () => {
    using dir = tempDir();
    transcriptIn(dir);
    const all = 1 + moreTranscriptsIn(dir);
    const said: FromIndexer[] = [];
    const wish = config(dir);
    const indexer = new Indexer(wish, (message) => said.push(message));
    try {
      const started = indexer.start();
      await until('it reads', () => said.some(({ type }) => type === 'committed'));
      await indexer.pause();
      await started;
      assert.equal(kinds(said).at(-1), 'paused');
      assert.equal(rows(wish.storeFile, 'lease'), 0);
      const sofar = rows(wish.storeFile, 'message')!;
      await sleep(1200);
      assert.equal(rows(wish.storeFile, 'message'), sofar);
      await indexer.resume();
      assert.equal(kinds(said).at(-1), 'watching');
      assert.equal(rows(wish.storeFile, 'message'), all);
      await Promise.all([indexer.pause(), indexer.resume(), indexer.pause(), indexer.resume()]);
      assert.equal(kinds(said).at(-1), 'watching');
      assert.equal(rows(wish.storeFile, 'lease'), 1);
    } finally {
      await indexer.stop();
    }
  });

  for (const engine of engines) {
    it(`leaves nothing behind that waits for a lock when it pauses, with ${engine}`, async () => {
      using dir = tempDir();
      const transcript = transcriptIn(dir);
      const said: FromIndexer[] = [];
      const wish = config(dir, { engine });
      const indexer = new Indexer(wish, (message) => said.push(message));
      try {
        await indexer.start();
        // The watcher is ready by then, and has asked for a scan.
        await sleep(300);
        const other = openForWriting(wish.storeFile, { engine }).db;
        other.exec('BEGIN IMMEDIATE');
        appendFileSync(transcript, answer('later'));
        await sleep(400);
        const asked = Date.now();
        await indexer.pause();
        assert.ok(Date.now() - asked < 1500, 'it waited for the lock');
        const before = said.length;
        other.exec('COMMIT');
        other.close();
        await sleep(1500);
        assert.deepEqual(said.slice(before), []);
        assert.equal(logged(said, /cannot be read|not open|finalized/), 0);
        // The lease could not be given back, and is still its own.
        await indexer.resume();
        assert.equal(rows(wish.storeFile, 'message'), 2);
      } finally {
        await indexer.stop();
      }
    });

    it(`sets a store aside that an unclean end has damaged, with ${engine}`, async () => {
      using dir = tempDir();
      transcriptIn(dir, 3000);
      const wish = config(dir, { engine, mode: 'once' });
      const first = new Indexer(wish, () => {});
      await first.start();
      await first.stop();
      damage(wish.storeFile);
      const said: FromIndexer[] = [];
      const indexer = new Indexer(wish, (message) => said.push(message));
      await indexer.start();
      await indexer.stop();
      assert.equal(logged(said, /^The store was damaged/), 1);
      assert.deepEqual(kinds(said), ['starting', 'watching']);
      assert.equal(rows(wish.storeFile, 'message'), 3000);
    });
  }
});

/** As if its last writer had been killed and part of the file lost. */
function damage(storeFile: string): void {
  const { db } = openForWriting(storeFile);
  db.exec("UPDATE meta SET value = '0' WHERE key = 'clean'");
  db.close();
  const half = Math.floor(statSync(storeFile).size / 8192) * 4096;
  const fd = openSync(storeFile, 'r+');
  writeSync(fd, Buffer.alloc(half, 0x5a), 0, half, half);
  closeSync(fd);
}

describe('the root a path lies below', () => {
  const root = (logFolder: string) =>
    ({ agent: 'claude', path: '', logFolder, source: 'setting', exists: true }) as const;
  const roots = ['a', 'ab', join('ab', 'c')].map((name) => root(join('/', name)));
  const above = (...parts: string[]): string | undefined =>
    rootAbove(join('/', ...parts), roots)?.logFolder;

  it('is no other one whose name it begins with, and the innermost', () => {
    assert.equal(above('a', 'x.jsonl'), join('/', 'a'));
    assert.equal(above('ab', 'x.jsonl'), join('/', 'ab'));
    assert.equal(above('ab', 'c', 'x.jsonl'), join('/', 'ab', 'c'));
    assert.equal(above('abc', 'x.jsonl'), undefined);
  });
});
