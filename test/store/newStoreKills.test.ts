import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findDamage } from '../../src/store/connection/checkStore.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { filesOfStore } from '../../src/store/connection/storeFiles.ts';
import { bundleChild, Life } from '../lib/crashLife.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { random } from '../lib/random.ts';
import { ingestPlainly, writeWorld } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { largeWorld } from '../lib/world.ts';

/** Programs killed in all. */
const kills = Number(process.env.OUTLAY_TEST_KILLS ?? 60);
/** A program at work is killed at most so long after it has begun. */
const longestWorkMs = 120;

test('programs killed while they build the first store lose nothing and count nothing twice', async () => {
  using dir = tempDir();
  const script = dir.at('child.cjs');
  bundleChild(script, 'test/lib/firstStoreChild.ts');
  const dice = random(20_261_130);
  let killed = 0;
  let unfinished = 0;
  for (let round = 0; killed < kills; round++) {
    const folder = dir.at(`round-${round}`);
    mkdirSync(folder);
    const files = largeWorld(round + 1, 120);
    writeWorld(folder, files);
    const store = join(folder, 'store', 'outlay.db');
    mkdirSync(dirname(store));
    const roots = [join(folder, 'a'), join(folder, 'b')];
    const [engine, other] = round % 2 === 0 ? engines : [...engines].reverse();
    // Some build all of it, some end the building after what they read first.
    const mostMs = dice.oneIn(2) ? '60000' : '0';
    for (let lives = 0; ; lives++) {
      const one = new Life(script, [engine!, store, mostMs, ...roots]);
      // Now and then a second window or a command begins at the same moment.
      const beside = dice.oneIn(2)
        ? new Life(script, [other!, store, mostMs, ...roots])
        : undefined;
      await one.atWork();
      const isLast = lives > 3 || killed >= kills;
      if (isLast) await beside?.endWithin(60_000);
      const end = await one.endWithin(isLast ? 60_000 : dice.below(longestWorkMs));
      if (end === 'killed') killed++;
      if ((await beside?.kill()) === 'killed') killed++;
      if (filesOfStore(store).some(({ kind }) => kind === 'unfinished')) unfinished++;
      const known = new Set(filesOfStore(store).map(({ path }) => path));
      for (const name of readdirSync(dirname(store))) {
        assert.ok(known.has(join(dirname(store), name)), name);
      }
      if (isLast && end === 'done') break;
    }
    const last = new Life(script, [engine!, store, mostMs, ...roots]);
    assert.equal(await last.endWithin(60_000), 'done');
    const { db, damage } = openForWriting(store);
    assert.equal(damage, undefined);
    assert.equal(findDamage(db, true), undefined);
    const actual = dumpStore(db);
    db.close();
    const { db: plain } = openForWriting(':memory:');
    ingestPlainly(plain, folder, files);
    const expected = dumpStore(plain);
    plain.close();
    assert.equal(actual === expected, true, difference(actual, expected));
  }
  assert.ok(unfinished > 0, 'none was killed before its store took its place');
});
