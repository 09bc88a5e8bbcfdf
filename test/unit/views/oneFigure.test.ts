import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Overview, readOverview } from '../../../src/budgets/overview.ts';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { usDollars } from '../../../src/model/currency.ts';
import { formatAbout, formatAboutRange, formatUsd, nanoToUsd } from '../../../src/model/money.ts';
import { burnData } from '../../../src/panels/burn.ts';
import { dashboardData } from '../../../src/panels/dashboard.ts';
import { usualBurn } from '../../../src/protocol/burn.ts';
import { noFilters, usualDashboard } from '../../../src/protocol/dashboard.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import type { ReportDefinition } from '../../../src/reports/document/definition.ts';
import { burn } from '../../../src/reports/spend/burn.ts';
import { report } from '../../../src/reports/spend/costReport.ts';
import { projection } from '../../../src/reports/spend/projection.ts';
import { summary } from '../../../src/reports/spend/summary.ts';
import { readStatusLine } from '../../../src/statusline/figures.ts';
import type { Spend } from '../../../src/views/core/spend.ts';
import type * as DashboardModel from '../../../src/views/dashboard/viewModel.ts';
import type * as StatusText from '../../../src/views/statusBar/statusText.ts';
import type * as Tooltip from '../../../src/views/statusBar/tooltip.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

const minuteMs = 60_000;

/** Office hours of the days before: two dollars at nine, six at four in the afternoon. */
function history(now: number): Spent[] {
  const midnight = now - (now % dayMs);
  return Array.from({ length: 20 }, (_, index) => index + 1).flatMap((back) => {
    const start = midnight - back * dayMs;
    const factor = 1 + (back % 3) / 2;
    return [
      { session: `d${back}`, usd: 2 * factor, ago: now - (start + 9 * hourMs) },
      { session: `d${back}`, usd: 6 * factor, ago: now - (start + 16 * hourMs) },
    ];
  });
}

const budgets = [
  budgetEntry(['global', 'day', 'usd'], 15),
  budgetEntry(['global', 'week', 'usd'], 60),
  budgetEntry(['global', 'month', 'usd'], 250),
];

/** What every surface says in one moment. */
function surfaces(context: ReportContext) {
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test looks into
  const asked = (definition: ReportDefinition, raw: RawOptions = {}): any =>
    definition.run(context, readQuestion(definition, raw, context));
  const { reader, now, zone, weekStart } = context;
  return {
    overview: readOverview(reader, {
      ...{ now, zone, weekStart, scope: undefined, windowScope: undefined },
      budgets: context.budgets,
    }),
    month: dashboardData(context, { ...usualDashboard, period: 'month', filters: noFilters }),
    today: dashboardData(context, { ...usualDashboard, period: 'today', filters: noFilters }),
    burn: burnData(context, usualBurn),
    line: readStatusLine(context, new Map()),
    summary: asked(summary),
    report: asked(report, { period: 'today' }),
    terminalBurn: asked(burn),
    projection: asked(projection),
  };
}

describe('one today, one forecast', () => {
  let statusText: typeof StatusText.statusText;
  let tooltipMarkdown: typeof Tooltip.tooltipMarkdown;
  let dashboard: typeof DashboardModel.dashboardViewModel;
  let formats: typeof import('../../../src/views/text/format.ts');
  before(async () => {
    standInForVscode();
    formats = await import('../../../src/views/text/format.ts');
    ({ statusText } = await import('../../../src/views/statusBar/statusText.ts'));
    ({ tooltipMarkdown } = await import('../../../src/views/statusBar/tooltip.ts'));
    ({ dashboardViewModel: dashboard } = await import('../../../src/views/dashboard/viewModel.ts'));
  });

  const spendOf = (overview: Overview): Spend =>
    ({
      overview,
      remembered: undefined,
      indexer: { kind: 'watching' },
      readProblem: '',
      roots: [{ path: '/home/somebody/.claude', problem: '' }],
      settings: {
        ...{ currency: usDollars, zone: 'UTC', billing: 'api', scope: 'all' },
        ...{ show: ['today'], warnAfterDays: 10_000 },
      },
      engine: 'node:sqlite',
      revision: '1',
      demo: false,
      official: undefined,
    }) as unknown as Spend;

  const noon = Date.UTC(2026, 10, 26, 12);
  const late = Date.UTC(2026, 10, 26, 23, 58);
  const cases: readonly (readonly [string, number, readonly Spent[], number, number])[] = [
    ['clocks agree', noon, [at(-3 * hourMs), at(-20 * minuteMs)], 2, 1],
    [
      'clocks minutes ahead',
      noon,
      [at(-3 * hourMs), at(-20 * minuteMs), at(2 * minuteMs), at(4 * minuteMs)],
      4,
      3,
    ],
    ['a clock hours ahead', noon, [at(-20 * minuteMs), at(6 * hourMs)], 2, 2],
    ['before midnight, one dated tomorrow', late, [at(minuteMs), at(3 * minuteMs)], 1, 1],
    ['nothing today', noon, [], 0, 0],
  ];

  for (const [name, now, spent, dollars, inTheHour] of cases) {
    test(`${name}: each figure is the same everywhere`, () => {
      world([...history(now), ...spent], now, (plain) => {
        const context = { ...plain, budgets };
        const said = surfaces(context);
        const { overview } = said;
        const today = dollars * 1e9;
        const spend = spendOf(overview);
        const format = formats.formatOf(spend.settings);

        // Today.
        const bar = said.month.buckets.find(({ from, to }) => from <= now && now < to)!;
        const budget = said.month.budgets.find(({ budget: { period } }) => period.kind === 'day')!;
        assert.deepEqual(
          {
            overview: overview.today.total,
            card: said.month.recent.today,
            bar: bar.total,
            hours: said.today.buckets.reduce((sum, { total }) => sum + total, 0),
            total: said.today.total,
            budget: budget.state.spent,
            tree: overview.budgets.find(({ entry }) => entry.budget.period.kind === 'day')!.state
              .spent,
            burn: said.burn.forecasts.day.spent,
            line: said.line.today.nano,
            summary: said.summary.json.forecast.today.spent_usd * 1e9,
            report: said.report.json.total_cost_usd * 1e9,
          },
          {
            ...{ overview: today, card: today, bar: today, hours: today, total: today },
            ...{ budget: today, tree: today, burn: today, line: today, summary: today },
            report: today,
          },
        );
        const words = formatUsd(today);
        assert.match(statusText(spend, now).text, new RegExp(`\\${words}( |$)`));
        const hover = tooltipMarkdown(spend, {
          ...{ now, catalogueDate: '2026-11-01', catalogueDays: 1, remote: '' },
        });
        assert.ok(hover.includes(`| Today&nbsp;&nbsp; | **${words}**`), hover);
        const drawn = dashboard({
          ...{ figures: said.month, question: { ...usualDashboard, filters: noFilters }, format },
          ...{ folders: [], live: false, demo: false, zone: 'UTC', insights: undefined },
        });
        const card = drawn.cards.find(({ id }) => id === 'today')!;
        assert.equal(card.figure, words);
        const ahead = drawn.cards.find(({ id }) => id === 'ahead')!;
        assert.equal(ahead.figure, formatAbout(overview.forecasts.month.nano));
        assert.equal(
          said.today.total + said.today.ahead!.nano,
          overview.forecasts.day.nano,
          'by midnight',
        );
        assert.ok(said.summary.sentences[0].startsWith(`Today ${words},`));

        // The last hour, and the windows around it.
        assert.deepEqual(
          [overview.lastHour.total, said.month.recent.lastHour, said.line.lastHour],
          [inTheHour * 1e9, inTheHour * 1e9, inTheHour * 1e9],
        );
        assert.equal(said.report.json.lastHourUsd, inTheHour);
        if (inTheHour > 0) assert.equal(said.burn.hour?.nano, inTheHour * 1e9);
        assert.equal(said.burn.hour?.isNow, inTheHour > 0);
        assert.equal(said.burn.pace.total, today);
        assert.ok(said.terminalBurn.json.latest_usd >= dollars, 'a day holds today');

        // The forecast, with its range.
        const { forecasts } = overview;
        assert.deepEqual(said.burn.forecasts, forecasts);
        for (const document of [said.summary, said.report, said.terminalBurn]) {
          const { today: day, month } = document.json.forecast;
          for (const [found, { nano, band }] of [
            [day, forecasts.day],
            [month, forecasts.month],
          ]) {
            assert.equal(found.projected_usd, nanoToUsd(Math.round(nano)));
            assert.equal(found.low_usd, nanoToUsd(Math.round(band!.low)));
            assert.equal(found.high_usd, nanoToUsd(Math.round(band!.high)));
          }
        }
        for (const kind of ['day', 'week', 'month'] as const) {
          const { budget, projected, band, usedUpAt } = said.month.budgets.find(
            (each) => each.budget.period.kind === kind,
          )!;
          const { nano, band: range, span } = forecasts[kind];
          assert.ok(Math.abs(projected! - nano) < 1, kind);
          assert.ok(Math.abs(band!.low - range!.low) < 1, kind);
          assert.ok(Math.abs(band!.high - range!.high) < 1, kind);
          // It is used up before its end where its end is above it, and only there.
          assert.equal(usedUpAt !== undefined, nano > budget.limit, kind);
          if (usedUpAt !== undefined) assert.ok(now < usedUpAt && usedUpAt <= span.to, kind);
          const listed = said.projection.json.budgets.find(
            (each: { period: string }) => each.period === kind,
          );
          const end = listed.exhaustion.find(({ share }: { share: number }) => share === 1);
          if (usedUpAt === undefined) assert.equal(end.outcome, 'period-ends-first', kind);
          else assert.ok(Math.abs(end.days - (usedUpAt - now) / dayMs) < 1e-6, kind);
        }
        if (dollars > 0) {
          const { nano, band } = forecasts.day;
          const about = `${formatAbout(nano)} (${formatAboutRange(band!.low, band!.high)})`;
          assert.ok(hover.includes(`on track for ${about}`), hover);
          for (const { sentences } of [said.summary, said.report, said.terminalBurn]) {
            assert.ok(
              sentences.some((line: string) => line.startsWith(`On track for ${about} today and `)),
              sentences.join('\n'),
            );
          }
        }
      });
    });
  }

  test('the evening brings what evenings bring, not what the mean hour does', () => {
    const evening = Date.UTC(2026, 10, 26, 20);
    world([...history(evening), at(-8 * hourMs)], evening, (context) => {
      const { overview } = surfaces(context);
      assert.equal(overview.forecasts.day.nano, overview.forecasts.day.spent);
    });
    world([...history(noon), at(-2 * hourMs)], noon, (context) => {
      const { day, rate } = surfaces(context).overview.forecasts;
      // Three quarters of a usual day are spent at four in the afternoon.
      assert.ok(Math.abs(day.nano - day.spent - 0.75 * rate) < 1);
    });
  });

  function at(after: number): Spent {
    return { session: `now${after}`, usd: 1, ago: -after };
  }
});
