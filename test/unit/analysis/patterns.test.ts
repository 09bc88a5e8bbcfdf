import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fits, isInFolder } from '../../../src/analysis/spend/patterns.ts';
import { processorMs } from '../../lib/processorTime.ts';

/** The same by a regular expression, which is right and may take for ever. */
function fitsByExpression(text: string, pattern: string, any: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', `${any}*`)
    .replaceAll('?', any);
  return new RegExp(`^${source}$`, 'su').test(text);
}

describe('patterns', () => {
  const letters = fc.constantFrom('a', 'b', '-', '.', '🙂', '\n', '*', '?', '\\');
  const text = fc.string({ unit: letters, maxLength: 12 });
  const pattern = fc.string({ unit: fc.oneof(letters, fc.constantFrom('*', '?')), maxLength: 8 });

  test('fit as a regular expression says', () => {
    fc.assert(
      fc.property(text, pattern, (name, wanted) => {
        assert.equal(fits(name, wanted), fitsByExpression(name, wanted, '.'));
      }),
      { numRuns: 20_000 },
    );
  });

  test('of folders as well', () => {
    const parts = fc.constantFrom('a', 'ab', '/', '\\', '.', '🙂');
    const path = fc.string({ unit: parts, maxLength: 10 });
    const wanted = fc.string({ unit: fc.oneof(parts, fc.constantFrom('*', '?')), maxLength: 8 });
    fc.assert(
      fc.property(path, wanted, (folder, glob) => {
        const source = glob
          .replace(/\/$/, '')
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '[^/\\\\]*')
          .replaceAll('?', '[^/\\\\]');
        const expected = new RegExp(`^${source}(?:[/\\\\].*)?$`, 'su').test(folder);
        assert.equal(isInFolder(folder, glob), expected);
      }),
      { numRuns: 20_000 },
    );
  });

  test('of many stars take no longer than long texts do', () => {
    const took = processorMs(() => {
      assert.equal(fits('-'.repeat(400), `${'*-'.repeat(150)}*x`), false);
      assert.equal(fits('-'.repeat(400), `${'*-'.repeat(150)}*`), true);
      assert.equal(isInFolder(`/${'-'.repeat(400)}`, `/${'*-'.repeat(150)}x`), false);
    });
    assert.ok(took < 1000, `${took} ms`);
  });
});
