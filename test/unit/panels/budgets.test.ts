import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Crossings } from '../../../src/budgets/crossings.ts';
import { judgeSums } from '../../../src/budgets/evaluateBudgets.ts';
import { SumSpends } from '../../../src/budgets/sumSpends.ts';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { budgetsData } from '../../../src/panels/budgets.ts';
import { budgetOutlooks } from '../../../src/panels/parts/budgetForecasts.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

const now = Date.UTC(2026, 10, 20, 12, 0, 0, 0);
const minute = 60_000;

const spent: readonly Spent[] = [
  { session: 'a', usd: 4, ago: 10 * minute },
  { session: 'a', usd: 3, ago: 3 * hourMs },
  ...[1, 2, 3, 4, 5, 6].map((days) => ({ session: 'b', usd: 2, ago: days * dayMs - minute })),
  { session: 'c', usd: 16, ago: 40 * dayMs, cwd: '/src/two' },
  { session: 'c', usd: 20, ago: 41 * dayMs, cwd: '/src/two' },
];
const day = (limit: number) => budgetEntry(['global', 'day', 'usd'], limit);

describe('budgets with what they come to', () => {
  test('are used up since the minute in which their limit was reached', () => {
    world(spent, now, (plain) => {
      const since = (limit: number) =>
        budgetOutlooks({ ...plain, budgets: [day(limit)] })[0]!.overSince;
      assert.equal(since(8), undefined);
      assert.equal(since(7), now - 10 * minute);
      assert.equal(since(3.5), now - 10 * minute);
      assert.equal(since(3), now - 3 * hourMs);
      const [rolling] = budgetOutlooks({
        ...plain,
        budgets: [budgetEntry(['global', 'rolling:5h', 'usd'], 1)],
      });
      assert.deepEqual([rolling?.overSince, rolling?.endsAt], [undefined, undefined]);
    });
  });

  test('find that minute again whatever was found before', () => {
    const kept = new Crossings();
    const ages = fc.array(fc.integer({ min: 0, max: 11 * 60 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(ages, (minutes) => {
        const each = minutes.map((ago, n) => ({ session: `s${n}`, usd: 1, ago: ago * minute }));
        world(each, now, (plain) => {
          const context = { ...plain, budgets: [day(1)] };
          const spends = new SumSpends(plain.reader);
          const [judged] = judgeSums(context, spends);
          const first = now - Math.max(...minutes) * minute;
          assert.equal(kept.since(context, judged!, spends), first);
          assert.equal(new Crossings().since(context, judged!, spends), first);
        });
      }),
      { numRuns: 15 },
    );
  });

  test('have a range for everything and for one project, and the day they are used up', () => {
    world(spent, now, (plain) => {
      const budgets = [
        budgetEntry(['global', 'month', 'usd'], 25),
        budgetEntry(['project:/src/one', 'month', 'usd'], 25),
        budgetEntry(['global', 'lifetime', 'usd'], 1000),
      ];
      const [whole, one, lifetime] = budgetsData({ ...plain, budgets }, { months: 0 }).budgets;
      // Nothing else was spent in November: the project is all of it.
      assert.deepEqual(
        [whole?.state.spent, whole?.projected, whole?.band, whole?.usedUpAt],
        [one?.state.spent, one?.projected, one?.band, one?.usedUpAt],
      );
      // Nineteen dollars in seven days; eleven are left, since a usual day begins at noon.
      assert.equal(whole?.state.spent, 19e9);
      assert.equal(Math.round(whole!.projected! / 1e6), Math.round(19_000 + (19_000 / 7) * 11));
      assert.ok(whole!.band!.low < whole!.projected! && whole!.projected! < whole!.band!.high);
      const days = (6 / 19) * 7;
      const quarter = dayMs / 96;
      assert.ok(Math.abs(whole!.usedUpAt! - (now + 2 * dayMs + (days - 2) * quarter)) < 5);
      assert.equal(whole!.endsAt, Date.UTC(2026, 11, 1));
      assert.deepEqual([lifetime?.projected, lifetime?.endsAt], [undefined, undefined]);
      assert.ok(lifetime!.usedUpAt! > now);
    });
  });

  test('stand beside the months before, each with its own limit', () => {
    world(spent, now, (plain) => {
      const budgets = [
        day(5),
        budgetEntry(['global', 'month', 'usd'], 30),
        budgetEntry(['project:/src/two', 'month', 'usd'], 9),
        budgetEntry(['project:/src/two', 'day', 'usd'], 9),
      ];
      const { months, spend, daysOver } = budgetsData({ ...plain, budgets }, { months: 6 });
      assert.deepEqual(
        months.map(({ from }) => new Date(from).toISOString().slice(0, 7)),
        ['2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11'],
      );
      assert.deepEqual(spend, [
        { project: '', nanos: [0, 0, 0, 0, 36e9, 19e9], limit: 30e9 },
        { project: '/src/two', nanos: [0, 0, 0, 0, 36e9, 0], limit: 9e9 },
      ]);
      // Two days of October, and today.
      assert.deepEqual(daysOver, { limit: 5e9, counts: [0, 0, 0, 0, 2, 1] });
      assert.deepEqual(budgetsData({ ...plain, budgets }, { months: 0 }).spend, []);
    });
  });
});
