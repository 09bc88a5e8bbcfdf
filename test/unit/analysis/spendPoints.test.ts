import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { intervalOf, intervalSums, total } from '../../../src/analysis/spend/spendPoints.ts';

describe('stretches counted back from now', () => {
  for (const [at, stretch] of [
    [1000, 0],
    [901, 0],
    [900, 1],
    [1001, -1],
    [0, 10],
  ] as const) {
    it(`has ${at} in stretch ${stretch}`, () => {
      assert.equal(intervalOf(at, 1000, 100), stretch);
    });
  }

  it('are summed oldest first, and nothing beyond them', () => {
    const points = [1001, 1000, 950, 900, 800, 700, 0].map((at) => ({ at, nano: at }));
    assert.deepEqual(intervalSums(points, 1000, 100, 3), [800, 900, 1950]);
    assert.deepEqual(intervalSums(points, 1000, 100, 0), []);
    assert.equal(total([]), 0);
  });
});
