import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anomalies, median, medianDeviation } from '../../../src/analysis/robust.ts';

const nano = (...usd: number[]): number[] => usd.map((value) => Math.round(value * 1e9));
const rounded = (z: readonly (number | undefined)[], decimals: number): (string | undefined)[] =>
  z.map((score) => score?.toFixed(decimals));

describe('outliers by the modified z-score', () => {
  it('measures distances in MADs', () => {
    const found = anomalies(nano(0.08, 0.09, 0.1, 0.11, 5));
    assert.equal(found.status, 'ok');
    assert.equal(found.estimator, 'mad');
    assert.equal(found.median, 0.1e9);
    assert.equal(found.mad, 0.01e9);
    assert.deepEqual(rounded(found.z, 3), ['-1.349', '-0.674', '0.000', '0.674', '330.505']);
    assert.deepEqual(found.high, [4]);
    assert.deepEqual(found.low, []);
  });

  for (const [values, score, high] of [
    [[0.1, 0.1, 0.1, 5], '3.19', []],
    [[0.1, 0.1, 0.1, 0.1, 5], '3.99', [4]],
  ] as const) {
    it(`takes the mean distance where the MAD is 0: ${values.join(' ')}`, () => {
      const found = anomalies(nano(...values));
      assert.equal(found.estimator, 'mean-deviation');
      assert.equal(found.mad, 0);
      assert.equal(rounded(found.z, 2).at(-1), score);
      assert.deepEqual(found.high, high);
    });
  }

  it('scores equal values as 0, by no estimator', () => {
    const found = anomalies(nano(2, 2, 2));
    assert.equal(found.estimator, 'none');
    assert.deepEqual(found.z, [0, 0, 0]);
    assert.deepEqual([found.high, found.low], [[], []]);
  });

  it('says nothing of fewer than three values', () => {
    for (const values of [[], [1], [1, 9]]) {
      const found = anomalies(values);
      assert.equal(found.status, 'insufficient');
      assert.equal(found.median, values.length === 0 ? undefined : median(values));
      assert.deepEqual(
        found.z,
        values.map(() => undefined),
      );
    }
  });

  it('tells low from high', () => {
    const found = anomalies([100, 101, 102, 99, 98, 1, 500]);
    assert.deepEqual(found.high, [6]);
    assert.deepEqual(found.low, [5]);
  });

  it('flags only beyond the threshold', () => {
    // Median 3, MAD 1: the last value lies 8 away and scores 0.6745 · 8.
    const values = [1, 2, 3, 4, 11];
    assert.deepEqual(anomalies(values, { threshold: 0.6745 * 8 }).high, []);
    assert.deepEqual(anomalies(values, { threshold: 0.6745 * 8 - 0.001 }).high, [4]);
  });

  it('compares factors by logarithms and counts what has none', () => {
    const found = anomalies([0, 1, 2, 4, 8, 16, -3], { log: true });
    assert.equal(found.leftOut, 2);
    assert.equal(found.median, Math.log(4));
    assert.equal(found.mad?.toFixed(9), Math.log(2).toFixed(9));
    assert.deepEqual(rounded(found.z, 3), [
      undefined,
      '-1.349',
      '-0.674',
      '0.000',
      '0.674',
      '1.349',
      undefined,
    ]);
    assert.equal(anomalies([0, 0, 5, 6], { log: true }).status, 'insufficient');
  });

  it('gives the textbook median and MAD', () => {
    assert.equal(median([]), undefined);
    assert.equal(median([7]), 7);
    assert.equal(median([9, 1, 4, 2]), 3);
    assert.equal(medianDeviation([1, 1, 2, 2, 4, 6, 9], 2), 1);
  });

  it('depends on neither the order, nor the unit, nor where zero is', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1_000_000 }), {
      minLength: 3,
      maxLength: 40,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 1000 }), (list, offset) => {
        const base = anomalies(list);
        const scores = rounded(base.z, 6);
        assert.deepEqual(rounded(anomalies(list.toReversed()).z, 6), scores.toReversed());
        assert.deepEqual(rounded(anomalies(list.map((x) => 4 * x + offset)).z, 6), scores);
        assert.ok(base.high.every((index) => !base.low.includes(index)));
      }),
    );
  });
});
