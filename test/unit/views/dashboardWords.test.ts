import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { usDollars } from '../../../src/model/currency.ts';
import { dashboardData } from '../../../src/panels/dashboard.ts';
import { type DashboardQuestion, usualDashboard } from '../../../src/protocol/dashboard.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import type { InsightJson } from '../../../src/reports/insights/optimizeJson.ts';
import type { Billing } from '../../../src/settings/settings.ts';
import type * as Model from '../../../src/views/dashboard/viewModel.ts';
import type * as Formats from '../../../src/views/text/format.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

/** Tuesday, three in the afternoon. */
const now = Date.parse('2026-11-24T15:00:00Z');

interface Asked extends Partial<DashboardQuestion> {
  readonly billing?: Billing;
  readonly budgets?: readonly BudgetEntry[];
  readonly insights?: readonly InsightJson[];
  readonly context?: Partial<ReportContext>;
}

/** A dollar a day for the last so many days, at ten in the morning. */
const daily = (days: number, usd = 1): Spent[] =>
  Array.from({ length: days }, (_, index) => ({
    session: `d${index}`,
    usd,
    ago: (index + 1) * dayMs + 5 * hourMs,
    cwd: index % 4 === 0 ? '/src/two' : '/src/one',
  }));

const today = (usd: number): Spent => ({ session: 'today', usd, ago: 2 * hourMs });

const insight = (low: number, high: number): InsightJson => ({
  id: `i${high}`,
  kind: 'context-bloat',
  title: '',
  agent: null,
  state: 'open',
  snoozedUntil: null,
  outcome: null,
  evidence: [{ name: 'sessions', value: 6, unit: 'count' }],
  currentPerMonthUsd: null,
  savingsPerMonthUsd: { low, high },
  projectedPerMonthUsd: null,
  savingsShare: null,
  basis: 'measured',
  action: { kind: 'advice', text: '' },
  coverage: { seen: 1, all: 1, noun: 'session' },
});

describe('what the dashboard says', () => {
  let model: typeof Model;
  let formats: typeof Formats;
  before(async () => {
    standInForVscode();
    model = await import('../../../src/views/dashboard/viewModel.ts');
    formats = await import('../../../src/views/text/format.ts');
  });

  /** Everything the dashboard shows of a history. */
  function shown(spent: readonly Spent[], asked: Asked = {}) {
    const { billing = 'api', budgets = [], insights, context: more, ...question } = asked;
    let data: ReturnType<typeof Model.dashboardViewModel> | undefined;
    world(spent, now, (context) => {
      const whole = { ...usualDashboard, ...question };
      const figures = dashboardData({ ...context, ...more, billing, budgets }, whole);
      data = model.dashboardViewModel({
        figures,
        question: whole,
        format: new formats.Format({ currency: usDollars, zone: 'UTC', billing }, 'en'),
        folders: [],
        live: false,
        demo: false,
        zone: 'UTC',
        insights: insights && { insights, adviceTaken: [] },
      });
    });
    return data!;
  }
  const said = (spent: readonly Spent[], asked: Asked = {}) => {
    const { answer, lead, acts = [] } = shown(spent, asked);
    return [answer, lead, acts.map(({ label }) => label).join(' | ')];
  };
  const card = (data: ReturnType<typeof shown>, wanted: string) => {
    const { figure, detail, more, level } = data.cards.find(({ id }) => id === wanted)!;
    // Intl puts thin spaces around the dash of a range.
    const texts = [figure, detail, more ?? '', ...(level === undefined ? [] : [level])];
    return texts.map((text) => text.replaceAll('\u2009', ' '));
  };

  test('judges: the first that holds of over, soon over, above usual, savings, as usual', () => {
    const month = budgetEntry(['global', 'month', 'usd'], 150);
    const [over] = said([...daily(60), today(11.42)], {
      period: 'today',
      budgets: [budgetEntry(['global', 'day', 'usd'], 10), month],
    });
    assert.match(over!, /^Over today’s budget since 1:00 PM$/);
    const soon = said([...daily(60), today(1)], {
      budgets: [budgetEntry(['global', 'month', 'usd'], 26)],
      insights: [insight(7, 11)],
    });
    assert.match(soon[0]!, /^The budget “November” is likely used up on Nov 2\d$/);
    assert.match(soon[1]!, /One change could save \$7–11 a month\.$/);
    assert.equal(soon[2], 'See What to Do | Raise the Budget…');
    assert.deepEqual(said([...daily(60), today(1.7)], { budgets: [month] }), [
      'Above your usual, inside the monthly budget',
      '',
      '',
    ]);
    assert.deepEqual(said([...daily(60), today(1)], { insights: [insight(0, 6), insight(1, 2)] }), [
      'As usual, and some of it could be saved',
      '2 changes could save money, one of them up to $6 a month.',
      'See What to Do',
    ]);
    assert.deepEqual(said([...daily(60), today(1)], { insights: [insight(0, 0.5)] }), [
      'As usual',
      '',
      '',
    ]);
    assert.equal(said([...daily(60)], { period: 'month' })[0], 'As usual');
    assert.equal(said([...daily(10), today(1)])[0], '$11.00 in November so far');
  });

  test('names who ran a budget over, where that is what is looked at', () => {
    const asked = {
      period: 'today',
      budgets: [budgetEntry(['global', 'day', 'usd'], 10)],
    } as const;
    const { acts, lead } = shown([...daily(60), today(11.42)], asked);
    assert.match(lead!, /^\$1\.42 over \$10\. “today” did most of it\.$/);
    assert.deepEqual(
      acts?.map(({ label }) => label),
      ['Show the Session', 'Raise for Today…'],
    );
    assert.deepEqual(acts?.[0]?.act, { kind: 'openSession', sid: 'today', message: '' });
  });

  test('says when there was something, where there is nothing', () => {
    const old = daily(40).filter(({ ago }) => ago > 30 * dayMs);
    const data = shown(old);
    assert.equal(data.answer, 'Nothing spent in November');
    assert.match(data.lead!, /^Your last session was “d\d+” on Oct \d+\.$/);
    assert.deepEqual(data.acts?.[0], {
      label: 'Show All Time',
      act: { kind: 'ask', changes: { period: 'all', since: '', until: '' } },
    });
    assert.deepEqual(data.cards, []);
    assert.equal(data.earlier?.title, '$11.00 since Oct 2026');
    assert.deepEqual(
      data.earlier?.months.map(({ label, nano }) => [label, nano / 1e9]),
      [
        ['Oct 2026', 11],
        ['Nov 2026', 0],
      ],
    );
    assert.equal(shown(old, { period: 'all' }).earlier, null);
  });

  test('holds each figure against something', () => {
    const data = shown([...daily(60), today(1.7)], {
      budgets: [budgetEntry(['global', 'month', 'usd'], 150)],
    });
    assert.deepEqual(
      data.cards.map(({ id, label }) => [id, label]),
      [
        ['cost', 'This month'],
        ['today', 'Today'],
        ['ahead', 'On track for'],
        ['most', 'Goes mostly to'],
      ],
    );
    // 23 days and today, against 24 days of October.
    assert.deepEqual(card(data, 'cost'), ['$24.70', 'as in Oct 1 – 24', '$24.00 then']);
    assert.deepEqual(card(data, 'today'), [
      '$1.70',
      '▲ 70% above a usual Tuesday',
      '$1.00 by this time',
    ]);
    const [likely, inside, range] = card(data, 'ahead');
    assert.match(likely!, /^\$3[12]$/);
    assert.equal(inside, 'inside the budget of $150');
    assert.match(range!, /^\$\d+–\d+ in 19 of 20 cases$/);
    const [most, share, then] = card(data, 'most');
    assert.deepEqual([most, then!.replace(/\d+%/, '%')], ['one', 'then two %']);
    assert.match(share!, /^\d\d% of \$24\.70$/);
  });

  test('is as far on as the month before only', () => {
    // The 31st: the month before has no such day, and all of it is the measure.
    const at = Date.parse('2026-12-31T15:00:00Z');
    const spent = [
      { session: 'a', usd: 5, ago: now - Date.parse('2026-11-30T23:30:00Z') },
      { session: 'b', usd: 1, ago: now - Date.parse('2026-12-02T10:00:00Z') },
    ];
    const data = shown(spent, { context: { now: at } });
    assert.deepEqual(card(data, 'cost'), ['$1.00', '▼ 80% below Nov 1 – 30', '$5.00 then']);
    const line = data.running?.before ?? [];
    assert.deepEqual([line.length, line.at(-2), line.at(-1)], [30, 0, 5e9]);
  });

  test('draws what is to come: bars, the running total and its range', () => {
    const data = shown([...daily(60), today(1)]);
    assert.equal(data.buckets.length, 30);
    const [present, next] = [data.buckets[23]!, data.buckets[24]!];
    assert.equal(present.soFar, true);
    // By three in the afternoon all of a usual day is spent.
    assert.equal(present.expected, present.total);
    assert.ok(next.total === 0 && next.expected > 0);
    assert.ok(data.buckets.slice(0, 23).every(({ expected }) => expected === 0));
    const ahead = data.buckets.reduce(
      (sum, { expected, total }) => sum + Math.max(expected, total),
      0,
    );
    assert.equal(Math.round(ahead / 1e3), Math.round(data.running!.ahead!.likely / 1e3));
    assert.equal(shown(daily(60), { period: 'all' }).running, null);
  });

  test('of all time says what a month costs lately', () => {
    assert.equal(said(daily(60), { period: 'all' })[0], 'About $29 a month lately, as before');
    assert.equal(
      said(
        daily(60).filter(({ ago }) => ago > 31 * dayMs),
        { period: 'all' },
      )[0],
      '$30 in all, nothing of it lately',
    );
  });

  test('narrowed says of what', () => {
    const filters = { ...usualDashboard.filters, project: '/src/two' };
    assert.match(said(daily(20), { filters })[0]!, /^\$\d\.00 in November so far for two$/);
  });

  test('of a plan has its windows first, and dollars as API value once', () => {
    const asked = { billing: 'subscription' } as const;
    const data = shown([...daily(60), today(1.7)], asked);
    assert.deepEqual(
      data.cards.map(({ label }) => label),
      ['API value · This month', 'Today', 'On track for', 'Goes mostly to'],
    );
    assert.deepEqual(card(data, 'today'), ['1.7×', 'a usual Tuesday by this time', '']);
    assert.equal(data.chartTitle, 'API value in November');
    assert.match(data.notes[0]!, /^Dollars are API value/);
  });

  test('lists what to do from a dollar a month on, the largest first', () => {
    const insights = [insight(0, 0.99), insight(1, 2), insight(7, 11)];
    const { todo } = shown(daily(5), { insights });
    assert.deepEqual(
      todo?.map(({ title, saving, basis, verb }) => [title, saving, basis, verb]),
      [
        ['Start fresh instead of carrying long contexts', '$7–11', 'a month, measured', 'show'],
        [
          'Start fresh instead of carrying long contexts',
          '$1.00–2.00',
          'a month, measured',
          'show',
        ],
      ],
    );
    assert.equal(shown(daily(5)).todo, null);
  });
});
