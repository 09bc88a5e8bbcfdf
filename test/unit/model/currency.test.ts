import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Currency,
  convert,
  rateAt,
  ratedSpans,
  usDollars,
} from '../../../src/model/currency.ts';

const euros: Currency = {
  code: 'EUR',
  rates: [
    { from: 1000, rate: 0.9 },
    { from: 2000, rate: 0.8 },
    { from: 5000, rate: 0.95 },
  ],
};

describe('the rate in force', () => {
  for (const [at, rate] of [
    [0, 0.9],
    [1000, 0.9],
    [1999, 0.9],
    [2000, 0.8],
    [4999, 0.8],
    [5000, 0.95],
    [9_999_999, 0.95],
  ] as const) {
    it(`at ${at} is ${rate}`, () => assert.equal(rateAt(euros, at), rate));
  }

  it('of dollars is one, always', () => {
    for (const at of [-1, 0, Date.UTC(2026, 0, 1)]) assert.equal(rateAt(usDollars, at), 1);
  });
});

describe('converting', () => {
  for (const [nano, rate, units] of [
    [1_000_000_000, 0.92, 920_000_000],
    [5, 0.5, 3],
    [5, 0.3, 2],
    [0, 0.92, 0],
    [12_340_000_001, 1, 12_340_000_001],
    [1_000_000_000, 154.3, 154_300_000_000],
  ] as const) {
    it(`${nano} at ${rate}`, () => assert.equal(convert(nano, rate), units));
  }
});

describe('a span over changes of the rate', () => {
  it('is cut where the rate changes', () => {
    assert.deepEqual(ratedSpans({ from: 500, to: 6000 }, euros), [
      { from: 500, to: 2000, rate: 0.9 },
      { from: 2000, to: 5000, rate: 0.8 },
      { from: 5000, to: 6000, rate: 0.95 },
    ]);
    assert.deepEqual(ratedSpans({ from: 2000, to: 5000 }, euros), [
      { from: 2000, to: 5000, rate: 0.8 },
    ]);
    assert.deepEqual(ratedSpans({ from: 0, to: 9 }, usDollars), [{ from: 0, to: 9, rate: 1 }]);
  });

  it('has pieces that meet and whose rates hold in them', () => {
    const moment = fc.integer({ min: 0, max: 8000 });
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 8000 }), (from, length) => {
        const pieces = ratedSpans({ from, to: from + length }, euros);
        assert.equal(pieces[0]?.from, from);
        assert.equal(pieces.at(-1)?.to, from + length);
        for (const [index, piece] of pieces.entries()) {
          assert.ok(piece.from < piece.to);
          assert.equal(piece.rate, rateAt(euros, piece.from));
          assert.equal(piece.rate, rateAt(euros, piece.to - 1));
          if (index > 0) assert.equal(piece.from, pieces[index - 1]?.to);
        }
      }),
    );
  });
});
