import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Budget } from '../../../src/analysis/budgets/budget.ts';
import {
  formatPeriod,
  formatScope,
  parsePeriod,
  parseScope,
  parseUnit,
} from '../../../src/analysis/budgets/budgetNotation.ts';
import { applicableBudgets, type BudgetTarget } from '../../../src/analysis/budgets/budgetScope.ts';
import { thresholdPresets } from '../../../src/analysis/budgets/thresholds.ts';

function budget(text: string): Budget {
  const [scope = '', period = '', unit = 'usd'] = text.split(' ');
  return {
    scope: parseScope(scope),
    period: parsePeriod(period),
    unit: parseUnit(unit),
    limit: 1,
    thresholds: thresholdPresets.default,
    basis: 'actual',
    action: 'notify',
  };
}

const place: BudgetTarget = {
  project: '/home/dev/app',
  groups: ['client'],
  branch: 'main',
  tags: ['billing'],
};

describe('which budgets apply', () => {
  for (const [what, given, wanted, where = place] of [
    ['nothing without budgets', [], []],
    [
      'those that cover the place',
      ['global day', 'project:/other day', 'group:client month', 'group:x month', 'tag:x week'],
      ['global day', 'group:client month'],
    ],
    [
      'the override instead of the default of projects',
      ['global day', 'project:* day', 'project:/home/dev/app day'],
      ['global day', 'project:/home/dev/app day'],
    ],
    [
      'the default where nothing overrides it',
      ['project:* day', 'project:/b day'],
      ['project:* day'],
    ],
    [
      'the branch instead of the project',
      ['branch:main day', 'project:/home/dev/app day', 'project:* day'],
      ['branch:main day'],
    ],
    ['a tag instead of the project', ['project:* day', 'tag:billing day'], ['tag:billing day']],
    [
      'a branch and a tag side by side',
      ['tag:billing day', 'branch:main day'],
      ['tag:billing day', 'branch:main day'],
    ],
    [
      'an override of its own period only',
      ['project:* day', 'project:* month', 'project:/home/dev/app day'],
      ['project:* month', 'project:/home/dev/app day'],
    ],
    [
      'an override of the same rolling period only',
      ['project:* rolling:5h', 'project:/home/dev/app rolling:7d'],
      ['project:* rolling:5h', 'project:/home/dev/app rolling:7d'],
    ],
    [
      'groups and the global one beside any override',
      ['branch:main month', 'group:client month', 'global month'],
      ['branch:main month', 'group:client month', 'global month'],
    ],
    [
      'session and agent beside the project, not instead of it',
      ['project:* run', 'session run', 'agent run', 'branch:x run'],
      ['project:* run', 'session run', 'agent run'],
      { ...place, session: true, agent: true },
    ],
    ['no session where none is meant', ['session run'], []],
    [
      'what is pooled, whoever works where',
      ['team day', 'team:web day', 'member day'],
      ['team day', 'team:web day', 'member day'],
      {},
    ],
    ['no project outside of one', ['project:* day', 'global day'], ['global day'], {}],
  ] as const satisfies readonly (readonly [
    string,
    readonly string[],
    readonly string[],
    BudgetTarget?,
  ])[]) {
    it(what, () => {
      const found = applicableBudgets(given.map(budget), where);
      assert.deepEqual(
        found.map(({ scope, period }) => `${formatScope(scope)} ${formatPeriod(period)}`),
        wanted,
      );
    });
  }

  it('tells units apart', () => {
    const given = [
      'project:* day tokens',
      'project:/home/dev/app day tokens:input',
      'branch:main day',
    ];
    assert.equal(applicableBudgets(given.map(budget), place).length, 3);
  });

  it('keeps several of one scope', () => {
    const forecast: Budget = { ...budget('project:/home/dev/app day'), basis: 'forecast' };
    const found = applicableBudgets([budget('project:/home/dev/app day'), forecast], place);
    assert.equal(found.length, 2);
  });
});
