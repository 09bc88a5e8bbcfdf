import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { defaultLadder, levelOf } from '../../../src/model/level.ts';
import { formatUsd, nanoToUsd, nanoUsd, usdToNano } from '../../../src/model/money.ts';
import { formatTokens } from '../../../src/model/tokens.ts';

describe('money as a person reads it', () => {
  for (const [nano, text] of [
    [0, '$0'],
    [1, '$0.000000001'],
    [4_200_000, '$0.0042'],
    [40_000, '$0.00004'],
    [9_999_999, '$0.0100'],
    [10_000_000, '$0.01'],
    [420_000_000, '$0.42'],
    [12_340_000_000, '$12.34'],
    [12_345_000_000, '$12.35'],
    [999_994_999_999, '$999.99'],
    [999_995_000_000, '$1000'],
    [1_234_400_000_000, '$1234'],
    [-4_200_000, '-$0.0042'],
    [-12_340_000_000, '-$12.34'],
  ] as const) {
    it(`${nano} is ${text}`, () => assert.equal(formatUsd(nano), text));
  }

  it('groups by the locale, from a thousand on', () => {
    assert.equal(formatUsd(1_234_567_000_000_000, { locale: 'en' }), '$1,234,567');
    assert.equal(formatUsd(1_234_000_000_000, { locale: 'de' }), '$1.234');
    assert.equal(formatUsd(12_340_000_000, { locale: 'de' }), '$12.34');
  });

  it('never shows something as nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), (nano) => {
        assert.match(formatUsd(nano), /^\$\d/);
        assert.ok(/[1-9]/.test(formatUsd(nano)), `${nano}`);
      }),
    );
  });
});

describe('money as programs exchange it', () => {
  for (const [usd, nano] of [
    [0.24896311500000004, 248_963_115],
    [0.6943999999999999, 694_400_000],
    [1.0000000005, 1_000_000_001],
    [0, 0],
  ] as const) {
    it(`${usd} dollars`, () => assert.equal(usdToNano(usd), nano));
  }

  it('comes back from JSON as it went, up to a million dollars', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (nano) => {
        assert.equal(usdToNano(JSON.parse(JSON.stringify(nanoToUsd(nano)))), nano || 0);
      }),
    );
    assert.equal(nanoToUsd(1_831_262_365), 1.831262365);
  });

  it('refuses what no sum stays exact with', () => {
    for (const bad of [0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      assert.throws(() => nanoUsd(bad), RangeError);
    }
  });
});

describe('tokens', () => {
  for (const [count, text] of [
    [0, '0'],
    [312, '312'],
    [999, '999'],
    [1000, '1.0k'],
    [81_040, '81.0k'],
    [999_949, '999.9k'],
    [999_950, '1.0M'],
    [4_200_000, '4.2M'],
    [9_036_656_276, '9.0B'],
  ] as const) {
    it(`${count} are ${text}`, () => assert.equal(formatTokens(count), text));
  }
});

describe('levels', () => {
  for (const [share, level] of [
    [0, 'ok'],
    [0.4999, 'ok'],
    [0.5, 'info'],
    [0.75, 'warning'],
    [0.9, 'critical'],
    [0.9996, 'critical'],
    [1, 'stop'],
    [2.5, 'stop'],
  ] as const) {
    it(`${share} is ${level}`, () => assert.equal(levelOf(share), level));
  }

  it('follow another ladder', () => {
    assert.equal(levelOf(0.8, { ...defaultLadder, warning: 0.8 }), 'warning');
  });
});
