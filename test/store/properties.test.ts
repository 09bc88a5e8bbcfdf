import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { bundledBook, otherBook, soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';
import { judge } from '../lib/oracle.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly, ingestSomehow } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { assertVerdict } from '../lib/verdict.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

/** Worlds tried per property; `OUTLAY_TEST_RUNS=5000` for a long night. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 200);

test('any order, any split and any repetition gives the same store', () => {
  using dir = tempDir();
  let count = 0;
  fc.assert(
    fc.property(worlds, fc.nat(), (ops, seed) => {
      const files = playWorld(ops);
      // One folder for both ways: paths are part of the store.
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const actual = withStore('better-sqlite3', (db) => {
        ingestSomehow(db, folder, files, seed);
        return dumpStore(db);
      });
      const expected = withStore('node:sqlite', (db) => {
        ingestPlainly(db, folder, files);
        return dumpStore(db);
      });
      assert.equal(actual === expected, true, difference(actual, expected));
    }),
    { numRuns: runs },
  );
});

test('the store says what the words of the design say', () => {
  using dir = tempDir();
  let count = 0;
  fc.assert(
    fc.property(worlds, (ops) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      withStore('better-sqlite3', (db) => {
        ingestPlainly(db, folder, files);
        assertVerdict(db, judge(files, bundledBook().price));
        assertRollups(db);
      });
    }),
    { numRuns: runs * 2 },
  );
});

test('pricing anew gives what reading anew at those prices gives', () => {
  using dir = tempDir();
  let count = 0;
  fc.assert(
    fc.property(worlds, (ops) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const actual = withStore('better-sqlite3', (db) => {
        ingestPlainly(db, folder, files);
        const before = dumpStore(db);
        assert.equal(soleWriter(db).reprice(), 0, 'the same prices change nothing');
        assert.equal(dumpStore(db), before);
        soleWriter(db, { book: otherBook }).reprice();
        assertRollups(db);
        return dumpStore(db);
      });
      const expected = withStore('better-sqlite3', (db) => {
        ingestPlainly(db, folder, files, { book: otherBook });
        return dumpStore(db);
      });
      assert.equal(actual === expected, true, difference(actual, expected));
    }),
    { numRuns: runs },
  );
});
