import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cut } from '../../../src/model/cut.ts';
import { plainText } from '../../../src/text/plainText.ts';

it('cuts a text without halving a character', () => {
  assert.equal(cut('shop', 4), 'shop');
  assert.equal(cut('shopping', 4), 'shop');
  assert.equal(cut('ab😀', 3), 'ab');
  assert.equal(cut('ab😀', 4), 'ab😀');
  assert.equal(cut('😀', 0), '');
});

it('keeps the marks a writing needs, and no pile of them', () => {
  const stacked = plainText(`z${'\u0301'.repeat(1000)}y`);
  assert.equal(stacked, `z${'\u0301'.repeat(6)}y`);
  const vowels = 'בְּרֵאשִׁ֖ית ที่นี่';
  assert.equal(plainText(vowels), vowels);
});
