import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  deterministicEdits,
  type EditKind,
  editKindOf,
} from '../../../../src/analysis/insights/deterministic.ts';
import type { InsightWorld, Run } from '../../../../src/analysis/insights/insight.ts';
import { noUsage } from '../../../../src/model/tokens.ts';

const asked: readonly (readonly [prompt: string, kind: EditKind | undefined])[] = [
  ['format the code', 'format'],
  ['Please format this file', 'format'],
  ['run prettier', 'format'],
  ['format src/main.ts', 'format'],
  ['sort imports', 'imports'],
  ['Remove unused imports in src', 'imports'],
  ['organize the imports', 'imports'],
  ['rename getUser to fetchUser', 'rename'],
  ['Rename the function `a.b` to `a.c` everywhere.', 'rename'],
  ['fix the lint errors', 'lint-fix'],
  ['run eslint --fix', 'lint-fix'],
  ['remove all console.log statements', 'remove-logging'],
  ['format the answer as a table and explain why the totals differ', undefined],
  ['rename getUser to fetchUser and add caching to it', undefined],
  ['fix the lint errors and then refactor the store', undefined],
  ['Why does the formatter fail?', undefined],
  ['implement sorting of imports in the parser', undefined],
  [`format the code${' please'.repeat(40)}`, undefined],
  ['format the code\nthen fix the bug', undefined],
  ['', undefined],
];

describe('prompts an editor could have done', () => {
  for (const [prompt, kind] of asked) {
    test(JSON.stringify(prompt.slice(0, 60)), () => assert.equal(editKindOf(prompt), kind));
  }

  const world: InsightWorld = {
    days: 30,
    tierOf: () => 'opus',
    priceAt: () => undefined,
    priceWith: () => undefined,
  };
  const run = (i: number): Run => ({
    key: `run ${i}`,
    session: 's',
    project: '/p',
    agent: 'main',
    startedAt: i,
    parts: [],
    usage: noUsage,
    messages: 1,
    nano: 200_000_000,
    errors: { api: 0, tool: 0, interrupted: 0 },
  });
  const runs = [0, 1, 2, 3, 4, 5].map(run);

  test('are stated with their kinds, their dollars and how many were read', () => {
    const kinds = new Map<string, EditKind>([
      ...runs.slice(0, 4).map(({ key }) => [key, 'format'] as const),
      ['run 4', 'rename'],
    ]);
    const [insight] = deterministicEdits(runs, { kinds, read: 5, all: 6 }, world);
    assert.equal(insight?.currentPerMonth, 1_000_000_000);
    assert.deepEqual(insight?.coverage, { seen: 5, all: 6, noun: 'prompt' });
    assert.deepEqual(insight?.evidence[1], {
      name: 'kinds',
      value: 'format 4, rename 1',
      unit: 'text',
    });
    assert.equal(insight?.basis, 'estimated');
  });

  test('are none while they are few', () => {
    const kinds = new Map<string, EditKind>([['run 1', 'format']]);
    assert.deepEqual(deterministicEdits(runs, { kinds, read: 6, all: 6 }, world), []);
  });
});
