import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { BudgetPeriod } from '../../src/analysis/budgets/budget.ts';
import { budgetsInForce } from '../../src/budgets/budgetsInForce.ts';
import { readOverview } from '../../src/budgets/overview.ts';
import { readConfig } from '../../src/dataFolder/readConfig.ts';
import { nanoToUsd } from '../../src/model/money.ts';
import { dashboardData } from '../../src/panels/dashboard.ts';
import { usualDashboard } from '../../src/protocol/dashboard.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { reportContext } from '../lib/reportContext.ts';
import { answerRecord, CliWorld, costState, now, usageOf } from './runCli.ts';

const one = 'aaaaaaaa-0000-4000-8000-000000000001';
const two = 'bbbbbbbb-0000-4000-8000-000000000002';
const hour = 3_600_000;

/** Of a model that costs four dollars a million tokens of input: so many dollars, so long ago. */
function spent(id: string, usd: number, ago: number, more: object = {}): Record<string, unknown> {
  return answerRecord(id, 'claude-opus-5-5', usageOf({ input: usd * 250_000 }), {
    timestamp: new Date(now - ago).toISOString(),
    ...more,
  });
}

/**
 * Two projects, a subagent, background spend, a message without a price, an unfinished count and a week of
 * history; budgets of a day, a week, a project's month and a rolling one, one of them raised.
 */
function world(): CliWorld {
  const made = new CliWorld();
  const root = made.dir.at('home', '.claude');
  const blog = { sessionId: two, cwd: '/src/blog' };
  made.transcript(
    'shop/aaaaaaaa-0000-4000-8000-000000000001.jsonl',
    [
      spent('a1', 3, 6 * 24 * hour),
      spent('a2', 1.25, 26 * hour),
      spent('a3', 6.5, 2 * hour),
      spent('a4', 0.75, hour / 2),
      costState(12.5, one),
    ],
    root,
  );
  made.transcript(
    'blog/bbbbbbbb-0000-4000-8000-000000000002.jsonl',
    [
      spent('b1', 2, 5 * hour, blog),
      answerRecord('b2', 'no-such-model', usageOf({ input: 10 }), {
        ...blog,
        timestamp: new Date(now - hour).toISOString(),
      }),
    ],
    root,
  );
  made.transcript(
    'blog/bbbbbbbb-0000-4000-8000-000000000002/subagents/agent-1.jsonl',
    [spent('b3', 1.5, 4 * hour, { ...blog, agentId: '1', isSidechain: true })],
    root,
  );
  made.settings({ 'outlay.budget.dailyUsd': 11, 'outlay.timeZone': 'UTC' });
  made.env = { NO_COLOR: '1', COLUMNS: '300' };
  for (const args of [
    ['30', '--period', 'week'],
    ['20', '--period', 'month', '--scope', 'project:/src/my.app'],
    ['15', '--period', 'rolling:24h'],
  ]) {
    assert.equal(made.run('budget', 'set', ...args).code, 0);
  }
  assert.equal(made.run('budget', 'raise', '40', '--period', 'week').code, 0);
  return made;
}

/** What one surface says of one budget. */
interface Said {
  readonly limit: number;
  readonly spent: number;
  readonly level: string;
}

type Answers = Record<string, Said>;

const round = (usd: number): number => Math.round(usd * 1e9) / 1e9;

describe('every surface gives the same figures of one store at one moment', () => {
  test('budget check, limits status, summary, status bar, dashboard and status line', () => {
    using made = world();
    const json = (...args: string[]) => {
      const { out, err } = made.run(...args, '--json');
      assert.equal(err, '');
      return JSON.parse(out);
    };
    const check = json('budget', 'check');
    const limits = json('limits', 'status');
    const summary = json('summary', '--period', 'today');
    const input = JSON.stringify({ session_id: one, workspace: { project_dir: '/src/my.app' } });
    const line = made.runWith({ input }, 'statusline', '--fresh').out;
    const figures = JSON.parse(readFileSync(made.dir.at('data', 'statusline.json'), 'utf8'));

    const stored = readConfig(made.dir.at('data', 'config.json'));
    const { budgets } = budgetsInForce(stored.settings, stored, undefined, now);
    const db = openForReading(made.dir.at('data', 'outlay.db'))!;
    try {
      const context = reportContext(db, { now, budgets, dataFolder: made.dir.at('data') });
      const overview = readOverview(context.reader, {
        ...{ now, zone: 'UTC', weekStart: 1, budgets },
        scope: undefined,
        windowScope: ['/src/my.app'],
      });
      const dashboard = dashboardData(context, { ...usualDashboard, period: 'today' });

      // What today has cost.
      const today = 6.5 + 0.75 + 2 + 1.5 + 1;
      assert.equal(round(nanoToUsd(overview.today.total)), today);
      assert.equal(round(nanoToUsd(dashboard.total)), today);
      assert.equal(round(nanoToUsd(dashboard.recent.today)), today);
      assert.equal(round(summary.total_cost_usd), today);
      assert.equal(round(nanoToUsd(figures.today.nano)), today);
      assert.equal(nanoToUsd(overview.lastHour.total), nanoToUsd(figures.lastHour));

      // Every budget, by its period.
      type Row = { period: string; budget_usd: number; spent_usd: number; level: string };
      const byPeriod = (rows: Row[]): Answers =>
        Object.fromEntries(
          rows.map(({ period, budget_usd, spent_usd, level }) => [
            period,
            { limit: budget_usd, spent: round(spent_usd), level },
          ]),
        );
      const expected = byPeriod(check.budgets);
      assert.deepEqual(Object.keys(expected).sort(), ['day', 'month', 'rolling:24h', 'week']);
      assert.deepEqual(byPeriod(limits.limits), expected);
      assert.equal(expected.day!.spent, today);
      assert.equal(expected.week!.limit, 40);

      const names: Record<string, string> = { stop: 'HARD_STOP' };
      const levelName = (level: string): string => names[level] ?? level.toUpperCase();
      const nameOf = (period: BudgetPeriod): string =>
        period.kind === 'rolling' ? `rolling:${period.count}${period.unit}` : period.kind;
      const drawn: Answers = Object.fromEntries(
        dashboard.budgets.map(({ budget: { period, limit }, state }) => [
          nameOf(period),
          {
            limit: nanoToUsd(limit),
            spent: round(nanoToUsd(state.spent)),
            level: levelName(state.level),
          },
        ]),
      );
      assert.deepEqual(drawn, expected);

      const shares: Answers = Object.fromEntries(
        overview.budgets.map(({ entry: { budget }, state }) => [
          nameOf(budget.period),
          {
            limit: nanoToUsd(budget.limit),
            spent: round(nanoToUsd(state.spent)),
            level: levelName(state.level),
          },
        ]),
      );
      assert.deepEqual(shares, expected);

      // The status line says the worst that holds for its session, in the words of limits status.
      const [worst] = limits.limits;
      const said = worst.words.split(' · ')[0];
      assert.equal(figures.budgets[0].used.startsWith(said), true, figures.budgets[0].used);
      assert.ok(line.includes(said), line);
      for (const [index, { words, level }] of limits.limits.entries()) {
        assert.ok(figures.budgets[index].used.startsWith(words.split(' · ')[0]));
        assert.equal(levelName(figures.budgets[index].level), level);
      }
    } finally {
      db.close();
    }
  });
});
