import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { budgetChoices, daysAbove } from '../../../src/analysis/budgets/suggestions.ts';
import { dailySpend } from '../../../src/analysis/spend/spendPoints.ts';

const dollars = (...amounts: number[]): number[] => amounts.map((usd) => usd * 1e9);

describe('a daily budget from what was spent', () => {
  it('looks at the days that had spend', () => {
    assert.deepEqual(dailySpend(dollars(0, 2, 0, 4, 0)), { active: 2, average: 3e9 });
    assert.deepEqual(dailySpend(dollars(0, 0)), { active: 0, average: 0 });
    assert.deepEqual(dailySpend([]), { active: 0, average: 0 });
  });

  it('counts the days above a limit, not those at it', () => {
    assert.equal(daysAbove(dollars(1, 5, 5.01, 9), 5e9), 2);
  });

  for (const [average, twice] of [
    [0, undefined],
    [0.001, 1],
    [3.1, 7],
    [5, 10],
    [5.01, 15],
    [48, 100],
    [51, 150],
    [620, 1500],
  ] as const) {
    it(`proposes ${twice} for an average of ${average}`, () => {
      const choices = budgetChoices(average * 1e9);
      assert.equal(choices.twice, twice);
      const usual = [5, 10, 20, 50, 100];
      const wanted = new Set(twice === undefined ? usual : [...usual, twice]);
      assert.deepEqual(
        choices.all,
        [...wanted].sort((a, b) => a - b),
      );
    });
  }
});
