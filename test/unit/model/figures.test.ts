import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { defaultThresholds, formatPercent, levelOf } from '../../../src/model/level.ts';
import { formatMoney, formatUsd, nanoToUsd, nanoUsd, usdToNano } from '../../../src/model/money.ts';
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
    [999_995_000_000, '$1,000'],
    [1_234_400_000_000, '$1,234'],
    [-4_200_000, '-$0.0042'],
    [-12_340_000_000, '-$12.34'],
  ] as const) {
    it(`${nano} is ${text}`, () => assert.equal(formatUsd(nano), text));
  }

  for (const [nano, locale, text] of [
    [1_234_567_000_000_000, 'en', '$1,234,567'],
    [1_234_000_000_000, 'de', '$1.234'],
    [12_340_000_000, 'de', '$12,34'],
    [420_000_000, 'de', '$0,42'],
    [4_200_000, 'de', '$0,0042'],
    [-12_340_000_000, 'de', '-$12,34'],
    [0, 'de', '$0'],
    [1_234_000_000_000, 'fr', '$1\u202f234'],
  ] as const) {
    it(`${nano} is ${text} in ${locale}`, () => assert.equal(formatUsd(nano, { locale }), text));
  }

  for (const [nano, code, text] of [
    [12_340_000_000, 'EUR', '€12.34'],
    [12_340_000_000, 'JPY', '¥12'],
    [999_500_000_000, 'JPY', '¥1,000'],
    [420_000_000, 'JPY', '¥0.42'],
    [12_340_000_000, 'CHF', 'CHF\u00a012.34'],
    [12_340_000_000, 'SEK', 'kr\u00a012.34'],
    [12_345_600_000, 'KWD', 'KWD\u00a012.346'],
    // A bare dollar sign is a US dollar.
    [12_340_000_000, 'CAD', 'CA$12.34'],
    [12_340_000_000, 'XYZ', 'XYZ\u00a012.34'],
    [0, 'EUR', '€0'],
  ] as const) {
    it(`${nano} ${code} is ${text}`, () => assert.equal(formatMoney(nano, { code }), text));
  }

  it('never shows something as nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), (nano) => {
        assert.match(formatUsd(nano), /^\$\d/);
        for (const code of ['USD', 'JPY', 'KWD']) {
          for (const locale of [undefined, 'en', 'de']) {
            assert.match(formatMoney(nano, { code, locale }), /[1-9]/, `${nano} ${code} ${locale}`);
          }
        }
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
    [999_499, '999k'],
    [999_950, '1.0M'],
    [4_200_000, '4.2M'],
    [9_036_656_276, '9.0B'],
  ] as const) {
    it(`${count} are ${text}`, () => assert.equal(formatTokens(count), text));
  }

  it('have the decimal separator of the locale', () => {
    assert.equal(formatTokens(4_200_000, 'de'), '4,2M');
    assert.equal(formatTokens(312, 'de'), '312');
  });
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
    assert.equal(levelOf(0.8, { ...defaultThresholds, warning: 0.8 }), 'warning');
  });
});

describe('shares', () => {
  it('are never called full before they are', () => {
    assert.equal(formatPercent(0.9996), '99 %');
    assert.equal(formatPercent(0.29), '29 %');
    assert.equal(formatPercent(1), '100 %');
    assert.equal(formatPercent(12.34, 'de'), '1.234\u00a0%');
  });
});
