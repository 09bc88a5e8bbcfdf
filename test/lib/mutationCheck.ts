/**
 * A short run of everything the store promises about figures, over a fixed list of small worlds.
 * Bundled with one rule of the source broken, it must fail. Arguments: a folder to work in, a
 * folder with the worlds, made once for all runs, and the name of what is tried first, if any. The last line
 * of the errors is the name of what failed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { firstMoment } from '../../src/model/calendar.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { difference, dumpStore } from './dumpStore.ts';
import { assertExample, type Example, examples, orders } from './examples.ts';
import { bundledBook, otherBook, soleWriter } from './ingest.ts';
import { judge } from './oracle.ts';
import { random } from './random.ts';
import { tellOf } from './requestEvents.ts';
import {
  assertNoOrphans,
  assertRetentionExample,
  assertSummedUp,
  assertSumsKept,
  longHistory,
  sumsOf,
  thinAll,
} from './retention.ts';
import { retentionExamples } from './retentionExamples.ts';
import { assertRollups } from './rollups.ts';
import { ingestPlainly, ingestSomehow, readAgain } from './schedule.ts';
import { sumsTold } from './toldSums.ts';
import { assertVerdict } from './verdict.ts';
import type { WorldFile } from './world.ts';

const folder = mkdtempSync(join(process.argv[2]!, 'check-'));
/** How many there are; each is read when it is its turn: most rules show in one. */
const worlds = readdirSync(process.argv[3]!).length;

function world(number: number): readonly WorldFile[] {
  const file = join(process.argv[3]!, `${number}.json`);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as StoredWorld;
  return stored.map(({ content, ...place }) => ({
    ...place,
    content: Buffer.from(content, 'base64'),
  }));
}

type StoredWorld = readonly { root: string; path: string; content: string }[];

function withStore<T>(work: (db: SqlDatabase) => T): T {
  const { db } = openForWriting(':memory:', { engine: 'better-sqlite3' });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** Background of each session, in nano-dollars. */
function backgroundOf(db: SqlDatabase): number[] {
  const sql = 'SELECT background FROM session ORDER BY sid';
  return db
    .prepare(sql)
    .all<{ background: number }>()
    .map(({ background }) => background);
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
    const background = backgroundOf(db);
    soleWriter(db, { book: otherBook }).reprice();
    assertRollups(db);
    assert.deepEqual(backgroundOf(db), background, 'a price of one’s own changes no background');
    assert.equal(soleWriter(db, { book: otherBook }).reprice(), 0);
    soleWriter(db).reprice();
    assert.equal(dumpStore(db), dump);
    return dump;
  });
  if (seed <= 8) withStore((db) => checkRetention(db, place, files, seed));
  rmSync(place, { recursive: true });
  mkdirSync(place);
  const actual = withStore((db) => {
    ingestSomehow(db, place, files, seed);
    return dumpStore(db);
  });
  assert.equal(actual === expected, true, difference(actual, expected));
}

/** The same with what telemetry tells of the world. */
function checkTold(files: readonly WorldFile[], seed: number): void {
  const place = mkdtempSync(join(folder, 'told-'));
  const { price } = bundledBook();
  const events = tellOf(judge(files, price), random(seed));
  const sums = sumsTold(events, random(seed + 1));
  const expected = withStore((db) => {
    ingestPlainly(db, place, files);
    soleWriter(db).addRequests(events);
    assertVerdict(db, judge(files, price, events));
    soleWriter(db).addSums(sums);
    return dumpStore(db);
  });
  rmSync(place, { recursive: true });
  mkdirSync(place);
  const actual = withStore((db) => {
    ingestSomehow(db, place, files, seed, { events, sums });
    return dumpStore(db);
  });
  assert.equal(actual === expected, true, difference(actual, expected));
}

/** Sums stay when all messages are summed up, and when everything is read again after that. */
function checkRetention(
  db: SqlDatabase,
  place: string,
  files: readonly WorldFile[],
  seed: number,
): void {
  // Worlds last a few hours from ten in the morning, UTC: here that is around midnight.
  const zone = 'Etc/GMT-12';
  const limits = {
    zone,
    messagesBefore: firstMoment('2026-12-24', zone),
    daysBefore: firstMoment('2026-11-21', zone),
  };
  ingestPlainly(db, place, files);
  const before = sumsOf(db, limits);
  assert.ok(thinAll(soleWriter(db), limits, 100) < 100, 'it comes to an end');
  assertSumsKept(sumsOf(db, limits), before);
  assertSummedUp(db, limits);
  assertNoOrphans(db);
  const thinned = dumpStore(db);
  assert.equal(thinAll(soleWriter(db), limits, 100), 0);
  readAgain(db, place, files, seed);
  assert.equal(dumpStore(db) === thinned, true, difference(dumpStore(db), thinned));
}

/** A particular world, in any order of files and in some odd ways. */
function checkExample(example: Example): void {
  const ingest = [
    ...orders(example.files).map((files) => (db: SqlDatabase, place: string) => {
      ingestPlainly(db, place, files);
    }),
    ...[1, 2, 3].map((seed) => (db: SqlDatabase, place: string) => {
      ingestSomehow(db, place, example.files, seed);
    }),
  ];
  for (const way of ingest) {
    withStore((db) => {
      way(db, mkdtempSync(join(folder, 'example-')));
      assertExample(db, example);
    });
  }
}

const ofWorlds = Array.from({ length: worlds }, (_, i) => ({
  name: `world ${i + 1}`,
  run: () => check(world(i + 1), i + 1),
}));
const ofTold = ofWorlds.map(({ name }, i) => ({
  name: `${name}, told`,
  run: () => checkTold(world(i + 1), i + 1),
}));
const ofExamples = examples.map((example) => ({
  name: example.name,
  run: () => checkExample(example),
}));
const ofRetention = [
  {
    name: 'a long history',
    run: () =>
      withStore((db) => checkRetention(db, mkdtempSync(join(folder, 'long-')), longHistory(30), 1)),
  },
  ...retentionExamples.map((example) => ({
    name: example.name,
    run: () => assertRetentionExample(example, mkdtempSync(join(folder, 'retention-')), withStore),
  })),
];
// Most rules show in the first few worlds, the rest in the examples or not at all.
const all = [
  ...ofWorlds.slice(0, 8),
  ...ofExamples,
  ...ofRetention,
  ...ofWorlds.slice(8),
  ...ofTold,
];
const first = all.filter(({ name }) => name === process.argv[4]);

try {
  for (const { name, run } of new Set([...first, ...all])) {
    try {
      run();
    } catch (error) {
      console.error(error);
      console.error(name);
      process.exitCode = 1;
      break;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
