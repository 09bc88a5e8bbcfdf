import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { budgetsInForce, budgetsWithProjects } from '../../../src/budgets/budgetsInForce.ts';
import { type JudgedBudget, judgeBudgets } from '../../../src/budgets/evaluateBudgets.ts';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { budgetKey } from '../../../src/dataFolder/budgetFile.ts';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

const now = Date.UTC(2026, 10, 20, 12);
const spent: readonly Spent[] = [
  { session: 'a', usd: 4, ago: hourMs },
  { session: 'b', usd: 3, ago: 20 * hourMs, cwd: '/src/two', branch: 'fix' },
  { session: 'c', usd: 16, ago: 10 * dayMs },
];
const noOverrides = { budgets: [], overrides: [] };
const ofFile = (entry: BudgetEntry): BudgetEntry => ({ ...entry, origin: 'project file' });
const told = ({ entry, part, state }: JudgedBudget) =>
  [budgetKey(entry.budget), entry.origin, part, state.spent, state.level].join(' ');

describe('budgets of project files', () => {
  test('only tighten: every other budget is judged as if they were not there', () => {
    const periods = ['day', 'week', 'month', 'lifetime', 'run', 'rolling:5h'];
    const own = ['global', 'project:/src/one', 'project:*', 'branch:fix', 'session', 'agent'];
    const entries = (scopes: readonly string[]) =>
      fc.array(
        fc
          .tuple(fc.constantFrom(...scopes), fc.constantFrom(...periods), fc.integer({ min: 1 }))
          .map(([scope, period, limit]) => budgetEntry([scope, period, 'usd'], limit % 1000)),
        { maxLength: 6 },
      );
    const projects = ['project:/src/one', 'project:/src/two'];
    const target = fc.constantFrom(
      undefined,
      { project: '/src/one' },
      { project: '/src/two', branch: 'fix' },
    );
    world(spent, now, (context: ReportContext) => {
      fc.assert(
        fc.property(entries(own), entries(projects), target, (users, files, where) => {
          const judge = (budgets: readonly BudgetEntry[]) =>
            judgeBudgets({ ...context, budgets }, { target: where, sumsOnly: true }).judged;
          const alone = judge(users).map(told).sort();
          const both = judge([...users, ...files.map(ofFile)]);
          const [others, own] = [
            both.filter(({ entry }) => entry.origin !== 'project file'),
            both.filter(({ entry }) => entry.origin === 'project file'),
          ];
          assert.deepEqual(others.map(told).sort(), alone);
          // Each holds, whatever else there is.
          const here = files.filter(
            ({ budget: { scope } }) =>
              where === undefined || (scope.kind === 'project' && scope.path === where.project),
          );
          const single = here.filter(({ budget }) => budget.period.kind !== 'run');
          assert.ok(own.length >= single.length);
        }),
        { numRuns: 150 },
      );
    });
  });

  test('are raised and paused like others, and a raise lowers none', () => {
    const key = budgetKey(budgetEntry(['project:/src/one', 'day', 'usd'], 1).budget);
    const raise = {
      ...{ id: '1', key, kind: 'raise' as const, limit: 20e9 },
      ...{ at: now - 1, until: now + hourMs },
    };
    const file = ofFile(budgetEntry(['project:/src/one', 'day', 'usd'], 5));
    const stored = [budgetEntry(['project:/src/one', 'day', 'usd'], 30)];
    const { budgets } = budgetsInForce(
      defaultSettings(),
      { budgets: stored, overrides: [raise] },
      undefined,
      now,
      [file],
    );
    assert.deepEqual(
      budgets.map(({ budget, override }) => [budget.limit / 1e9, override?.raised?.from]),
      [
        [30, undefined],
        [20, 5e9],
      ],
    );
  });

  test('are looked for in the projects there are and in the folders named', () => {
    const seen: string[][] = [];
    const files = { read: (roots: readonly string[]) => ({ entries: [], problems: [...roots] }) };
    const of = budgetsWithProjects(
      {
        settings: defaultSettings(),
        stored: noOverrides,
        variable: 'x',
        folders: ['/window'],
        pools: undefined,
        company: [],
        now,
      },
      files as never,
    );
    const { problems } = of([
      { cwd: '/src/one/deep', gitRoot: '/src/one' },
      { cwd: '/plain', gitRoot: null },
    ]);
    seen.push([...problems]);
    assert.match(problems[0]!, /COST_BUDGET_USD/);
    assert.deepEqual(problems.slice(1), ['/window', '/src/one', '/plain']);
  });
});
