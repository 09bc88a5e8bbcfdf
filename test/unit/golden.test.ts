import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { goldenCorpus, goldenExpected } from '../../scripts/release/goldenCorpus.ts';

const golden = join(import.meta.dirname, '..', '..', 'golden');

test('the golden corpus is what the fixtures say: node scripts/release/golden.mjs writes it', () => {
  const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));
  assert.deepEqual(expected, goldenExpected());
  const packed = readFileSync(join(golden, 'corpus.br'));
  // Another version of Brotli may pack the same bytes differently.
  assert.ok(brotliDecompressSync(packed).equals(brotliDecompressSync(goldenCorpus())));
});
