import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatPeriod,
  formatScope,
  formatUnit,
  parseLimit,
  parsePeriod,
  parseScope,
  parseUnit,
} from '../../../src/analysis/budgets/budgetNotation.ts';
import {
  formatThresholds,
  parseThresholds,
  thresholdPresets,
} from '../../../src/analysis/budgets/thresholds.ts';
import { HumanError } from '../../../src/model/errors.ts';
import { defaultThresholds } from '../../../src/model/level.ts';

/** Whether an error names what was written and what may be. */
function names(written: string, accepted: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof HumanError &&
    error.reason === 'usage' &&
    error.message.includes(JSON.stringify(written)) &&
    error.message.includes(accepted);
}

describe('budgets as they are written', () => {
  for (const text of [
    'global',
    'session',
    'agent',
    'team',
    'project:/home/dev/app',
    'project:C:\\work\\app',
    'project:*',
    'group:client: north',
    'branch:feature/x',
    'tag:billing',
  ]) {
    it(`reads and writes the scope ${text}`, () => {
      assert.equal(formatScope(parseScope(text)), text);
    });
  }

  it('reads a path with a colon whole', () => {
    assert.deepEqual(parseScope('project:C:\\app'), { kind: 'project', path: 'C:\\app' });
  });

  for (const text of ['', 'Global', 'project', 'project:', 'branch:', 'global:x', 'user:me']) {
    it(`refuses the scope ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseScope(text), names(text, 'branch:<name>'));
    });
  }

  for (const text of ['day', 'week', 'month', 'lifetime', 'run', 'rolling:5h', 'rolling:30d']) {
    it(`reads and writes the period ${text}`, () => {
      assert.equal(formatPeriod(parsePeriod(text)), text);
    });
  }

  for (const text of ['', 'year', 'rolling', 'rolling:0h', 'rolling:1.5h', 'rolling:5m', 'day:1']) {
    it(`refuses the period ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePeriod(text), names(text, 'rolling:5h'));
    });
  }

  for (const [text, written = text] of [
    ['usd'],
    ['agents'],
    ['tokens'],
    ['tokens:input,output'],
    ['tokens:output,input', 'tokens:input,output'],
    ['tokens:input,output,cacheWrite5m,cacheWrite1h,cacheRead', 'tokens'],
  ] as const) {
    it(`reads the unit ${text} and writes ${written}`, () => {
      assert.equal(formatUnit(parseUnit(text)), written);
    });
  }

  for (const text of ['', 'eur', 'usd:1', 'agents:', 'tokens:', 'tokens:input,', 'tokens:cache']) {
    it(`refuses the unit ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseUnit(text), names(text, 'cacheRead'));
    });
  }

  for (const [text, unit, limit] of [
    ['20', 'usd', 20e9],
    ['$0.50', 'usd', 0.5e9],
    ['.20', 'usd', 0.2e9],
    ['0.125', 'usd', 0.125e9],
    ['1000000', 'usd', 1e15],
    ['100k', 'tokens', 100_000],
    ['1.5M', 'tokens', 1_500_000],
    ['42', 'tokens', 42],
    ['5', 'agents', 5],
  ] as const) {
    it(`reads the limit ${text} in ${unit}`, () => {
      assert.equal(parseLimit(text, parseUnit(unit)), limit);
    });
  }

  for (const [text, unit, accepted] of [
    ['0', 'usd', 'dollars above 0'],
    ['0.00000000001', 'usd', 'dollars above 0'],
    ['-5', 'usd', 'dollars above 0'],
    ['1,000', 'usd', 'dollars above 0'],
    ['1000001', 'usd', 'at most 1000000'],
    ['', 'usd', 'dollars above 0'],
    ['k', 'tokens', 'tokens above 0'],
    ['1.5', 'tokens', 'tokens above 0'],
    ['0M', 'tokens', 'tokens above 0'],
    ['1k', 'agents', 'agents above 0'],
    ['2.5', 'agents', 'agents above 0'],
  ] as const) {
    it(`refuses the limit ${JSON.stringify(text)} in ${unit}`, () => {
      assert.throws(() => parseLimit(text, parseUnit(unit)), names(text, accepted));
    });
  }

  for (const [text, ladder, written = text] of [
    ['50/75/90/100', defaultThresholds],
    ['default', defaultThresholds, '50/75/90/100'],
    ['50/80/95/100', thresholdPresets.daily],
    ['80/90/100', thresholdPresets.late],
    ['late', thresholdPresets.late, '80/90/100'],
    ['12.5/29/57/99.9', { info: 0.125, warning: 0.29, critical: 0.57, stop: 0.999 }],
  ] as const) {
    it(`reads the ladder ${text}`, () => {
      assert.deepEqual(parseThresholds(text), ladder);
      assert.equal(formatThresholds(parseThresholds(text)), written);
    });
  }

  for (const text of [
    '',
    '100',
    '50/75',
    '75/50/100',
    '0/50/100',
    '50/50/100',
    '50/75/101',
    'toString',
    '5e1/75/100',
  ]) {
    it(`refuses the ladder ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseThresholds(text), names(text, '50/75/90/100'));
    });
  }
});
