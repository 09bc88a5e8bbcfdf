import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { mostSum } from '../../src/store/schema/saturate.ts';
import { engines } from '../lib/engines.ts';
import { chunksOf, ingestAll } from '../lib/ingest.ts';
import { assistant } from '../lib/parseLines.ts';
import { type Random, random } from '../lib/random.ts';
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

const corpusFile = join(import.meta.dirname, '..', 'fixtures', 'fuzz', 'corpus.jsonl');
const corpus = readFileSync(corpusFile)
  .toString('latin1')
  .split('\n')
  .filter((line) => line !== '');

/** Bytes that mean something to a reader of JSON lines, and amounts that mean something to a sum. */
const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '{"',
    '"',
    '\\',
    '\\"',
    ',',
    ':',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    '}{',
    '{}',
  ],
  ...['null', 'true', '-1', '0.5', '1e12', '1e308', '9007199254740993', '-0', '"12"', '1e999'],
  ...['\\u0074', '\\ud800', '\\x', '\xc3', '\xff\xfe', '\xef\xbb\xbf', '\xe2\x80\xa8'],
  ...['{"type":"assistant",', '"usage":{"input_tokens":1e12},', '"sessionId":"","uuid":"",'],
  ...['"iterations":[{"type":"advisor_message","input_tokens":1e12}],', '"__proto__":{"a":1},'],
  ...['{"type":"cost-state","totalCostUSD":9e6,"modelUsage":{}}\n', '"timestamp":"",'],
  ...[
    'a'.repeat(5000),
    '['.repeat(5000),
    '{"a":'.repeat(2000),
    '{},'.repeat(4000),
    '\\'.repeat(4999),
  ],
];

/** What stands where a number is looked for. */
const amounts = [
  '1e12',
  '1e308',
  '1e999',
  '9007199254740993',
  '-1',
  '-0',
  '0.5',
  '1e-9',
  'null',
  '"7"',
  '[]',
];

function mutated(line: string, dice: Random): string {
  let text = line;
  for (let left = dice.below(6); left > 0; left--) {
    const at = dice.below(text.length + 1);
    const to = Math.min(text.length, at + dice.below(dice.oneIn(3) ? 200 : 8));
    switch (dice.below(7)) {
      case 0:
        text = text.slice(0, at) + dice.pick(tokens) + text.slice(at);
        break;
      case 1:
        text = text.slice(0, at) + dice.pick(tokens) + text.slice(to);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 3:
        text = text.slice(0, at) + String.fromCharCode(dice.below(256)) + text.slice(at + 1);
        break;
      case 4: {
        const found = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
        if (found.length === 0) break;
        const { index, 0: number } = dice.pick(found);
        text = text.slice(0, index) + dice.pick(amounts) + text.slice(index + number.length);
        break;
      }
      case 5:
        text = text.slice(0, to) + text.slice(at, to).repeat(1 + dice.below(4)) + text.slice(to);
        break;
      default: {
        const other = dice.pick(corpus);
        const from = dice.below(other.length);
        text = text.slice(0, at) + other.slice(from, from + dice.below(300)) + text.slice(to);
      }
    }
  }
  return text;
}

/** A line that must be counted, whatever stands around it. */
function good(id: string): string {
  const usage = { input_tokens: 1000, output_tokens: 100 };
  return JSON.stringify(assistant({ id, usage }, { uuid: id, requestId: id }));
}

function tryOne(dir: TempDir, seed: number): void {
  const dice = random(seed);
  const marks = [0, 1, 2].map((i) => `good-${seed}-${i}`);
  const [before, behind, beside] = marks.map(good);
  const rubbish = Array.from({ length: 1 + dice.below(5) }, () => mutated(dice.pick(corpus), dice));
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
      marks.map(() => [1000, 100, 7_500_000]),
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
      tryOne(dir, seed);
      assert.ok(Date.now() - began < slowMs, `it took ${Date.now() - began} ms`);
    } catch (error) {
      throw new Error(`OUTLAY_FUZZ_SEED=${seed} OUTLAY_FUZZ_RUNS=1`, { cause: error });
    }
  }
});
