import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { counterfactual } from '../../../src/analysis/spend/counterfactual.ts';

const nano = (usd: number): number => Math.round(usd * 1e9);

describe('what the same tokens cost elsewhere', () => {
  // 50,000 input tokens on haiku and as many on sonnet, which did cost $.1625.
  const groups = [
    { item: 50_000, messages: 1, nano: nano(0.0125) },
    { item: 50_000, messages: 1, nano: nano(0.15) },
  ];
  for (const [baseline, perToken, sum, savings, percent] of [
    ['haiku', 250, 0.025, -0.1375, '-550.00'],
    ['sonnet', 3000, 0.3, 0.1375, '45.83'],
    ['opus', 15_000, 1.5, 1.3375, '89.17'],
  ] as const) {
    it(`compares with ${baseline}`, () => {
      const found = counterfactual(groups, (tokens) => tokens * perToken);
      assert.equal(found.actual, nano(0.1625));
      assert.equal(found.baseline, nano(sum));
      assert.equal(found.savings, nano(savings));
      assert.equal((found.share! * 100).toFixed(2), percent);
    });
  }

  it('leaves what has no price out of both sides', () => {
    const mixed = [
      { item: 'both', messages: 2, nano: 10 },
      { item: 'no actual', messages: 3, nano: undefined },
      { item: 'no baseline', messages: 4, nano: 70 },
    ];
    const price = (item: string): number | undefined => (item === 'no baseline' ? undefined : 5);
    assert.deepEqual(counterfactual(mixed, price), {
      baseline: 5,
      actual: 10,
      savings: -5,
      share: -1,
      messages: 2,
      leftOut: 7,
    });
  });

  it('has no percentage of nothing', () => {
    assert.equal(counterfactual([], () => 1).share, undefined);
    const free = counterfactual([{ item: 0, messages: 1, nano: 5 }], () => 0);
    assert.deepEqual([free.savings, free.share], [-5, undefined]);
  });

  it('saves nothing against the prices that were paid', () => {
    const amounts = fc.array(fc.option(fc.nat(1_000_000), { nil: undefined }));
    fc.assert(
      fc.property(amounts, (list) => {
        const own = list.map((amount) => ({ item: amount, messages: 1, nano: amount }));
        const found = counterfactual(own, (amount) => amount);
        assert.equal(found.savings, 0);
        assert.equal(found.messages + found.leftOut, list.length);
      }),
    );
  });
});
