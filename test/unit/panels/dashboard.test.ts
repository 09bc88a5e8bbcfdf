import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { dashboardData, dashboardSummary } from '../../../src/panels/dashboard.ts';
import { type DashboardQuestion, noFilters } from '../../../src/protocol/dashboard.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import type { ReportDefinition } from '../../../src/reports/document/definition.ts';
import { reportDefinitions } from '../../../src/reports/registry.ts';
import { counterfactual } from '../../../src/reports/spend/counterfactual.ts';
import { projection } from '../../../src/reports/spend/projection.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { world } from '../../lib/spentWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../../lib/transcriptSets.ts';

const all = noFilters;
const question = (more: Partial<DashboardQuestion> = {}): DashboardQuestion => ({
  period: 'all',
  since: '',
  until: '',
  filters: all,
  stack: 'model',
  outlook: false,
  ...more,
});

interface Said {
  readonly total_cost_usd: number;
  readonly backgroundUsd: number;
  readonly messages: number;
  readonly [part: string]: unknown;
}

/** What the terminal says of the same. */
function reportSays(context: ReportContext, raw: Record<string, unknown>): Said {
  const definition = reportDefinitions.find(({ name }) => name === 'report')!;
  return definition.run(context, readQuestion(definition, raw, context)).json as Said;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const usd = (nano: number): number => nano / 1e9;

for (const set of Object.keys(expectedSets)) {
  describe(`the dashboard of ${set}`, () => {
    let context: ReportContext;
    let figures: ReturnType<typeof dashboardData>;
    const dir = tempDir();
    before(() => {
      unpackSet(set, dir.path);
      const { db } = openForWriting(':memory:');
      ingestAll(db, dir.path);
      const { last } = db.prepare('SELECT max(at) AS last FROM message').get<{ last: number }>()!;
      context = reportContext(db, { now: last + 60_000, zone: 'Europe/Berlin' });
      figures = dashboardData(context, question());
    });
    after(() => dir[Symbol.dispose]());

    it('says what the report says, to the last digit', () => {
      const said = reportSays(context, { period: 'all' });
      assert.equal(usd(figures.total), said.total_cost_usd);
      assert.equal(usd(figures.background), said.backgroundUsd);
      assert.deepEqual(
        [figures.sums.messages, figures.sessions, figures.runs, figures.success ?? null],
        [said.messages, said.sessions, said.runs, said.successRate],
      );
      assert.deepEqual(usd(figures.recent.lastHour), said.lastHourUsd);
      for (const [name, json] of [
        ['model', 'byModel'],
        ['agent', 'byAgent'],
        ['project', 'byProject'],
        ['branch', 'byBranch'],
      ] as const) {
        const groups = said[json] as Record<string, unknown>[];
        const expected = groups.map((group) => [group[name], group.cost_usd]);
        assert.deepEqual(
          figures.details.slices[name].map(({ key, nano }) => [key, usd(nano)]),
          expected,
          name,
        );
      }
    });

    it('loses nothing on the way into its parts', () => {
      const { total, buckets, span } = figures;
      const { heat, slices, classes } = figures.details;
      assert.equal(sum(buckets.map((bucket) => bucket.total)), total);
      for (const { parts, total: whole } of buckets) assert.equal(sum(parts), whole);
      assert.equal(sum(heat.nano.flat()), total);
      for (const list of Object.values(slices))
        assert.equal(sum(list.map(({ nano }) => nano)), total);
      assert.equal(sum(classes.map(({ nano }) => nano)), total);
      assert.ok(span !== undefined && buckets[0]!.from <= span.from);
      assert.ok(buckets.at(-1)!.to >= context.now);
    });

    it('knows the same of its head alone, whatever it is stacked by and narrowed to', () => {
      const [model] = figures.choices.model;
      for (const more of [
        {},
        { stack: 'project' },
        { stack: 'agent' },
        { stack: 'product' },
        { period: '7d' },
        { period: 'month', filters: { ...all, model: model! } },
      ] as const) {
        const asked = question(more);
        const { details: rest, choices, ...whole } = dashboardData(context, asked);
        const { details: none, choices: some, ...head } = dashboardSummary(context, asked);
        assert.deepEqual(head, whole);
        assert.equal(none, undefined);
        assert.deepEqual(some[asked.stack], choices[asked.stack]);
      }
    });

    it('names sessions and messages dearest first', () => {
      for (const list of [figures.details.topSessions, figures.details.topMessages]) {
        const costs = list.map(({ nano }) => nano);
        assert.deepEqual(
          costs,
          [...costs].sort((a, b) => b - a),
        );
      }
      const dearest = context.db
        .prepare('SELECT max(nano) AS nano FROM message WHERE counted = 1')
        .get<{ nano: number }>()!;
      assert.equal(figures.details.topMessages[0]?.nano, dearest.nano);
    });

    it('is narrowed by a filter as the report is, in every part', () => {
      const model = figures.details.slices.model.find(({ nano }) => nano > 0)!.key;
      const narrow = dashboardData(context, question({ filters: { ...all, model } }));
      const said = reportSays(context, { period: 'all', model });
      assert.equal(usd(narrow.total), said.total_cost_usd);
      assert.equal(sum(narrow.buckets.map((bucket) => bucket.total)), narrow.total);
      assert.ok(narrow.details.topMessages.every((message) => message.model === model));
      assert.ok(narrow.details.activity.every((entry) => entry.model === model));
      // What can be chosen does not depend on what is chosen.
      assert.deepEqual(narrow.choices, figures.choices);
    });
  });
}

it('a dashboard of nothing has nothing, and says so', () => {
  const { db } = openForWriting(':memory:');
  const figures = dashboardData(reportContext(db, { now: Date.UTC(2026, 10, 24) }), question());
  assert.equal(figures.hasData, false);
  assert.deepEqual([figures.total, figures.runs, figures.sessions], [0, 0, 0]);
  assert.deepEqual(
    [figures.details.topSessions, figures.details.activity, figures.budgets],
    [[], [], []],
  );
});

it('says what other models would have cost and what comes next as the terminal does', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const spent = Array.from({ length: 20 }, (_, n) => ({
    session: `s${n}`,
    usd: 1 + (n % 4),
    ago: n * dayMs + 3 * hourMs,
  }));
  world(spent, now, (context) => {
    const asked = question({ period: 'month', outlook: true });
    const { whatIf, next } = dashboardData(context, asked).details.outlook!;
    const json = (definition: ReportDefinition, raw: RawOptions) =>
      definition.run(context, readQuestion(definition, raw, context)).json as {
        horizons: { projected_usd: number; low_usd: number; high_usd: number }[];
        baselines: { model: string; baseline_usd: number }[];
        actual_usd: number;
      };
    const ahead = json(projection, { horizons: '30d,90d' });
    const [thirty, december, ninety] = next;
    for (const [said, { nano, band }] of [
      [ahead.horizons[0]!, thirty!],
      [ahead.horizons[1]!, ninety!],
    ] as const) {
      assert.equal(Math.round(nano) / 1e9, said.projected_usd);
      assert.equal(Math.round(band!.high) / 1e9, said.high_usd);
    }
    assert.deepEqual([december!.kind, december!.days], ['month', 31]);
    assert.equal(december!.from, Date.UTC(2026, 11, 1));
    const other = json(counterfactual, { period: 'month', baseline: 'all' });
    assert.deepEqual(
      whatIf.baselines.map(({ model, nano }) => [model, nano / 1e9]),
      other.baselines.map(({ model, baseline_usd }) => [model, baseline_usd]),
    );
    assert.equal(whatIf.actual / 1e9, other.actual_usd);
    assert.equal(dashboardData(context, question()).details.outlook, undefined);
  });
});
