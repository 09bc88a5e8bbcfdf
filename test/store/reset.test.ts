import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { Lease, LeaseLostError } from '../../src/store/connection/writerLease.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { resetLoss, resetStore } from '../../src/store/upkeep/reset.ts';
import { Indexer } from '../../src/watchers/indexer.ts';
import { whileBusy } from '../../src/watchers/retryBusy.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { indexerConfig } from '../lib/indexerConfig.ts';
import { ingestAll, soleWriter } from '../lib/ingest.ts';
import { ingestPlainly, writeWorld } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { largeWorld, type WorldFile } from '../lib/world.ts';

/** What a store says that read these files and nothing else. */
function freshDump(folder: string, files: readonly WorldFile[]): string {
  const { db } = openForWriting(':memory:');
  try {
    ingestPlainly(db, folder, files);
    return dumpStore(db);
  } finally {
    db.close();
  }
}

function assertSame(actual: string, expected: string): void {
  assert.equal(actual === expected, true, difference(actual, expected));
}

function rowCounts(db: SqlDatabase): Record<string, number> {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all<{ name: string }>();
  const counts = tables.map(({ name }) => {
    const row = db.prepare(`SELECT count(*) AS n FROM ${name}`).get<{ n: number }>();
    return [name, row!.n] as const;
  });
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}

/** Resets from a connection of its own, as another program would. */
async function resetFromOutside(file: string, engine: Engine): Promise<void> {
  const { db } = await whileBusy(() => openForWriting(file, { engine }));
  try {
    await whileBusy(() => resetStore(db, 'terminal', Date.now()));
  } finally {
    db.close();
  }
}

for (const engine of engines) {
  const other = engines.find((name) => name !== engine)!;
  describe(`reset, ${engine}`, () => {
    test('leaves a store as it was when it was made, but for the revision', () => {
      using dir = tempDir();
      const files = largeWorld(1, 200);
      writeWorld(dir.path, files);
      const file = dir.at('outlay.db');
      const { db } = openForWriting(file, { engine });
      const empty = rowCounts(db);
      const writer = soleWriter(db);
      ingestAll(db, dir.at('a'), { writer });
      ingestAll(db, dir.at('b'), { writer });
      writer.setMeta('clean', '0');
      writer.reprice();
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const before = { size: statSync(file).size, revision: new StoreReader(db).revision() };
      assert.ok(rowCounts(db).message! > 50);
      const { sid } = db.prepare('SELECT sid FROM session').get<{ sid: string }>()!;
      assert.ok(readFileSync(file).includes(sid));

      resetStore(db, 'editor', 1_234_567);
      assert.deepEqual(rowCounts(db), { ...empty, meta: 3 });
      const reader = new StoreReader(db);
      assert.equal(Number(reader.revision()), Number(before.revision) + 1);
      assert.equal(reader.meta('createdAt'), '1234567');
      assert.equal(reader.lease(), undefined);
      assert.ok(statSync(file).size < before.size, 'the disk has its room back');
      // Nor is anything left of it in pages that are not used any more.
      for (const path of [file, `${file}-wal`]) {
        assert.equal(readFileSync(path).includes(sid), false, path);
      }
      db.close();

      const again = openForWriting(file, { engine });
      assert.equal(again.damage, undefined);
      ingestAll(again.db, dir.at('a'));
      ingestAll(again.db, dir.at('b'));
      assertSame(dumpStore(again.db), freshDump(dir.path, files));
      again.db.close();
    });

    test('a writer beside it stores nothing more, and nothing of what it remembers', () => {
      using dir = tempDir();
      const files = largeWorld(2, 120);
      writeWorld(dir.path, files);
      const file = dir.at('outlay.db');
      const { db } = openForWriting(file, { engine });
      const lease = new Lease(db, 'editor');
      assert.equal(lease.acquire(Date.now()), true);
      const writer = soleWriter(db, { assertWriter: () => lease.assertHeld() });
      ingestAll(db, dir.at('b'), { writer });

      const outside = openForWriting(file, { engine: other }).db;
      resetStore(outside, 'terminal', Date.now());
      assert.equal(lease.extend(Date.now()), false, 'the next heartbeat finds out as well');
      assert.throws(() => ingestAll(db, dir.at('a'), { writer }), LeaseLostError);
      assert.deepEqual(Object.keys(rowCounts(outside)), ['meta', 'word']);

      // Words, sessions and agents it had in memory have other numbers now.
      assert.equal(lease.acquire(Date.now()), true);
      ingestAll(db, dir.at('b'), { writer });
      ingestAll(db, dir.at('a'), { writer });
      assertSame(dumpStore(outside), freshDump(dir.path, files));
      outside.close();
      db.close();
    });

    test('processes that write while it happens end with what a fresh store says', async () => {
      using dir = tempDir();
      const files = largeWorld(3, 250);
      writeWorld(dir.path, files);
      const file = dir.at('outlay.db');
      const args = [file, dir.at('a'), dir.at('b')];
      let [resets, atWork] = [0, 0];
      while (resets < 12) {
        const child = startWriter(engine, args);
        while (child.process.exitCode === null && resets < 12) {
          await child.writing();
          await sleep(resets % 5);
          if (child.process.exitCode === null) atWork++;
          await resetFromOutside(file, resets % 2 === 0 ? other : engine);
          resets++;
        }
        assert.equal(await child.end(), 0, child.errors());
      }
      assert.ok(atWork >= 6, `only ${atWork} of ${resets} resets met a writer at work`);
      assert.equal(await startWriter(engine, args).end(), 0);
      const db = openForReading(file, { engine })!;
      assertSame(dumpStore(db), freshDump(dir.path, files));
      db.close();
    });

    test('an indexer that watches reads everything again by itself', async () => {
      using dir = tempDir();
      const files = largeWorld(4, 150);
      writeWorld(dir.path, files);
      const file = dir.at('store', 'outlay.db');
      const indexer = new Indexer(
        indexerConfig(dir.path, {
          storeFile: file,
          configDirs: [dir.at('a'), dir.at('b')],
          engine,
        }),
        () => {},
      );
      const expected = freshDump(dir.path, files);
      const dump = (): string => {
        const db = openForReading(file, { engine: other })!;
        try {
          return dumpStore(db);
        } finally {
          db.close();
        }
      };
      await indexer.start();
      try {
        assertSame(dump(), expected);
        for (let round = 0; round < 3; round++) {
          await resetFromOutside(file, other);
          const end = Date.now() + 20_000;
          while (Date.now() < end && dump() !== expected) await sleep(20);
          assertSame(dump(), expected);
        }
      } finally {
        await indexer.stop();
      }
    });

    test('says beforehand what cannot be read again', () => {
      using dir = tempDir();
      const files = largeWorld(5, 60);
      writeWorld(dir.path, files);
      const { db } = openForWriting(':memory:', { engine });
      const writer = soleWriter(db);
      ingestAll(db, dir.at('a'), { writer });
      ingestAll(db, dir.at('b'), { writer });
      const paths = [...writer.files.all().keys()];
      const [inA, inB] = ['a', 'b'].map((root) =>
        paths.filter((path) => path.startsWith(dir.at(root))),
      );
      assert.ok(inA!.length > 1 && inB!.length > 1);
      rmSync(inA![0]!);
      const loss = resetLoss(db, [dir.at('a')], existsSync);
      const { messages, sessions } = new StoreReader(db).kept();
      assert.deepEqual(loss, {
        messages,
        sessions,
        transcripts: paths.length,
        gone: 1,
        outside: inB!.length,
      });
      assert.equal(resetLoss(db, [dir.at('a'), dir.at('b')], existsSync).outside, 0);
      db.close();
    });
  });
}

interface WriterProcess {
  readonly process: ChildProcess;
  /** Waits until it is the writer once more than before, or has ended. */
  writing(): Promise<void>;
  end(): Promise<number | null>;
  errors(): string;
}

/** A process that reads transcripts in very small transactions until it has read them all. */
function startWriter(engine: Engine, args: readonly string[]): WriterProcess {
  const script = join(import.meta.dirname, '..', 'lib', 'crashChild.ts');
  const child = spawn(process.execPath, [script, 'writer', engine, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let [errors, said, heard] = ['', '', 0];
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (errors += text));
  const times = (): number => said.split('writing').length - 1;
  return {
    process: child,
    async writing() {
      while (times() === heard && child.exitCode === null) await sleep(1);
      heard = times();
    },
    async end() {
      await closed;
      return child.exitCode;
    },
    errors: () => errors,
  };
}
