import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spokenAmount, spokenState, usedOf } from '../../../src/budgets/budgetWords.ts';

const usd = { kind: 'usd' } as const;
const at = { now: Date.parse('2026-11-24T15:20:00Z'), zone: 'UTC' };
const dollars = (amount: number): number => Math.round(amount * 1e9);

describe('budgets in words people say', () => {
  test('amounts have no cents where there are none', () => {
    assert.equal(spokenAmount(usd, dollars(50)), '$50');
    assert.equal(spokenAmount(usd, dollars(41.2)), '$41.20');
    assert.equal(spokenAmount({ kind: 'agents' }, 1), '1 agent');
  });

  test('so much of so much, where it leads, and when it is used up', () => {
    const budget = {
      unit: usd,
      limit: dollars(50),
      spent: dollars(41),
      projected: dollars(63),
      usedUpAt: Date.parse('2026-11-27T09:00:00Z'),
    };
    assert.equal(
      spokenState(budget, at),
      '$41 of $50 · on track for $63 · over by $13 · used up on Nov 27',
    );
    const today = { ...budget, usedUpAt: Date.parse('2026-11-24T18:05:00Z') };
    assert.match(spokenState(today, at), /used up at 18:05$/);
  });

  test('what is used up says by how much, and nothing of a forecast', () => {
    const over = { unit: usd, limit: dollars(50), spent: dollars(52), projected: dollars(90) };
    assert.equal(spokenState(over, at), '$52 of $50 · over by $2');
    assert.equal(spokenState({ ...over, spent: dollars(50) }, at), '$50 of $50 · used up');
  });

  test('a lower bound says so, tokens are named once', () => {
    assert.equal(usedOf({ unit: usd, limit: 2e9, spent: 1e9, atLeast: true }), '≥ $1 of $2');
    const tokens = { kind: 'tokens', classes: ['input'] } as const;
    assert.match(usedOf({ unit: tokens, limit: 1e6, spent: 41_000 }), /^41\S* of 1\S* tokens$/);
  });
});
