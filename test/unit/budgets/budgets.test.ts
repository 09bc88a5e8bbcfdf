import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeBudgets } from '../../../src/budgets/evaluateBudgets.ts';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { dayMs } from '../../../src/model/calendar.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { firstSpend } from '../../../src/query/firstSpend.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import { readSpendRate, spanReader } from '../../../src/query/spendRate.ts';
import type { ReportDefinition } from '../../../src/reports/document/definition.ts';
import { anomaly } from '../../../src/reports/spend/anomaly.ts';
import { burn } from '../../../src/reports/spend/burn.ts';
import { report } from '../../../src/reports/spend/costReport.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

const now = Date.UTC(2026, 10, 20, 12, 7, 31, 250);

const spent: readonly Spent[] = [
  { session: 'a', usd: 1, ago: 60_000 },
  { session: 'a', usd: 2, ago: 13 * 3_600_000, branch: 'topic' },
  { session: 'b', usd: 4, ago: 3 * dayMs, cwd: '/src/two' },
  { session: 'c', usd: 8, ago: 40 * dayMs, cwd: '/src/two' },
];

/** What each budget comes to: its part and what is spent of it. */
const cases: readonly (readonly [
  readonly [string, string, string],
  readonly (readonly [string, number])[],
])[] = [
  [['global', 'lifetime', 'usd'], [['', 15]]],
  [['global', 'month', 'usd'], [['', 7]]],
  [['global', 'week', 'usd'], [['', 7]]],
  [['global', 'day', 'usd'], [['', 1]]],
  [['global', 'rolling:14h', 'usd'], [['', 3]]],
  [['global', 'rolling:1h', 'tokens:input'], [['', 200_000]]],
  [['project:/src/two', 'lifetime', 'usd'], [['', 12]]],
  [['project:/src', 'month', 'usd'], [['', 7]]],
  [['project:/src/three', 'month', 'usd'], [['', 0]]],
  [
    ['project:*', 'month', 'usd'],
    [
      ['/src/two', 4],
      ['/src/one', 3],
    ],
  ],
  [['branch:topic', 'lifetime', 'usd'], [['', 2]]],
  [['branch:main', 'lifetime', 'usd'], [['', 13]]],
  [['session', 'lifetime', 'usd'], [['a', 3]]],
  [['agent', 'lifetime', 'usd'], []],
  [['group:none', 'lifetime', 'usd'], [['', 0]]],
];

describe('budgets on a store', () => {
  test('each counts what its scope, period and unit say', () => {
    world(spent, now, (context) => {
      for (const [words, parts] of cases) {
        const budgets = [budgetEntry(words, 100)];
        const { judged } = judgeBudgets({ ...context, budgets });
        const scale = words[2] === 'usd' ? 1e9 : 1;
        assert.deepEqual(
          judged.map(({ part, state }) => [part, state.spent / scale]),
          parts,
          words.join(' '),
        );
      }
    });
  });

  test('the most specific one of a project holds, sums of their own stand beside it', () => {
    world(spent, now, (context) => {
      const budgets = [
        budgetEntry(['global', 'month', 'usd'], 10),
        budgetEntry(['project:*', 'month', 'usd'], 10),
        budgetEntry(['project:/src/two', 'month', 'usd'], 10),
        budgetEntry(['branch:main', 'month', 'usd'], 10),
      ];
      const scopes = (place?: Parameters<typeof judgeBudgets>[1]): string[] =>
        judgeBudgets({ ...context, budgets }, place).judged.map(
          ({ entry: { budget }, part }) => `${budget.scope.kind} ${part}`,
        );
      assert.deepEqual(scopes(), ['global ', 'branch ', 'project ', 'project /src/one']);
      assert.deepEqual(scopes({ target: { project: '/src/two' } }), ['global ', 'project ']);
      assert.deepEqual(scopes({ target: { project: '/src/one' } }), [
        'global ',
        'project /src/one',
      ]);
      assert.deepEqual(scopes({ target: { project: '/src/two', branch: 'main' } }), [
        'global ',
        'branch ',
      ]);
    });
  });

  test('a forecast decides where it says more than what is spent', () => {
    world(spent, now, (context) => {
      const budget = budgetEntry(['global', 'month', 'usd'], 14, { basis: 'forecast' });
      const [judged] = judgeBudgets({ ...context, budgets: [budget] }).judged;
      // Seven dollars in seven days, and ten and a half days of the month are left.
      const left = (Date.UTC(2026, 11, 1) - now) / dayMs;
      assert.equal(judged!.state.spent, 7e9);
      assert.ok(Math.abs(judged!.state.judged - (7 + left) * 1e9) < 1);
      assert.equal(judged!.state.level, 'stop');
    });
  });

  test('a cost report says how budgets stand', () => {
    world(spent, now, (context) => {
      const budgets = [
        budgetEntry(['global', 'month', 'usd'], 10),
        budgetEntry(['global', 'lifetime', 'usd'], 16),
      ];
      const lines = (own: readonly BudgetEntry[]): readonly string[] =>
        report.run({ ...context, budgets: own }, readQuestion(report, {}, context)).sentences;
      assert.ok(
        lines(budgets).some((line) =>
          /budgets? (will be used up early|lasts?|is used up)/.test(line),
        ),
      );
      assert.ok(!lines([]).some((line) => line.includes('budget')));
    });
  });

  test('agents at once and teams cannot be judged, and it is said why', () => {
    world(spent, now, (context) => {
      const budgets = [
        budgetEntry(['global', 'run', 'agents'], 5),
        budgetEntry(['team', 'month', 'usd'], 5),
      ];
      const { judged, others } = judgeBudgets({ ...context, budgets });
      assert.equal(judged.length, 0);
      assert.match(others[0]!.reason, /refused, never queued/);
      assert.match(others[1]!.reason, /not known on this machine/);
    });
  });
});

describe('looking back from now', () => {
  test('stretches are cut at the millisecond and hold their end', () => {
    const edges: Spent[] = [
      { session: 'a', usd: 1, ago: 0 },
      { session: 'a', usd: 2, ago: dayMs - 1 },
      { session: 'a', usd: 4, ago: dayMs },
      { session: 'a', usd: 8, ago: 2 * dayMs - 1 },
      { session: 'a', usd: 16, ago: 2 * dayMs },
      { session: 'a', usd: 32, ago: 2.5 * dayMs },
    ];
    world(edges, now, (context) => {
      for (const filters of [{}, { project: 'one' }, { model: 'opus' }, { branch: 'main' }]) {
        const read = spanReader(context, filters);
        const { points, sums } = readSpendRate(read, {
          now,
          zone: context.zone,
          length: dayMs,
          reach: 2.5 * dayMs,
        });
        assert.deepEqual(
          points.map(({ at, nano }) => [(now - at) / dayMs, nano / 1e9]),
          [
            [0, 3],
            [1, 12],
            [2, 16],
          ],
        );
        assert.equal(sums.messages, 5);
        const first = firstSpend(context, filters, read, now - 7 * dayMs);
        assert.equal(first, now - 2.5 * dayMs);
      }
      const read = spanReader(context, { project: 'one' });
      assert.ok(firstSpend(context, { project: 'one' }, read, now - dayMs)! < now - dayMs);
    });
  });

  test('filters cut burn and anomalies, message by message too', () => {
    const ask = (
      context: ReportContext,
      definition: ReportDefinition,
      raw: RawOptions,
    ): Record<string, unknown> =>
      definition.run(context, readQuestion(definition, raw, context)).json as Record<
        string,
        unknown
      >;
    world(spent, now, (context) => {
      assert.equal(ask(context, burn, { branch: 'topic' }).latest_usd, 2);
      assert.equal(ask(context, burn, { project: 'two' }).latest_usd, 0);
      for (const [raw, messages] of [
        [{}, 4],
        [{ project: 'two' }, 2],
        [{ branch: 'main' }, 3],
        [{ branch: 'main', project: 'one' }, 1],
        [{ model: 'opus', agent: 'main' }, 4],
        [{ period: '7d' }, 3],
      ] as const) {
        assert.equal(ask(context, anomaly, { by: 'message', ...raw }).count, messages);
      }
    });
  });
});
