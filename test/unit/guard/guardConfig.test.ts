import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig } from '../../../src/dataFolder/readConfig.ts';
import { marksFile, readTimeTags } from '../../../src/dataFolder/timeTagFile.ts';
import { parseGuardConfig, readGuardConfig, readMarks } from '../../../src/guard/guardConfig.ts';
import { tempDir } from '../../lib/tempDir.ts';

/** Anything a file may hold, likely to be nearly right. */
const odd = fc.oneof(
  fc.constantFrom(null, '', 0, -1, 5, 1e9, true, 'ask', 'UTC', 'Europe/Berlin', 'sunday', [], {}),
  fc.constantFrom(12.5, 1_000_000, 1_000_001, '5', [1], { a: 1 }, 'ünï'),
  fc.jsonValue(),
);
const project = fc.dictionary(fc.constantFrom('dailyUsd', 'monthlyUsd', 'weekly'), odd);
const lists = fc.dictionary(fc.string(), fc.oneof(fc.array(fc.string()), fc.string(), odd));
const steps = fc.dictionary(fc.constantFrom('warn', 'ask', 'deny', 'x'), odd);
const settings = fc.record(
  {
    'outlay.enabled': odd,
    'outlay.weekStart': odd,
    'outlay.timeZone': odd,
    'outlay.storePath': odd,
    'outlay.budget.dailyUsd': odd,
    'outlay.budget.monthlyUsd': odd,
    'outlay.budget.projects': fc.oneof(fc.dictionary(fc.string(), fc.oneof(project, odd)), odd),
    'outlay.prices.overrides': odd,
    'outlay.prices.file': odd,
    'outlay.groups': fc.oneof(lists, odd),
    'outlay.tags': fc.oneof(lists, odd),
    'outlay.guard.strict': odd,
    'outlay.guard.mostAgents': odd,
    'outlay.guard.maxHops': odd,
    'outlay.guard.breaker': fc.oneof(
      fc.dictionary(fc.constantFrom('sameCall', 'failing', 'idleUsd', 'y'), fc.oneof(steps, odd)),
      odd,
    ),
    'outlay.guard.coldCache': odd,
    'outlay.guard.coldCacheUsd': odd,
  },
  { requiredKeys: [] },
);
const budget = fc.record(
  {
    scope: fc.oneof(fc.constantFrom('global', 'session', 'project:/a', 'tag:x', 'nope'), odd),
    period: fc.oneof(fc.constantFrom('day', 'week', 'run', 'rolling:5h', 'yearly'), odd),
    unit: fc.oneof(fc.constantFrom('usd', 'agents', 'tokens', 'tokens:input', 'eur'), odd),
    limit: fc.oneof(fc.constantFrom(1, 0.5, 20, 1e-9, 1e300), odd),
    ladder: fc.oneof(fc.constantFrom('late', '50/75/100', '90/80', 'x'), odd),
    basis: fc.oneof(fc.constantFrom('actual', 'forecast'), odd),
    action: fc.oneof(fc.constantFrom('notify', 'ask', 'stop', 'halt-agents', 'explode'), odd),
    setAt: fc.oneof(fc.constantFrom('2026-11-01T00:00:00Z', 'yesterday'), odd),
  },
  { requiredKeys: [] },
);
const override = fc.record(
  {
    id: fc.string(),
    key: fc.string(),
    kind: fc.constantFrom('raise', 'pause', 'allow', 'other'),
    limit: odd,
    at: odd,
    until: odd,
  },
  { requiredKeys: [] },
);
const files = fc.oneof(
  fc.record(
    {
      revision: fc.nat(),
      settings: fc.oneof(settings, settings, settings, odd),
      budgets: fc.oneof(fc.array(fc.oneof(budget, odd)), odd),
      overrides: fc.oneof(fc.array(fc.oneof(override, odd)), odd),
    },
    { requiredKeys: [] },
  ),
  odd,
);

test('the guard reads settings and budgets as everybody else does', () => {
  fc.assert(
    fc.property(files, (content) => {
      const { settings: read, budgets, overrides, problems } = parseConfig(content);
      const { incomplete, groups, tags, ...own } = parseGuardConfig(content);
      const { labels, ...others } = read;
      assert.deepEqual(own, {
        ...Object.fromEntries(
          Object.keys(own)
            .filter((name) => name !== 'budgets' && name !== 'overrides')
            .map((name) => [name, (others as Record<string, unknown>)[name]]),
        ),
        budgets,
        overrides,
      });
      assert.deepEqual([groups, tags], [labels.groups, labels.tags]);
      // What may be a limit is never missing without a word.
      const lost = problems.some((problem) => /budgets|outlay\.budget|no object/.test(problem));
      assert.equal(incomplete, lost, problems.join('\n'));
    }),
    { numRuns: 3000 },
  );
});

test('no file is nothing set; one that is no JSON may hide a limit', () => {
  using dir = tempDir();
  assert.equal(readGuardConfig(dir.at('none')).incomplete, false);
  for (const [text, incomplete] of [
    ['', false],
    ['{}', false],
    ['\ufeff{"settings":{}}', false],
    ['{', true],
    ['[]', true],
    ['{"settings":[]}', true],
    ['{"budgets":{}}', true],
  ] as const) {
    writeFileSync(dir.at('config.json'), text);
    assert.equal(readGuardConfig(dir.at('.')).incomplete, incomplete, text);
  }
});

test('marks are the same marks', () => {
  using dir = tempDir();
  const line = fc.oneof(
    fc.record({
      name: fc.oneof(fc.string(), fc.constant('x'.repeat(81))),
      kind: fc.constantFrom('start', 'stop', 'pause'),
      at: fc.oneof(fc.nat(), fc.constant(-1)),
      session: fc.option(fc.oneof(fc.string(), fc.nat()), { nil: undefined }),
    }),
    odd,
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const file = marksFile(dir.at('.'));
      writeFileSync(file, `${lines.map((each) => JSON.stringify(each)).join('\n')}\n{torn`);
      assert.deepEqual(readMarks(file), readTimeTags(dir.at('.')).marks);
    }),
    { numRuns: 300 },
  );
});
