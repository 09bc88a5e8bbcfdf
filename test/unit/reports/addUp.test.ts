import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ExportCount, exportPages } from '../../../src/export/rows.ts';
import { usdToNano } from '../../../src/model/money.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { dimensionNames } from '../../../src/query/dimensions.ts';
import type { Filters } from '../../../src/query/options.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import { select } from '../../../src/query/select.ts';
import { reportDefinitions } from '../../../src/reports/registry.ts';
import { sessionsReport } from '../../../src/reports/sessions/sessions.ts';
import { mixedStore, mixedWorlds } from '../../lib/mixedWorld.ts';

/** Worlds tried; `OUTLAY_TEST_RUNS=1000` for a long night. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 15);

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
type Json = any;

const nano = usdToNano;

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

/** The JSON of a report. */
function ask(context: ReportContext, name: string, raw: RawOptions): Json {
  const definition = reportDefinitions.find((each) => each.name === name)!;
  return definition.run(context, readQuestion(definition, raw, context)).json;
}

const questions: readonly RawOptions[] = [
  { period: 'all' },
  { period: '90m' },
  { since: '20d', until: '3h' },
  { period: 'all', model: 'sonnet' },
  { period: 'all', agent: 'Explore' },
  { period: 'all', tag: 'sprint' },
  { period: '30d', branch: 'feat*' },
];

type Check = (context: ReportContext, asked: RawOptions) => void;

/** The total of a question as `select` has it, whatever a report makes of it. */
function wholeOf(context: ReportContext, name: string, asked: RawOptions) {
  const definition = reportDefinitions.find((each) => each.name === name)!;
  return select(context, readQuestion(definition, asked, context), []);
}

const checks: Readonly<Record<string, Check>> = {
  summary: (context, asked) => {
    const found = ask(context, 'summary', asked);
    const { total, sums, background } = wholeOf(context, 'summary', asked);
    assert.equal(nano(found.total_cost_usd), total);
    assert.equal(nano(found.messagesUsd), sums.nano);
    assert.equal(nano(found.backgroundUsd), background);
    const of = (part: object): Json[] => Object.values(part);
    assert.equal(sum(of(found.byTier).map(nano)), sums.nano, 'tiers');
    for (const part of [found.byModel, found.byAgent]) {
      assert.equal(sum(of(part).map(({ cost_usd }) => nano(cost_usd))), sums.nano);
      assert.equal(sum(of(part).map(({ messages }) => messages)), sums.messages);
    }
    for (const part of [found.byProject, found.byDay]) {
      assert.equal(sum(of(part).map(({ cost_usd }) => nano(cost_usd))), total);
      assert.equal(sum(of(part).map(({ messages }) => messages)), sums.messages);
    }
    const models = of(found.byModel);
    assert.equal(sum(models.map(({ input_tokens }) => input_tokens)), found.byTokenClass.input);
    assert.equal(sum(models.map(({ output_tokens }) => output_tokens)), found.byTokenClass.output);
  },
  report: (context, asked) => {
    const found = ask(context, 'report', asked);
    for (const part of ['Model', 'Tier', 'Agent', 'Project', 'Branch', 'TokenClass', 'Day']) {
      const rows: Json[] = found[`by${part}`];
      const costs = rows.map(({ cost_usd }) => nano(cost_usd));
      assert.equal(sum(costs), nano(found.total_cost_usd), part);
      const tokens = sum(rows.map(({ output }) => output));
      assert.equal(tokens, found.tokens.output, part);
      if (part === 'TokenClass') continue;
      assert.equal(sum(rows.map(({ messages }) => messages)), found.messages, part);
    }
  },
  breakdown: (context, asked) => {
    for (const by of dimensionNames) {
      const found = ask(context, 'breakdown', { ...asked, by });
      const costs = found.rows.map(({ cost_usd }: Json) => nano(cost_usd));
      if (by === 'tag' || by === 'group') continue;
      assert.equal(sum(costs), nano(found.total_cost_usd), by);
      const shares = sum(found.rows.map(({ share }: Json) => share ?? 0));
      assert.ok(found.total_cost_usd === 0 || Math.abs(shares - 1) < 1e-9, by);
    }
  },
  history: (context, asked) => {
    for (const by of ['day', 'week', 'month']) {
      const found = ask(context, 'history', { ...asked, by });
      const costs = found.steps.map(({ cost_usd }: Json) => nano(cost_usd));
      assert.equal(sum(costs), nano(found.total_cost_usd), by);
    }
  },
  conversation: (context, asked) => {
    const found = ask(context, 'conversation', { ...asked, limit: '1000' });
    const costs = found.conversations.map(({ cost_usd }: Json) => nano(cost_usd));
    assert.equal(sum(costs), nano(found.total_cost_usd));
  },
  counterfactual: (context, asked) => {
    const found = ask(context, 'counterfactual', asked);
    const { sums } = wholeOf(context, 'counterfactual', asked);
    assert.equal(found.messages + found.leftOutMessages, sums.messages);
    for (const { model, byTokenClass, actual_usd, baseline_usd, savings_usd } of found.baselines) {
      const classes: Json[] = Object.values(byTokenClass);
      const actual = sum(classes.map((each) => nano(each.actual_usd)));
      assert.equal(actual + nano(found.unsplitUsd), nano(actual_usd), model);
      assert.equal(sum(classes.map((each) => nano(each.baseline_usd))), nano(baseline_usd), model);
      assert.equal(nano(baseline_usd) - nano(actual_usd), nano(savings_usd), model);
      assert.equal(actual_usd, found.actual_usd);
    }
  },
  export: (context, asked) => {
    const definition = reportDefinitions.find(({ name }) => name === 'summary')!;
    const question = readQuestion(definition, asked, context);
    const counted = new ExportCount();
    for (const page of exportPages(context, question, { paths: true, titles: false }, 3)) {
      for (const row of page) counted.add(row);
    }
    const { total, sums } = wholeOf(context, 'summary', asked);
    assert.deepEqual([counted.totals.nano, counted.totals.messages], [total, sums.messages]);
  },
};

describe('reports add up', () => {
  for (const [name, check] of Object.entries(checks)) {
    test(name, () => {
      fc.assert(
        fc.property(mixedWorlds, (world) => {
          mixedStore(world, (context) => {
            for (const asked of questions) check(context, asked);
          });
        }),
        { numRuns: runs },
      );
    });
  }

  test('sessions, and each of them', () => {
    fc.assert(
      fc.property(mixedWorlds, (world) => {
        mixedStore(world, (context) => {
          const { totals, sessions } = sessionsReport(context, {}, false).json as Json;
          assert.equal(sum(sessions.map(({ usd }: Json) => nano(usd))), nano(totals.usd));
          assert.equal(
            sum(sessions.map((each: Json) => nano(each.totalUsd))),
            nano(totals.totalUsd),
          );
          assert.equal(
            sum(sessions.map(({ declinedUsd }: Json) => nano(declinedUsd))),
            nano(totals.declinedUsd),
          );
          for (const { sessionId, usd, messages, agents, models } of sessions) {
            for (const parts of [agents, Object.values(models)] as Json[][]) {
              assert.equal(sum(parts.map((part) => nano(part.usd))), nano(usd));
              assert.equal(sum(parts.map((part) => part.messages)), messages);
            }
            const { topMessages, summedUpMessages } = ask(context, 'session', {
              argument: sessionId,
              top: '1000',
            });
            assert.equal(topMessages.length + summedUpMessages, messages);
            for (const message of topMessages) assertMessage(message);
            if (summedUpMessages > 0) continue;
            assert.equal(sum(topMessages.map((each: Json) => nano(each.usd ?? 0))), nano(usd));
          }
        });
      }),
      { numRuns: runs },
    );
  });

  test('stretches of the burn rate', () => {
    fc.assert(
      fc.property(mixedWorlds, (world) => {
        mixedStore(world, (context) => {
          const { now } = context;
          for (const filters of [{}, { model: 'sonnet' }, { tag: 'sprint' }] as Filters[]) {
            const found = ask(context, 'burn', { ...filters, bucket: '7h', lookback: '30d' });
            const reach = found.buckets.length * found.bucketMs;
            const { total } = select(
              context,
              { span: { from: now - reach + 1, to: now + 1 }, filters },
              [],
            );
            assert.equal(sum(found.buckets.map(({ usd }: Json) => nano(usd))), total);
          }
        });
      }),
      { numRuns: runs },
    );
  });
});

/** A message's classes and billed parts are its cost. */
function assertMessage({ usd, classUsd, parts }: Json): void {
  if (classUsd === null) return;
  const billed = parts.filter(({ kind }: Json) => kind !== 'declined');
  const whole = [...Object.values(classUsd), ...billed.map((part: Json) => part.usd ?? 0)];
  assert.equal(sum(whole.map(nano)), nano(usd));
}
