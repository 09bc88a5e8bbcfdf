import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anomalies, median, medianDeviation } from '../../../src/analysis/statistics/outliers.ts';

const nano = (...usd: number[]): number[] => usd.map((value) => Math.round(value * 1e9));
const scored = (values: readonly number[], decimals: number, found = anomalies(values)) =>
  values.map((value) => found.score(value)?.toFixed(decimals));

describe('outliers by the modified z-score', () => {
  it('measures distances in MADs', () => {
    const values = nano(0.08, 0.09, 0.1, 0.11, 5);
    const found = anomalies(values);
    assert.equal(found.status, 'ok');
    assert.equal(found.estimator, 'mad');
    assert.equal(found.median, 0.1e9);
    assert.equal(found.mad, 0.01e9);
    assert.deepEqual(scored(values, 3), ['-1.349', '-0.674', '0.000', '0.674', '330.505']);
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
      assert.equal(scored(nano(...values), 2).at(-1), score);
      assert.deepEqual(found.high, high);
    });
  }

  it('scores equal values as 0, by no estimator', () => {
    const found = anomalies(nano(2, 2, 2));
    assert.equal(found.estimator, 'none');
    assert.deepEqual(nano(2, 2, 2).map(found.score), [0, 0, 0]);
    assert.deepEqual([found.high, found.low], [[], []]);
  });

  it('says nothing of fewer than three values', () => {
    for (const values of [[], [1], [1, 9]]) {
      const found = anomalies(values);
      assert.equal(found.status, 'insufficient');
      assert.equal(found.median, values.length === 0 ? undefined : median(values));
      assert.equal(found.score(1), undefined);
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
    const values = [0, 1, 2, 4, 8, 16, -3];
    const found = anomalies(values, { log: true });
    assert.equal(found.leftOut, 2);
    assert.equal(found.median, Math.log(4));
    assert.equal(found.mad?.toFixed(9), Math.log(2).toFixed(9));
    assert.deepEqual(scored(values, 3, found), [
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

  it('finds the middle of values in any order, many of them equal', () => {
    const sorted = (values: readonly number[]): readonly number[] =>
      values.toSorted((a, b) => a - b);
    const few = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(few, (values) => {
        const half = values.length >> 1;
        const [lower, upper] = sorted(values).slice(half - 1, half + 1);
        const odd = values.length % 2 === 1;
        const middle = odd ? sorted(values)[half]! : (lower! + upper!) / 2;
        assert.equal(median(values), middle + 0);
      }),
    );
  });

  it('depends on neither the order, nor the unit, nor where zero is', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1_000_000 }), {
      minLength: 3,
      maxLength: 40,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 1000 }), (list, offset) => {
        const base = anomalies(list);
        const scores = scored(list, 6, base);
        assert.deepEqual(scored(list.toReversed(), 6), scores.toReversed());
        assert.deepEqual(
          scored(
            list.map((x) => 4 * x + offset),
            6,
          ),
          scores,
        );
        assert.ok(base.high.every((index) => !base.low.includes(index)));
      }),
    );
  });
});
