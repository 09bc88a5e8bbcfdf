import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exhaustion, project, spentAtPeriodEnd } from '../../../src/analysis/spend/projection.ts';

const now = Date.UTC(2026, 10, 24, 12);
const day = 86_400_000;
const usd = (nano: number): string => (nano / 1e9).toFixed(6);
const at = (daysAgo: number, dollars: number) => ({ at: now - daysAgo * day, nano: dollars * 1e9 });

describe('projection', () => {
  const thrice = [at(0.5, 1), at(2.5, 1), at(6.5, 1)];
  const week = { now, window: 7, first: now - 40 * day, horizons: [7, 30, 90, 365] };

  it('continues the rate of the window', () => {
    const found = project([...thrice, at(20, 50)], week);
    assert.equal(found.status, 'ok');
    assert.equal(found.clamped, false);
    assert.equal(found.spent, 3e9);
    assert.equal(usd(found.rate), '0.428571');
    assert.deepEqual(
      found.horizons.map(({ nano }) => usd(nano)),
      ['3.000000', '12.857143', '38.571429', '156.428571'],
    );
  });

  it('says in how many days a budget is used up', () => {
    const { rate } = project(thrice, week);
    const budget = { limit: 20e9, spent: 3e9, daysLeft: undefined };
    assert.deepEqual(
      exhaustion(budget, rate).map(({ share, days, outcome }) => [
        share,
        days?.toFixed(1),
        outcome,
      ]),
      [
        [0.5, '16.3', 'ahead'],
        [0.75, '28.0', 'ahead'],
        [0.9, '35.0', 'ahead'],
        [1, '39.7', 'ahead'],
      ],
    );
    assert.equal(spentAtPeriodEnd(budget, rate), undefined);
    assert.equal(spentAtPeriodEnd({ ...budget, daysLeft: 7 }, rate), 6e9);
  });

  it('says where the period ends first, what is passed and what never comes', () => {
    const outcomes = (spent: number, rate: number, daysLeft?: number): unknown[] =>
      exhaustion({ limit: 10, spent, daysLeft }, rate).map(({ days, outcome }) => [days, outcome]);
    assert.deepEqual(outcomes(8, 1, 1), [
      [0, 'passed'],
      [0, 'passed'],
      [1, 'ahead'],
      [2, 'period-ends-first'],
    ]);
    assert.deepEqual(outcomes(5, 0), [
      [0, 'passed'],
      [undefined, 'never'],
      [undefined, 'never'],
      [undefined, 'never'],
    ]);
    assert.deepEqual(outcomes(25, 0).at(-1), [0, 'passed']);
  });

  it('divides a short history by its own length', () => {
    const found = project([at(1, 6), at(2, 2)], { ...week, first: now - 2 * day });
    assert.equal(found.clamped, true);
    assert.equal(found.days, 2);
    assert.equal(found.rate, 4e9);
    const exact = project([at(1, 7)], { ...week, first: now - 7 * day });
    assert.equal(exact.clamped, false);
    assert.equal(exact.rate, 1e9);
    const young = project([at(0, 1)], { ...week, first: now });
    assert.equal(young.days, 1 / 24);
  });

  it('has no data where nothing was ever spent', () => {
    const found = project([], { ...week, first: undefined });
    assert.equal(found.status, 'no-data');
    assert.equal(found.rate, 0);
    assert.equal(project([], week).status, 'ok');
  });

  it('gives a band from three whole days on', () => {
    const points = [at(0.5, 1), at(1.5, 2), at(2.5, 3)];
    const short = project(points, { ...week, first: now - 2.9 * day });
    assert.equal(short.deviation, undefined);
    assert.equal(short.horizons[0]!.band, undefined);
    // 1, 2 and 3 dollars: deviation 1, mean 2.
    const found = project(points, { now, window: 3, first: now - 9 * day, horizons: [3, 12] });
    assert.equal(found.deviation, 1e9);
    const [three, twelve] = found.horizons;
    const reach = 1.96 * Math.sqrt(3 + 9 / 3);
    assert.equal(usd(three!.band!.low), (6 - reach).toFixed(6));
    assert.equal(usd(three!.band!.high), (6 + reach).toFixed(6));
    assert.equal(usd(twelve!.band!.high), (24 + 1.96 * Math.sqrt(12 + 144 / 3)).toFixed(6));
  });

  it('is not certain of anything after a week without spend', () => {
    const [ahead] = project([at(20, 5)], { ...week, first: now - 30 * day }).horizons;
    assert.deepEqual([ahead!.nano, ahead!.band], [0, undefined]);
  });

  it('holds the projection within a band that is never below nothing', () => {
    const days = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 400 }), (sums, horizon) => {
        const points = sums.map((nano, index) => ({ at: now - index * day - 1, nano }));
        const window = sums.length;
        const found = project(points, { now, window, first: 0, horizons: [horizon] });
        const { nano, band } = found.horizons[0]!;
        // Days that are all alike do not tell how days differ.
        if (new Set(sums).size === 1) return assert.equal(band, undefined);
        assert.ok(band!.low >= 0 && band!.low <= nano && nano <= band!.high);
      }),
    );
  });
});
