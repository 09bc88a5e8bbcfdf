import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Budget,
  budgetActions,
  budgetState,
  recommendedAction,
} from '../../../src/analysis/budgets/budget.ts';
import { thresholdPresets } from '../../../src/analysis/budgets/thresholds.ts';
import { levels } from '../../../src/model/level.ts';

const budget: Budget = {
  scope: { kind: 'global' },
  period: { kind: 'lifetime' },
  unit: { kind: 'usd' },
  limit: 10_000,
  thresholds: thresholdPresets.default,
  basis: 'actual',
  action: 'notify',
};

describe('how far a budget is used', () => {
  it('is beyond it and nothing is left: 5 × $.10 of $.20', () => {
    assert.deepEqual(budgetState({ ...budget, limit: 200_000_000 }, 500_000_000), {
      spent: 500_000_000,
      judged: 500_000_000,
      remaining: 0,
      share: 2.5,
      level: 'stop',
      threshold: 1,
    });
  });

  for (const [spent, level, threshold] of [
    [0, 'ok', 0],
    [4999, 'ok', 0],
    [5000, 'info', 0.5],
    [7500, 'warning', 0.75],
    [9000, 'critical', 0.9],
    [9996, 'critical', 0.9],
    [10_000, 'stop', 1],
  ] as const) {
    it(`is ${level} from ${threshold} on: ${spent / 10_000}`, () => {
      const state = budgetState(budget, spent);
      assert.equal(state.level, level);
      assert.equal(state.threshold, threshold);
      assert.equal(state.remaining, 10_000 - spent);
    });
  }

  it('goes by its own thresholds', () => {
    const level = (thresholds: Budget['thresholds'], spent: number) =>
      budgetState({ ...budget, thresholds }, spent).level;
    assert.equal(level(thresholdPresets.daily, 7999), 'info');
    assert.equal(level(thresholdPresets.daily, 9500), 'critical');
    assert.equal(level(thresholdPresets.late, 7999), 'ok');
    assert.equal(level(thresholdPresets.late, 9999), 'warning');
    assert.equal(level(thresholdPresets.late, 10_000), 'stop');
  });

  it('is judged by the forecast where that decides', () => {
    const ahead: Budget = { ...budget, basis: 'forecast' };
    assert.equal(budgetState(budget, 1000, 9500).level, 'ok');
    const state = budgetState(ahead, 1000, 9500);
    assert.deepEqual([state.level, state.judged, state.remaining], ['critical', 9500, 9000]);
    assert.equal(budgetState(ahead, 9500, 1000).judged, 9500);
    assert.equal(budgetState(ahead, 5000).level, 'info');
  });

  it('recommends something else at each level, and with what is known', () => {
    const plain = levels.map((level) => recommendedAction(level, budget));
    assert.equal(new Set(plain).size, levels.length);
    const hints = {
      savings: 'Ending idle sessions saves $3 a day',
      spender: { name: 'reviewer', cheaper: 'Haiku 4.5' },
    };
    assert.equal(
      recommendedAction('warning', budget, hints),
      'Ending idle sessions saves $3 a day.',
    );
    assert.equal(
      recommendedAction('critical', budget, hints),
      'Use Haiku 4.5 for reviewer, which costs most.',
    );
  });

  it('says at the end what is refused', () => {
    const said = budgetActions.map((action) =>
      recommendedAction('stop', { ...budget, action }, { guarded: true }),
    );
    assert.equal(new Set(said).size, budgetActions.length);
    assert.equal(said[0], 'Nothing is refused. Raise the budget.');
    assert.match(
      recommendedAction('stop', { ...budget, action: 'stop', period: { kind: 'day' } }),
      /wait for the next day\.$/,
    );
  });

  it('says of a company’s limit that its gateway refuses, and that nobody here raises it', () => {
    for (const scope of [{ kind: 'company' }, { kind: 'companyGroup', name: 'web' }] as const) {
      const limit: Budget = { ...budget, scope, period: { kind: 'month' } };
      assert.equal(
        recommendedAction('stop', limit),
        "The company's gateway refuses requests. Ask your company for more or wait for the next month.",
      );
    }
  });

  it('claims nothing where no guard is there to act', () => {
    for (const action of budgetActions) {
      const said = recommendedAction('stop', { ...budget, action });
      assert.match(said, /^Nothing is refused/);
      assert.equal(said.includes('outlay guard install'), action !== 'notify');
    }
  });
});
