import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { burn } from '../../../src/analysis/spend/burn.ts';
import { HumanError } from '../../../src/model/errors.ts';

const now = Date.UTC(2026, 10, 24, 12);
const day = 86_400_000;
const twoWeeks = { now, bucket: day, lookback: 14 * day };
/** Points in the middle of the days before now, the latest first. */
const spend = (...amounts: number[]) =>
  amounts.map((nano, index) => ({ at: now - (index + 0.5) * day, nano }));

describe('burn', () => {
  it('compares the latest bucket with the active ones before it', () => {
    const found = burn(spend(300, 100, 0, 200), { ...twoWeeks, alertAbove: 1 });
    assert.equal(found.latest, 300);
    assert.equal(found.buckets.length, 14);
    assert.deepEqual(found.buckets.slice(-4), [200, 0, 100, 300]);
    assert.deepEqual(found.active, { mean: 150, change: 1 });
    assert.deepEqual(found.all, { mean: 300 / 13, change: (300 * 13 - 300) / 300 });
    assert.equal(found.skipped, undefined);
    // Exactly the limit is not above it.
    assert.equal(found.alert, false);
    assert.equal(burn(spend(301, 100, 0, 200), { ...twoWeeks, alertAbove: 1 }).alert, true);
    assert.equal(burn(spend(301, 100, 0, 200), twoWeeks).alert, false);
  });

  it('does not take a mean that cannot be written exactly for less than it is', () => {
    // A third of 1000 is usual, half more than that is allowed: 500 is exactly that.
    const points = spend(500, 333, 333, 334);
    assert.equal(burn(points, { ...twoWeeks, alertAbove: 0.5 }).alert, false);
  });

  for (const [what, points, skipped] of [
    ['nothing at all', [], 'no-data'],
    ['spend before the lookback only', [{ at: now - 20 * day, nano: 9 }], 'no-data'],
    ['spend to come only', [{ at: now + day, nano: 9 }], 'no-data'],
    ['the latest bucket only', spend(9), 'only-latest'],
    ['earlier buckets that cost nothing', spend(9, 0), 'no-earlier-spend'],
    ['buckets that cost nothing', spend(0, 0), 'no-earlier-spend'],
  ] as const) {
    it(`skips ${what}`, () => {
      const found = burn(points, { ...twoWeeks, alertAbove: 0 });
      assert.equal(found.skipped, skipped);
      assert.equal(found.active, undefined);
      assert.equal(found.all, undefined);
      assert.equal(found.alert, false);
    });
  }

  it('takes whole buckets only and says what is left', () => {
    const found = burn(spend(1, 1, 1, 1, 1), { now, bucket: 2 * day, lookback: 5 * day });
    assert.deepEqual(found.buckets, [2, 2]);
    assert.equal(found.rest, day);
  });

  it('gives a bucket its end and not its beginning', () => {
    const points = [
      { at: now, nano: 1 },
      { at: now - day, nano: 10 },
      { at: now - day + 1, nano: 100 },
    ];
    assert.deepEqual(burn(points, { now, bucket: day, lookback: 2 * day }).buckets, [10, 101]);
  });

  it('refuses a bucket longer than the lookback', () => {
    assert.throws(
      () => burn([], { now, bucket: 30 * day, lookback: 7 * day }),
      (error) =>
        error instanceof HumanError && error.reason === 'usage' && /30 d.*7 d/.test(error.message),
    );
  });

  it('puts all spend of the buckets into them, once', () => {
    const points = fc.array(
      fc.record({ at: fc.integer({ min: -50, max: 50 }), nano: fc.nat(999) }),
    );
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 9 }), (list, bucket) => {
        const { buckets, rest } = burn(list, { now: 0, bucket, lookback: 40 });
        const inside = list.filter(({ at }) => at <= 0 && at > rest - 40);
        const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
        assert.equal(sum(buckets), sum(inside.map(({ nano }) => nano)));
        assert.equal(buckets.length * bucket + rest, 40);
      }),
    );
  });
});
