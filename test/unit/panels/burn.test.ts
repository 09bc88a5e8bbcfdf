import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { burnData } from '../../../src/panels/burn.ts';
import type { BurnPeriod } from '../../../src/protocol/burn.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import { burn } from '../../../src/reports/spend/burn.ts';
import { projection } from '../../../src/reports/spend/projection.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

/** A Friday, noon. */
const now = Date.UTC(2026, 10, 20, 12, 0, 0, 0);

const spent: readonly Spent[] = [
  { session: 'a', usd: 4, ago: 10 * 60_000 },
  { session: 'a', usd: 1, ago: 3 * hourMs },
  { session: 'b', usd: 3, ago: 20 * hourMs, cwd: '/src/two' },
  { session: 'b', usd: 8, ago: 3 * dayMs, cwd: '/src/two' },
  { session: 'c', usd: 16, ago: 10 * dayMs },
];

/** Fridays before: so much at nine, and as much again in the evening. */
const fridays = (...usd: readonly number[]): Spent[] =>
  usd.flatMap((each, index) => [
    { session: `f${index}`, usd: each, ago: 7 * (index + 1) * dayMs + 3 * hourMs },
    { session: `f${index}`, usd: each, ago: 7 * (index + 1) * dayMs - 6 * hourMs },
  ]);
const old: Spent = { session: 'old', usd: 0.001, ago: 300 * dayMs };

const asked = (period: BurnPeriod = 'today', project = '') => ({ period, project });

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function terminal(context: ReportContext, definition: typeof burn, raw: RawOptions): any {
  return definition.run(context, readQuestion(definition, raw, context)).json;
}

describe('the burn panel’s figures', () => {
  test('hold today against the middle half of the last eight days of its name', () => {
    world([...spent, ...fridays(1, 2, 3, 4, 5, 6, 7, 8), old], now, (context) => {
      const { pace } = burnData(context, asked());
      assert.equal(pace.total, 5e9);
      assert.equal(pace.starts.length, 24);
      assert.deepEqual([pace.sums[9], pace.sums[11]], [1e9, 4e9]);
      const { count, byNow, totals, steps } = pace.usual!;
      assert.equal(count, 8);
      assert.deepEqual(byNow, { low: 2.75e9, median: 4.5e9, high: 6.25e9 });
      assert.deepEqual(totals[9], { low: 0, median: 0, high: 0 });
      assert.deepEqual(totals[10], byNow);
      assert.deepEqual(totals[24], { low: 5.5e9, median: 9e9, high: 12.5e9 });
      assert.deepEqual([steps[9], steps[18], steps[3]], [4.5e9, 4.5e9, 0]);
      assert.equal(pace.aboveSince, undefined, 'inside the band');
    });
  });

  test('tell since when it is faster, and what did it', () => {
    world([...spent, ...fridays(1, 1, 2, 2), old], now, (context) => {
      const { pace, most } = burnData(context, asked());
      // The four dollars of eleven o'clock lead out of the band.
      assert.equal(pace.aboveSince, Date.UTC(2026, 10, 20, 11));
      assert.deepEqual([most?.sid, most?.nano, most?.of, most?.step], ['a', 4e9, 4e9, 11]);
    });
  });

  test('know nothing usual before two periods', () => {
    world([...spent, ...fridays(1)], now, (context) => {
      assert.equal(burnData(context, asked()).pace.usual, undefined);
      assert.equal(burnData(context, asked('month')).pace.usual, undefined);
    });
  });

  test('count the periods by days, the last one so far', () => {
    world([...spent, ...fridays(1, 2, 3, 4, 5, 6, 7, 8), old], now, (context) => {
      const week = burnData(context, asked('7d'));
      assert.equal(week.pace.starts.length, 7);
      assert.deepEqual(week.pace.sums, [0, 0, 0, 8e9, 0, 3e9, 5e9]);
      assert.equal(week.pace.usual?.count, 8);
      const month = burnData(context, asked('month'));
      assert.equal(month.pace.starts.length, 30);
      assert.equal(month.pace.present, 19);
      assert.equal(month.ahead.nano, month.forecasts.month.nano);
      // What is to come today is the same, whatever came before.
      const { day } = week.forecasts;
      assert.ok(Math.abs(week.ahead.nano - week.pace.total - (day.nano - day.spent)) < 1);
    });
  });

  test('equal the terminal’s', () => {
    world([...spent, ...fridays(1, 2), old], now, (context) => {
      for (const project of ['', '/src/two']) {
        const figures = burnData(context, asked('today', project));
        const filter = project === '' ? {} : { project };
        const latest = (bucket: string, lookback: string): number =>
          terminal(context, burn, { ...filter, bucket, lookback }).latest_usd * 1e9;
        if (figures.hour?.isNow) assert.equal(figures.hour.nano, latest('1h', '25h'));
        else assert.equal(latest('1h', '25h'), 0);
        assert.equal(figures.week.now, latest('7d', '14d'));
      }
      const budgets = [
        budgetEntry(['global', 'day', 'usd'], 9),
        budgetEntry(['global', 'month', 'usd'], 60),
        budgetEntry(['project:/src/two', 'month', 'usd'], 14),
      ];
      const figures = burnData({ ...context, budgets }, asked());
      const said = terminal({ ...context, budgets }, projection, {});
      for (const { budget, usedUpAt, state } of figures.budgets) {
        const found = said.budgets.find(
          (each: { limit: number }) => each.limit === budget.limit / 1e9,
        );
        const end = found.exhaustion.find(({ share }: { share: number }) => share === 1);
        if (state.spent >= budget.limit) assert.equal(end.outcome, 'passed');
        else if (usedUpAt === undefined) assert.equal(end.outcome, 'period-ends-first');
        else assert.ok(Math.abs(end.days - (usedUpAt - now) / dayMs) < 1e-6);
      }
      assert.deepEqual(burnData({ ...context, budgets }, asked('today', '/src/two')).budgets, []);
    });
  });

  test('hold the last active hour against others', () => {
    world([...spent, ...fridays(1, 2), old], now, (context) => {
      const { hour } = burnData(context, asked());
      // One, three, eight, sixteen, and four of Fridays: 1, 1, 2, 2.
      assert.deepEqual([hour?.isNow, hour?.nano, hour?.usual], [true, 4e9, 2e9]);
      const later = burnData({ ...context, now: now + 5 * hourMs }, asked()).hour;
      assert.deepEqual(
        [later?.isNow, later?.nano, later?.span.from],
        [false, 4e9, Date.UTC(2026, 10, 20, 11)],
      );
    });
  });

  test('a project nothing is called is refused, an empty store has no data', () => {
    world(spent, now, (context) => {
      assert.throws(() => burnData(context, asked('today', '/nowhere')), /No project/);
    });
    world([], now, (context) => {
      const { hasData, hour, pace, most, forecasts } = burnData(context, asked());
      assert.deepEqual([hasData, hour, most, pace.total], [false, undefined, undefined, 0]);
      assert.equal(forecasts.day.nano, 0);
    });
  });
});
