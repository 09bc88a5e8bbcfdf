import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  formatNumber,
  numberStyles,
  percentText,
  shareOfPercent,
  shareText,
  wholeShares,
} from '../../../src/model/numbers.ts';

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

  for (const locale of numberStyles.keys()) {
    it(`have the percent sign in ${locale} where Intl puts it`, () => {
      const wanted = new Intl.NumberFormat(locale, { style: 'percent' }).format(0.42);
      assert.equal(percentText(42, 0, locale), wanted);
    });
  }

  it('are shares that are never rounded to nothing or to all', () => {
    assert.equal(shareText(0.516, 'en'), '52%');
    assert.equal(shareText(0.516, 'de'), '52\u00a0%');
    assert.equal(shareText(0, 'en'), '0%');
    assert.equal(shareText(0.001, 'en'), '<\u20091%');
    assert.equal(shareText(0.999, 'en'), '>\u200999%');
    assert.equal(shareText(1, 'en'), '100%');
  });

  it('are whole shares that add up to a hundred, none off by a whole percent', () => {
    assert.deepEqual(wholeShares([1, 1, 1]), [0.34, 0.33, 0.33]);
    assert.deepEqual(wholeShares([]), []);
    assert.deepEqual(wholeShares([0, 0]), [0, 0]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1 }), (parts) => {
        const sum = parts.reduce((total, part) => total + part, 0);
        fc.pre(sum > 0);
        const shares = wholeShares(parts);
        assert.equal(Math.round(shares.reduce((total, share) => total + share, 0) * 100), 100);
        for (const [index, share] of shares.entries()) {
          assert.ok(Math.abs(share - parts[index]! / sum) < 0.01);
        }
      }),
    );
  });
});
