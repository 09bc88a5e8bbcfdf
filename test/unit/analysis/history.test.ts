import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costlyDays, directionOf, sparkline } from '../../../src/analysis/spend/history.ts';

describe('the history of days', () => {
  for (const [values, wanted] of [
    [[], ''],
    [[0, 0], '▁▁'],
    [[5], '█'],
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[0, 1, 1000], '▁▂█'],
    [[7, 6.1, 6], '██▇'],
  ] as const) {
    it(`is drawn as ${JSON.stringify(wanted)}`, () => {
      assert.equal(sparkline(values), wanted);
    });
  }

  it('goes up, down or neither', () => {
    assert.deepEqual(directionOf([10, 10, 15, 15]), { direction: 'up', change: 0.5 });
    assert.deepEqual(directionOf([10, 10, 4, 4]), { direction: 'down', change: -0.6 });
    assert.deepEqual(directionOf([20, 20, 21, 21]), { direction: 'flat', change: 0.05 });
    assert.deepEqual(directionOf([10, 11]), { direction: 'up', change: 0.1 });
    assert.deepEqual(directionOf([0, 3]), { direction: 'up', change: undefined });
    assert.deepEqual(directionOf([0, 0]), { direction: 'flat', change: undefined });
    assert.equal(directionOf([5]), undefined);
  });

  it('has days above twice the average of those with spend', () => {
    assert.deepEqual(costlyDays([1, 0, 1, 1, 5, 2, 0, 2]), { average: 2, above: [4] });
    // Exactly twice is not above it.
    assert.deepEqual(costlyDays([1, 1, 4]), { average: 2, above: [] });
    assert.deepEqual(costlyDays([0, 0]), { average: 0, above: [] });
  });
});
