/**
 * A short run of everything the store promises about figures, over a fixed list of small worlds.
 * Bundled with one rule of the source broken, it must fail. Arguments: a folder to work in, and how
 * many worlds to try.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SqlDatabase } from '../../src/store/driver/types.ts';
import { openForWriting } from '../../src/store/openStore.ts';
import { difference, dumpStore } from './dumpStore.ts';
import { assertExample, type Example, examples } from './examples.ts';
import { bundledBook, otherBook, soleWriter } from './ingest.ts';
import { judge } from './oracle.ts';
import { assertRollups } from './rollups.ts';
import { ingestPlainly, ingestSomehow } from './schedule.ts';
import { assertVerdict } from './verdict.ts';
import { largeWorld, type WorldFile } from './world.ts';

const folder = mkdtempSync(join(process.argv[2]!, 'check-'));
const count = Number(process.argv[3]);

function withStore<T>(work: (db: SqlDatabase) => T): T {
  const { db } = openForWriting(':memory:', { engine: 'better-sqlite3' });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function check(files: readonly WorldFile[], seed: number): void {
  const place = join(folder, String(seed));
  mkdirSync(place);
  const expected = withStore((db) => {
    ingestPlainly(db, place, files);
    assertVerdict(db, judge(files, bundledBook().price));
    assertRollups(db);
    const dump = dumpStore(db);
    // Who is not the writer changes nothing.
    const stranger = soleWriter(db, {
      assertWriter() {
        throw new Error('not the writer');
      },
    });
    assert.throws(() => stranger.reprice(), /not the writer/);
    assert.equal(dumpStore(db), dump);
    soleWriter(db, { book: otherBook }).reprice();
    assertRollups(db);
    assert.equal(soleWriter(db, { book: otherBook }).reprice(), 0);
    soleWriter(db).reprice();
    assert.equal(dumpStore(db), dump);
    return dump;
  });
  rmSync(place, { recursive: true });
  mkdirSync(place);
  const actual = withStore((db) => {
    ingestSomehow(db, place, files, seed);
    return dumpStore(db);
  });
  assert.equal(actual === expected, true, difference(actual, expected));
}

/** Particular worlds, in several orders. */
function checkExample(example: Example, seed: number): void {
  const place = mkdtempSync(join(folder, 'example-'));
  withStore((db) => {
    ingestSomehow(db, place, example.files, seed);
    assertExample(db, example);
  });
}

try {
  for (const example of examples) {
    for (let seed = 1; seed <= 8; seed++) checkExample(example, seed);
  }
  for (let seed = 1; seed <= count; seed++) check(largeWorld(seed, 8 + (seed % 4) * 10), seed);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
