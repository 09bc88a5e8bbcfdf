import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findDamage } from '../../src/store/connection/checkStore.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { bundleChild, Life } from '../lib/crashLife.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { random } from '../lib/random.ts';
import { ingestPlainly, writeWorld } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { largeWorld } from '../lib/world.ts';

/** Writers and rivals killed in all. */
const kills = Number(process.env.OUTLAY_TEST_KILLS ?? 120);
/** A process at work is killed at most so long after its first transaction may begin. */
const longestWorkMs = 30;
/** One in five is killed within this time of its start, wherever it is by then. */
const longestLifeMs = 150;

test('writers killed at any moment lose nothing and count nothing twice', async () => {
  using dir = tempDir();
  const script = dir.at('child.cjs');
  bundleChild(script);
  const dice = random(20_261_122);
  let killed = 0;
  let atWork = 0;
  for (let round = 0; killed < kills; round++) {
    const folder = dir.at(`round-${round}`);
    mkdirSync(folder);
    const files = largeWorld(round + 1, 80);
    writeWorld(folder, files);
    const store = join(folder, 'store', 'outlay.db');
    const roots = [join(folder, 'a'), join(folder, 'b')];
    const [engine, other] = round % 2 === 0 ? engines : [...engines].reverse();
    const rivalArgs = ['rival', other!, store, ...roots];
    let rival = new Life(script, rivalArgs);
    for (;;) {
      const writer = new Life(script, ['writer', engine!, store, ...roots]);
      // Enough kills: the last writer of all may finish.
      const early = dice.oneIn(5);
      if (!early) await writer.atWork();
      const patience = dice.below(early ? longestLifeMs : longestWorkMs);
      if ((await writer.endWithin(killed < kills ? patience : 60_000)) === 'done') break;
      killed++;
      if (writer.said.includes('writing')) atWork++;
      if (dice.oneIn(4)) {
        assert.equal(await rival.kill(), 'killed');
        killed++;
        rival = new Life(script, rivalArgs);
      }
    }
    assert.equal(await rival.kill(), 'killed', `the rival ended: ${rival.errors}`);
    const actual = readBack(store);
    const { db } = openForWriting(':memory:');
    ingestPlainly(db, folder, files);
    const expected = dumpStore(db);
    db.close();
    assert.equal(actual === expected, true, difference(actual, expected));
  }
  assert.ok(atWork >= kills / 2, `only ${atWork} of ${killed} were at work`);
});

function readBack(store: string): string {
  const { db, damage } = openForWriting(store);
  assert.equal(damage, undefined);
  assert.equal(findDamage(db), undefined);
  const dump = dumpStore(db);
  db.close();
  return dump;
}
