import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { wholeBudget } from '../../../src/budgets/budgetShares.ts';
import { settingBudgets } from '../../../src/budgets/budgetsInForce.ts';
import { type Overview, readFigure, readOverview } from '../../../src/budgets/overview.ts';
import { addDays, dayMs, dayOf, firstMoment } from '../../../src/model/calendar.ts';
import { type Currency, convert } from '../../../src/model/currency.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { clientSet, unpackSet } from '../../lib/transcriptSets.ts';

const zone = 'Europe/Berlin';

/** A store of real sessions, and the moment of the last message in it. */
function realStore(folder: string): {
  reader: StoreReader;
  last: number;
  [Symbol.dispose](): void;
} {
  unpackSet(clientSet, folder);
  const { db } = openForWriting(':memory:');
  ingestAll(db, folder);
  const { last } = db.prepare('SELECT max(at) AS last FROM message').get<{ last: number }>()!;
  return { reader: new StoreReader(db), last, [Symbol.dispose]: () => db.close() };
}

describe('figures in another currency', () => {
  test('a span over changes of the rate is the sum of its pieces, cut anywhere', () => {
    using dir = tempDir();
    using store = realStore(dir.path);
    const span = { from: store.last - 5 * dayMs, to: store.last + dayMs };
    const moment = fc.integer({ min: span.from + 1, max: span.to - 1 });
    const rate = fc.double({ min: 0.01, max: 200, noNaN: true });
    fc.assert(
      fc.property(moment, rate, rate, (cut, first, second) => {
        const rates = [
          { from: 0, rate: first },
          { from: cut, rate: second },
        ];
        const whole = readFigure(store.reader, span, undefined, { code: 'EUR', rates });
        const before = readFigure(store.reader, { from: span.from, to: cut }, undefined);
        const after = readFigure(store.reader, { from: cut, to: span.to }, undefined);
        assert.equal(whole.total, before.total + after.total);
        assert.equal(whole.shown, convert(before.total, first) + convert(after.total, second));
      }),
      { numRuns: 40 },
    );
  });

  test('a new rate changes no figure of the days before it', () => {
    using dir = tempDir();
    using store = realStore(dir.path);
    const { reader, last } = store;
    const today = dayOf(last, zone);
    const from = (day: string): number => firstMoment(day, zone);
    const old: Currency = { code: 'EUR', rates: [{ from: from('2020-01-01'), rate: 0.9 }] };
    const more: Currency = {
      code: 'EUR',
      rates: [...old.rates, { from: from(addDays(today, 1)), rate: 50 }],
    };
    const ask = (currency: Currency | undefined, now: number) =>
      readOverview(reader, {
        now,
        zone,
        weekStart: 1,
        scope: undefined,
        windowScope: undefined,
        ...(currency && { currency }),
      });
    const known = ask(old, last);
    assert.ok(known.today.total > 0);
    assert.equal(known.today.shown, convert(known.today.total, 0.9));
    assert.deepEqual(ask(more, last).today, known.today);
    assert.deepEqual(ask(more, last).session, known.session);
    // A session of old keeps the rate of its last day, whenever it is looked at.
    const later = ask(more, last + 10 * dayMs);
    assert.equal(later.session?.shown, convert(later.session?.total ?? 0, 0.9));
    assert.equal(later.today.shown, 0);
    // Without a currency everything is in dollars.
    const dollars = ask(undefined, last);
    assert.equal(dollars.month.shown, dollars.month.total);
    assert.equal(dollars.session?.shown, dollars.session?.total);
  });

  test('the budgets of a project count its sessions only', () => {
    using dir = tempDir();
    using store = realStore(dir.path);
    const { reader, last } = store;
    const own = reader.sessions()[0]!.cwd;
    const ask = (path: string) =>
      readOverview(reader, {
        now: last,
        zone,
        weekStart: 1,
        scope: undefined,
        windowScope: undefined,
        budgets: settingBudgets({
          dailyBudgetUsd: 1,
          monthlyBudgetUsd: undefined,
          projectBudgets: new Map([[path, { dailyUsd: 1 }]]),
        }),
      });
    const budgetOf = ({ budgets }: Overview) =>
      budgets.find(({ entry }) => entry.budget.scope.kind === 'project');
    const overview = ask(own);
    const project = budgetOf(overview)!;
    const day = { from: firstMoment(dayOf(last, zone), zone), to: last + dayMs };
    assert.equal(project.state.share, readFigure(reader, day, [own]).total / 1e9);
    assert.equal(budgetOf(ask('/nowhere'))?.state.share, 0);
    assert.ok(wholeBudget(overview, 'day')!.state.share >= project.state.share);
  });
});
