import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { mostSum } from '../../src/store/schema/saturate.ts';
import { engines } from '../lib/engines.ts';
import { goodLine, goodNano, hostileLine } from '../lib/hostileLines.ts';
import { chunksOf, ingestAll } from '../lib/ingest.ts';
import { processorMs } from '../lib/processorTime.ts';
import { random } from '../lib/random.ts';
import { assertRollups } from '../lib/rollups.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';

/*
 * Transcripts made of bytes nobody wrote. By hand, for an hour or so:
 *   OUTLAY_FUZZ_RUNS=100000 node --test test/store/fuzz.test.ts
 * A failure names its seed; OUTLAY_FUZZ_SEED=N OUTLAY_FUZZ_RUNS=1 repeats it.
 */
const runs = Number(process.env.OUTLAY_FUZZ_RUNS ?? 1500);
const firstSeed = Number(process.env.OUTLAY_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Without a number of runs it stops after this long, so that slow machines are not held up. */
const mostMs = process.env.OUTLAY_FUZZ_RUNS === undefined ? 30_000 : Number.POSITIVE_INFINITY;
/** One case takes some ten milliseconds. */
const slowMs = 10_000;

function tryOne(dir: TempDir, seed: number): void {
  const dice = random(seed);
  const marks = [0, 1, 2].map((i) => `good-${seed}-${i}`);
  const [before, behind, beside] = marks.map((mark) => goodLine(mark));
  const rubbish = Array.from({ length: 1 + dice.below(5) }, () => hostileLine(dice));
  const folder = dir.at(String(seed), 'projects', 'p');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 's1.jsonl');
  writeFileSync(path, Buffer.from([before, ...rubbish, behind, ''].join('\n'), 'latin1'));
  writeFileSync(join(folder, 's2.jsonl'), `${beside}\n`);
  // However it is cut into chunks, the same comes out.
  const read = (chunkBytes?: number): string =>
    JSON.stringify(
      [...chunksOf(dir.at(String(seed), 'projects'), path, undefined, chunkBytes)]
        .flatMap(({ batch }) => [batch.messages, batch.costStates, batch.events])
        .flat(2),
    );
  assert.equal(read(1), read());
  const { db } = openForWriting(':memory:', { engine: engines[seed % 2]! });
  try {
    ingestAll(db, dir.at(String(seed)));
    const found = db
      .prepare(
        "SELECT input AS i, output AS o, nano AS n FROM message WHERE mid LIKE 'good-%' AND counted = 1",
      )
      .all<{ i: number; o: number; n: number }>();
    assert.deepEqual(
      found.map(({ i, o, n }) => [i, o, n]),
      marks.map(() => [1000, 100, goodNano]),
    );
    const reader = new StoreReader(db);
    const sums = reader.spend({ from: 0, to: Number.MAX_SAFE_INTEGER }, undefined);
    for (const [name, value] of Object.entries(sums)) {
      assert.ok(Number.isSafeInteger(value) && value >= 0, `${name} is ${value}`);
    }
    const listed = reader.sessions();
    for (const { background } of listed) assert.ok(background <= mostSum);
    if (Object.values(sums).every((value) => value < mostSum)) assertRollups(db);
  } finally {
    db.close();
  }
}

test(`rubbish costs no more than its own lines: ${runs} transcripts from seed ${firstSeed}`, () => {
  using dir = tempDir('outlay-fuzz');
  const started = Date.now();
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const began = Date.now();
    if (began - started > mostMs) break;
    try {
      const took = processorMs(() => tryOne(dir, seed));
      assert.ok(took < slowMs, `it took ${took} ms`);
    } catch (error) {
      throw new Error(`OUTLAY_FUZZ_SEED=${seed} OUTLAY_FUZZ_RUNS=1`, { cause: error });
    }
  }
});
