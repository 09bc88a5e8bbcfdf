import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { halves, slopeOf, trendOf } from '../../../src/analysis/spend/trend.ts';

describe('the trend of kept figures', () => {
  it('compares the later half with the earlier', () => {
    assert.deepEqual(halves([1, 3, 4, 8]), { earlier: 2, later: 6, change: 2 });
    assert.deepEqual(halves([2, 2, 99, 1, 1]), { earlier: 2, later: 1, change: -0.5 });
    assert.deepEqual(halves([-2, -1]), { earlier: -2, later: -1, change: 0.5 });
    assert.deepEqual(halves([0, 5]), { earlier: 0, later: 5, change: undefined });
    assert.equal(halves([1]), undefined);
  });

  it('has the slope of the nearest line', () => {
    // Of 1, 2, 2, 5 at 0 to 3: the offsets' products sum to 6, their squares to 5.
    assert.equal(slopeOf([1, 2, 2, 5]), 1.2);
    assert.equal(slopeOf([7, 7, 7]), 0);
    assert.equal(slopeOf([4]), undefined);
  });

  for (const [what, values, worse, tolerance, regression] of [
    ['growth above the tolerance', [10, 10, 12, 12], 'up', 0.19, true],
    ['growth of exactly the tolerance', [10, 10, 12, 12], 'up', 0.2, false],
    ['a fall of what should fall', [12, 12, 10, 10], 'up', 0, false],
    ['a fall of what should rise', [12, 12, 9, 9], 'down', 0.2, true],
    ['growth of what should rise', [9, 9, 12, 12], 'down', 0, false],
    ['growth from nothing', [0, 0, 0.1, 0.1], 'up', 5, true],
    ['nothing all along', [0, 0, 0, 0], 'up', 0, false],
  ] as const) {
    it(`${regression ? 'is a' : 'is no'} regression: ${what}`, () => {
      const found = trendOf(values, { worse, tolerance });
      assert.equal(found.status, 'ok');
      assert.equal(found.regression, regression);
    });
  }

  it('says nothing of fewer than four', () => {
    const found = trendOf([1, 2, 100], { worse: 'up', tolerance: 0 });
    assert.equal(found.status, 'insufficient');
    assert.equal(found.regression, false);
    assert.equal(found.halves, undefined);
  });

  it('finds the line that values lie on', () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(whole, whole, fc.integer({ min: 2, max: 60 }), (base, slope, count) => {
        const values = Array.from({ length: count }, (_, index) => base + slope * index);
        assert.ok(Math.abs(slopeOf(values)! - slope) < 1e-9);
      }),
    );
  });
});
