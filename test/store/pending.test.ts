import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { messageSums } from '../../src/store/query/messageSpend.ts';
import { pendingSpend } from '../../src/store/query/pendingMessages.ts';
import { addSums, type SpendSums } from '../../src/store/schema/sums.ts';
import { bundledBook } from '../lib/ingest.ts';
import { linesOf, storeLines } from '../lib/tails.ts';
import { tempDir } from '../lib/tempDir.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

/** Worlds tried; `OUTLAY_TEST_RUNS=5000` for a long night. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 300);

function sums(db: SqlDatabase): SpendSums {
  return db
    .prepare(`SELECT ${messageSums} FROM message m WHERE m.counted = 1`)
    .get<SpendSums & Record<string, never>>()!;
}

test('the store and what is pending come to what the store will say', () => {
  using dir = tempDir();
  let count = 0;
  let moved = 0;
  fc.assert(
    fc.property(worlds, fc.nat(), fc.nat(), (ops, cut, repeat) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const some = openForWriting(':memory:', { engine: 'better-sqlite3' }).db;
      const all = openForWriting(':memory:', { engine: 'better-sqlite3' }).db;
      try {
        const pending = storeLines(folder, files, cut, repeat, some, all);
        const before = sums(some);
        const spend = pendingSpend(some, pending, bundledBook());
        const { client, ...expected } = sums(all);
        const { client: _, ...actual } = addSums([before, ...spend]);
        // What only the client's total has a price for is priced with it.
        if (client === 0 && before.client === 0) assert.deepEqual(actual, { ...expected });
        else assert.equal(actual.messages, expected.messages);
        if (spend.some(({ nano }) => nano < 0)) moved++;
        // Nothing is written, and what is stored by now changes nothing.
        assert.deepEqual(sums(some), before);
        assert.deepEqual(pendingSpend(all, linesOf(folder, files), bundledBook()), []);
      } finally {
        some.close();
        all.close();
      }
    }),
    { numRuns: Math.ceil(runs / 3) },
  );
  assert.ok(moved > 0, 'some records replaced others');
});

test('without a store every line is new, and repetitions are not', () => {
  using dir = tempDir();
  fc.assert(
    fc.property(worlds, (ops) => {
      const files = playWorld(ops);
      const folder = dir.at('once');
      mkdirSync(dirname(join(folder, 'x')), { recursive: true });
      const lines = linesOf(folder, files);
      const once = addSums(pendingSpend(undefined, lines, bundledBook()));
      const twice = addSums(pendingSpend(undefined, [...lines, ...lines], bundledBook()));
      assert.deepEqual(twice, once);
    }),
    { numRuns: 100 },
  );
});
