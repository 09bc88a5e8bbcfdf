import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  brokenRules,
  type DiffRules,
  diffSummaries,
  parseClassRules,
  type SummarySnapshot,
} from '../../../src/analysis/spend/summaryDiff.ts';
import { HumanError } from '../../../src/model/errors.ts';

const before: SummarySnapshot = {
  total_cost_usd: 10,
  sessionCount: 4,
  byTier: { sonnet: 8, haiku: 2 },
  byModel: { 'claude-sonnet-4-5': { cost_usd: 8 }, 'claude-haiku-4-5': { cost_usd: 2 } },
  byTokenClass: { input: 1000, output: 200, cache_write: 0, cache_read: 5000 },
};
const after: SummarySnapshot = {
  total_cost_usd: 11,
  sessionCount: 3,
  byTier: { sonnet: 5, haiku: 2.5, opus: 3.5 },
  byModel: {
    'claude-sonnet-4-5': { cost_usd: 5 },
    'claude-haiku-4-5': { cost_usd: 2.5 },
    'claude-opus-4-7': { cost_usd: 3.5 },
  },
  byTokenClass: { input: 1200, output: 200, cache_write: 30, cache_read: 4000 },
};

describe('the diff of two summaries', () => {
  const rows = diffSummaries(before, after);

  it('compares everything, in each kind what changed most first', () => {
    assert.deepEqual(
      rows.map(({ kind, name, delta, change }) => [kind, name, delta, change]),
      [
        ['total', 'total', 1e9, 0.1],
        ['sessions', 'sessions', -1, -0.25],
        ['tier', 'opus', 3.5e9, undefined],
        ['tier', 'sonnet', -3e9, -0.375],
        ['tier', 'haiku', 0.5e9, 0.25],
        ['model', 'claude-opus-4-7', 3.5e9, undefined],
        ['model', 'claude-sonnet-4-5', -3e9, -0.375],
        ['model', 'claude-haiku-4-5', 0.5e9, 0.25],
        ['class', 'cache_read', -1000, -0.2],
        ['class', 'input', 200, 0.2],
        ['class', 'cache_write', 30, undefined],
        ['class', 'output', 0, 0],
      ],
    );
    const opus = rows.find(({ name }) => name === 'opus');
    assert.deepEqual([opus?.before, opus?.after, opus?.isNew], [0, 3.5e9, true]);
  });

  it('shows what is gone as a fall of 100 %', () => {
    const gone = diffSummaries(after, before).find(({ name }) => name === 'opus');
    assert.deepEqual([gone?.delta, gone?.change, gone?.isNew], [-3.5e9, -1, false]);
  });

  it('takes a model for a model, whatever it is called', () => {
    const odd = JSON.parse('{"__proto__":{"cost_usd":1},"constructor":{"cost_usd":2}}');
    const names = diffSummaries({ ...before, byModel: {} }, { ...after, byModel: odd })
      .filter(({ kind }) => kind === 'model')
      .map(({ name, before, after }) => [name, before, after]);
    assert.deepEqual(names, [
      ['constructor', 0, 2e9],
      ['__proto__', 0, 1e9],
    ]);
  });

  const broken = (rules: DiffRules, a = before, b = after): unknown[] =>
    brokenRules(diffSummaries(a, b), rules).map(({ rule, limit, row }) => [rule, row.name, limit]);

  it('breaks a rule only above its limit', () => {
    assert.deepEqual(broken({ share: 0.1, nano: 1e9, classes: new Map([['input', 0.2]]) }), []);
    assert.deepEqual(
      broken({ share: 0.099, nano: 999_999_999, classes: new Map([['input', 0.199]]) }),
      [
        ['share', 'total', 0.099],
        ['nano', 'total', 999_999_999],
        ['class', 'input', 0.199],
      ],
    );
  });

  it('never breaks a rule by a fall or by no change', () => {
    const rules = { share: 0, nano: 0, classes: parseClassRules('cache_read:0,output:0') };
    assert.deepEqual(broken(rules, after, after), []);
    assert.deepEqual(broken({ share: 0, nano: 0 }, after, before), []);
    assert.deepEqual(broken({ classes: rules.classes }), []);
  });

  it('breaks every percentage by growth from nothing, an amount only above it', () => {
    const empty = { ...before, total_cost_usd: 0 };
    assert.deepEqual(broken({ share: 1000, nano: 11e9 }, empty), [['share', 'total', 1000]]);
    assert.deepEqual(broken({ classes: new Map([['cache_write', 99]]) }), [
      ['class', 'cache_write', 99],
    ]);
    assert.deepEqual(broken({ share: 0, nano: 0 }, empty, empty), []);
  });

  it('reads rules for classes', () => {
    assert.deepEqual(
      [...parseClassRules('input:20, cache_read:99.9')],
      [
        ['input', 0.2],
        ['cache_read', 0.999],
      ],
    );
    for (const text of ['', 'input', 'inputs:5', 'input:-5', 'input:5,', 'input:5%', 'output:x']) {
      assert.throws(
        () => parseClassRules(text),
        (error) => error instanceof HumanError && error.message.includes('cache_write'),
        text,
      );
    }
  });

  it('is the opposite the other way round', () => {
    const figure = fc.integer({ min: 0, max: 10_000 });
    const snapshots = fc.record({
      total_cost_usd: figure,
      sessionCount: figure,
      byTier: fc.dictionary(fc.string(), figure),
      byModel: fc.dictionary(fc.string(), fc.record({ cost_usd: figure })),
      byTokenClass: fc.record({ input: figure, output: figure }),
    });
    fc.assert(
      fc.property(snapshots, snapshots, (a, b) => {
        const there = diffSummaries(a, b);
        const back = diffSummaries(b, a);
        assert.deepEqual(
          back.map(({ kind, name, delta }) => [kind, name, 0 - delta]),
          there.map(({ kind, name, delta }) => [kind, name, delta]),
        );
      }),
    );
  });
});
