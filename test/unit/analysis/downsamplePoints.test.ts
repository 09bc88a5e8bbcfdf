import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { downsamplePoints } from '../../../src/analysis/spend/downsamplePoints.ts';
import { anomalies, usualBounds } from '../../../src/analysis/statistics/outliers.ts';

const span = { from: 0, to: 1000 };

describe('what a chart can show of many points', () => {
  test('few points stay as they are', () => {
    const points = [
      { at: 1, nano: 1 },
      { at: 2, nano: 2 },
    ];
    assert.equal(downsamplePoints(points, span, 1), points);
  });

  test('of each column the cheapest and the dearest, none of them twice', () => {
    const points = [3, 1, 2].map((nano, at) => ({ at, nano }));
    assert.deepEqual(downsamplePoints([...points, { at: 999, nano: 5 }], span, 1), [
      { at: 1, nano: 1 },
      { at: 999, nano: 5 },
    ]);
    assert.deepEqual(downsamplePoints([...points, { at: 999, nano: 5 }, ...points], span, 2), [
      { at: 1, nano: 1 },
      { at: 0, nano: 3 },
      { at: 999, nano: 5 },
    ]);
  });

  test('never more than two a column, and no extreme is lost', () => {
    const point = fc.record({ at: fc.nat(999), nano: fc.nat(1_000_000) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 300 }), fc.nat(20), (points, more) => {
        const columns = more + 1;
        const shown = downsamplePoints(points, span, columns);
        assert.ok(shown.length <= 2 * columns);
        const costs = (list: typeof shown): number[] => list.map(({ nano }) => nano);
        assert.equal(Math.max(...costs(shown)), Math.max(...costs(points)));
        assert.equal(Math.min(...costs(shown)), Math.min(...costs(points)));
      }),
    );
  });
});

describe('the bounds of the usual', () => {
  test('are where the score is the threshold, factors with logarithms', () => {
    // Median 3, median deviation 1.
    const plain = usualBounds(anomalies([1, 2, 3, 4, 5]))!;
    const reach = 3.5 / 0.6745;
    assert.ok(Math.abs(plain.high - (3 + reach)) < 1e-9);
    assert.ok(Math.abs(plain.low - (3 - reach)) < 1e-9);
    const log = usualBounds(anomalies([1, 10, 100], { log: true }), { log: true })!;
    assert.ok(Math.abs(Math.log10(log.high) - (1 + reach)) < 1e-9);
    assert.equal(usualBounds(anomalies([1, 2])), undefined);
  });

  test('agree with what is found to stand out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 3, maxLength: 60 }), (values) => {
        const found = anomalies(values);
        const bounds = usualBounds(found)!;
        const close = 1e-9 * Math.max(1, bounds.high);
        for (const index of found.high) assert.ok(values[index]! > bounds.high - close);
        for (const index of found.low) assert.ok(values[index]! < bounds.low + close);
        const apart = new Set([...found.high, ...found.low]);
        values.forEach((value, index) => {
          if (found.estimator === 'none' || apart.has(index)) return;
          assert.ok(value <= bounds.high + close && value >= bounds.low - close);
        });
      }),
    );
  });
});
