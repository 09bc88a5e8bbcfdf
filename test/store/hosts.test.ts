import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { withStore } from '../lib/memoryStore.ts';
import { random } from '../lib/random.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly, ingestSomehow } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { playWorld, type WorldFile } from '../lib/world.ts';
import { type Op, worlds } from '../lib/worldOps.ts';

const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 20);

/** A world's files as they are seen on several hosts: each file on some of them, `everywhere` on this machine too. */
function seen(files: readonly WorldFile[], seed: number, everywhere: boolean): WorldFile[] {
  const dice = random(seed);
  return files.flatMap((file) => {
    const hosts = ['@ubuntu', '@windows'].filter(() => dice.oneIn(2));
    const own = everywhere || hosts.length === 0 || dice.oneIn(2) ? [''] : [];
    return [...own, ...hosts].map((host) => ({ ...file, root: `${file.root}${host}` }));
  });
}

/**
 * Without how sessions of other hosts are compared record by record: what they had in common may by now be
 * another host's.
 */
function settled(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => !/^shared_trace .*@/.test(line))
    .map((line) =>
      /^session .*@/.test(line) ? line.replace(/"(related|own_at)":(\d+|null),/g, '') : line,
    )
    .join('\n');
}

/** Totals a session has lost to another host priced one of its messages before. */
const lostTotals: readonly Op[] = [
  { kind: 'session', session: 0, wait: 0, n: 0, m: 0 },
  { kind: 'assistant', session: 7, wait: 0, n: 11, m: 1 },
  { kind: 'costState', session: 7, wait: 0, n: 0, m: 0 },
  { kind: 'costState', session: 0, wait: 0, n: 0, m: 0 },
  { kind: 'assistant', session: 0, wait: 0, n: 0, m: 0 },
  { kind: 'agent', session: 3, wait: 0, n: 61, m: 1 },
];

test('whatever is seen of whichever host, in any order, gives the same store', () => {
  using dir = tempDir();
  let count = 0;
  fc.assert(
    fc.property(worlds, fc.nat(), (ops, seed) => {
      const files = seen(playWorld(ops), seed, false);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const actual = withStore('better-sqlite3', (db) => {
        ingestSomehow(db, folder, files, seed);
        assertRollups(db);
        return settled(dumpStore(db));
      });
      const expected = withStore('node:sqlite', (db) => {
        ingestPlainly(db, folder, files);
        return settled(dumpStore(db));
      });
      assert.equal(actual === expected, true, difference(actual, expected));
    }),
    { numRuns: runs, examples: [[lostTotals, 722_411_426]] },
  );
});

test('what is seen of other hosts besides counts nothing twice and changes nothing of ours', () => {
  using dir = tempDir();
  let count = 0;
  // Where states of records are kept makes no figure, and what names another host's sessions names none of ours.
  const own = (dump: string): string =>
    dump
      .split('\n')
      .filter((line) => !line.includes('@') || line.startsWith('message '))
      .filter((line) => !/^(variant|summary) /.test(line))
      .map((line) => line.replace(/"identity":\d,"lines":("[0-9A-F]*"|null),/, ''))
      .join('\n');
  fc.assert(
    fc.property(worlds, fc.nat(), (ops, seed) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const actual = withStore('better-sqlite3', (db) => {
        ingestSomehow(db, folder, seen(files, seed, true), seed);
        return dumpStore(db);
      });
      const expected = withStore('better-sqlite3', (db) => {
        ingestPlainly(db, folder, files);
        return dumpStore(db);
      });
      assert.equal(own(actual) === own(expected), true, difference(own(actual), own(expected)));
    }),
    { numRuns: runs },
  );
});
