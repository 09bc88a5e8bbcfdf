import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { burnData, burnOptions } from '../../../src/panels/burn.ts';
import type { BurnUnit } from '../../../src/protocol/burn.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import { burn } from '../../../src/reports/spend/burn.ts';
import { projection } from '../../../src/reports/spend/projection.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

const now = Date.UTC(2026, 10, 20, 12, 0, 0, 0);

const spent: readonly Spent[] = [
  { session: 'a', usd: 4, ago: 10 * 60_000 },
  { session: 'a', usd: 1, ago: 3 * hourMs },
  { session: 'b', usd: 3, ago: 20 * hourMs, cwd: '/src/two' },
  { session: 'b', usd: 8, ago: 3 * dayMs, cwd: '/src/two' },
  { session: 'c', usd: 16, ago: 10 * dayMs },
];

const asked = (unit: BurnUnit, more = {}) => ({ unit, project: '', threshold: 100, ...more });

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function terminal(context: ReportContext, definition: typeof burn, raw: RawOptions): any {
  return definition.run(context, readQuestion(definition, raw, context)).json;
}

describe('the burn panel’s figures', () => {
  test('are known values: the last hour beside the day before it', () => {
    world(spent, now, (context) => {
      const { rates, endOfDay, endOfMonth } = burnData(context, asked('hour'));
      const { latest, active, all, activeCount, alert, buckets } = rates.hour;
      assert.equal(buckets.length, 25);
      assert.equal(latest, 4e9);
      assert.deepEqual([activeCount, active?.mean, active?.change], [2, 2e9, 1]);
      assert.equal(all?.mean, 4e9 / 24);
      assert.equal(alert, false, 'exactly the threshold is not above it');
      // Noon: twelve hours like the last, on top of five dollars; three of the four were yesterday.
      assert.deepEqual([endOfDay.spent, endOfDay.nano], [5e9, 5e9 + 12 * 4e9]);
      assert.equal(endOfDay.at, Date.UTC(2026, 10, 21));
      // Ten days and a half of November are left.
      assert.deepEqual([endOfMonth.spent, endOfMonth.nano], [32e9, 32e9 + 10.5 * 24 * 4e9]);
      assert.equal(burnData(context, asked('hour', { threshold: 50 })).rates.hour.alert, true);
    });
  });

  test('equal the terminal’s for every unit and project', () => {
    world(spent, now, (context) => {
      for (const project of ['', '/src/two']) {
        const { rates, budgets } = burnData(context, asked('day', { project }));
        const filter = project === '' ? {} : { project };
        for (const unit of ['hour', 'day', 'week'] as const) {
          const said = terminal(context, burn, { ...filter, ...burnOptions[unit] });
          const rate = rates[unit];
          assert.deepEqual(
            said.buckets.map(({ usd }: { usd: number }) => usd * 1e9),
            rate.buckets,
          );
          assert.equal(said.latest_usd * 1e9, rate.latest);
          const mean = rate.active && Math.round(rate.active.mean) / 1e9;
          assert.deepEqual(
            [said.mean_active_usd, said.delta_pct],
            [mean ?? null, rate.active === undefined ? null : rate.active.change * 100],
          );
        }
        assert.deepEqual(budgets, []);
      }
    });
  });

  test('the days of budgets are the terminal’s, and the first to end is by the latest stretch', () => {
    world(spent, now, (plain) => {
      const budgets = [
        budgetEntry(['global', 'day', 'usd'], 9),
        budgetEntry(['global', 'month', 'usd'], 1000),
        budgetEntry(['project:*', 'month', 'usd'], 10),
      ];
      const context = { ...plain, budgets };
      const figures = burnData(context, asked('hour'));
      const said = terminal(context, projection, {});
      assert.deepEqual(
        figures.budgets.map(({ steps }) => steps.map(({ share, days }) => [share, days ?? null])),
        said.budgets.map(({ exhaustion }: { exhaustion: { share: number; days: number }[] }) =>
          exhaustion.map(({ share, days }) => [share, days]),
        ),
      );
      // Four dollars are left of nine at four dollars an hour.
      assert.equal(figures.first?.ahead.judged.entry.budget.period.kind, 'day');
      assert.equal(figures.first?.days, 1 / 24);
      const idle = burnData({ ...context, now: now + 2 * hourMs }, asked('hour'));
      assert.equal(idle.first?.days, undefined, 'nothing ends while nothing is spent');
      assert.equal(burnData(plain, asked('hour')).first, undefined);
      assert.equal(burnData(context, asked('hour', { project: '/src/two' })).first, undefined);
    });
  });

  test('a project nothing is called is refused, an empty store has no data', () => {
    world(spent, now, (context) => {
      assert.throws(() => burnData(context, asked('hour', { project: '/nowhere' })), /No project/);
    });
    world([], now, (context) => {
      const { hasData, rates, endOfDay } = burnData(context, asked('hour'));
      assert.deepEqual([hasData, rates.hour.skipped, endOfDay.nano], [false, 'no-data', 0]);
    });
  });
});
