import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDollars, parseNumber } from '../../../src/model/amount.ts';

describe('numbers as people type them', () => {
  for (const [text, value] of [
    ['0', 0],
    ['3', 3],
    [' 0.25 ', 0.25],
    ['0,25', 0.25],
    ['0,125', 0.125],
    ['7.123', 7.123],
    ['7,1234', 7.1234],
    ['15700', 15_700],
    // A thousand or one: nobody can tell.
    ['1,000', undefined],
    ['1,000.00', undefined],
    ['', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['.5', undefined],
    ['NaN', undefined],
    ['12 34', undefined],
    ['9'.repeat(16), undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.equal(parseNumber(text), value));
  }
});

describe('dollars as people type them', () => {
  for (const [text, value] of [
    ['50', 50],
    ['$12.50', 12.5],
    ['12,50 $', 12.5],
    ['12.5 USD', 12.5],
    ['1000000', 1_000_000],
    ['1000001', undefined],
    ['1.000', undefined],
    ['1,000', undefined],
    ['12.345', undefined],
    ['fifty', undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.equal(parseDollars(text), value));
  }
});
