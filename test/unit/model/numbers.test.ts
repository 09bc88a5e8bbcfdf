import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatNumber, numberStyles, shareOfPercent } from '../../../src/model/numbers.ts';

describe('numbers', () => {
  for (const locale of numberStyles.keys()) {
    it(`are written in ${locale} as Intl writes them`, () => {
      const values = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
      fc.assert(
        fc.property(values, fc.integer({ min: 0, max: 6 }), (value, decimals) => {
          const wanted = new Intl.NumberFormat(locale, {
            minimumFractionDigits: decimals,
            maximumFractionDigits: decimals,
          });
          // An eighth has an exact binary form, so that rounding is not what is compared.
          const exact = decimals < 3 ? value : value / 8;
          assert.equal(formatNumber(exact, decimals, locale), wanted.format(exact));
        }),
        {
          numRuns: 100,
          examples: [
            [1234, 0],
            [-1234, 2],
            [999, 0],
            [12345, 1],
          ],
        },
      );
    });
  }

  it('are written by Intl in any other language, and plainly in none', () => {
    assert.equal(formatNumber(1_234_567.5, 2, 'da'), '1.234.567,50');
    assert.equal(formatNumber(1_234_567.5, 2), '1234567.50');
  });

  it('are shares of a percentage, as near as a number can be', () => {
    assert.equal(shareOfPercent(99.9), 0.999);
    assert.equal(shareOfPercent(33.3), 0.333);
    assert.equal(shareOfPercent(12.345678), 0.12345678);
    assert.equal(shareOfPercent(250), 2.5);
    assert.equal(shareOfPercent(0), 0);
  });
});
