import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type {
  InsightWorld,
  Run,
  RunPart,
  Thread,
  Threads,
} from '../../../../src/analysis/insights/insight.ts';
import { findInsights } from '../../../../src/analysis/insights/insights.ts';
import { insightId, monthRange } from '../../../../src/analysis/insights/measure.ts';
import { noUsage, type Usage } from '../../../../src/model/tokens.ts';

const hour = 3_600_000;

/** Nano-dollars a token: Haiku 1, Sonnet 3, Opus 5; reading a tenth, writing 1.25, output fivefold. */
const rates: Readonly<Record<string, number>> = { haiku: 1000, sonnet: 3000, opus: 5000 };

function priced(family: string, usage: Usage): number | undefined {
  const rate = rates[family];
  if (rate === undefined) return undefined;
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = usage;
  return Math.round(
    rate * (input + 5 * output + 1.25 * cacheWrite5m + 2 * cacheWrite1h + 0.1 * cacheRead),
  );
}

const world: InsightWorld = {
  days: 30,
  tierOf: (model) => model,
  priceAt: (row, usage) => priced(row, usage),
  priceWith: ({ usage }, family) => priced(family, usage),
};

function run(
  index: number,
  more: { model?: string; effort?: string; usage?: Partial<Usage> } & Partial<Omit<Run, 'usage'>>,
): Run {
  const { model = 'opus', effort = '', usage = {}, ...rest } = more;
  const counts = { ...noUsage, ...usage };
  const nano = priced(model, counts) ?? 0;
  const messages = rest.messages ?? 1;
  const part: RunPart = { model, row: model, effort, usage: counts, messages, nano };
  return {
    key: String(index),
    session: 's',
    project: '/p',
    agent: 'helper',
    startedAt: index * hour,
    parts: [part],
    usage: counts,
    nano,
    errors: { api: 0, tool: 0, interrupted: 0 },
    ...rest,
    messages,
  };
}

function several(count: number, more: Parameters<typeof run>[1]): Run[] {
  return Array.from({ length: count }, (_, index) => run(index, more));
}

const noPrompts = { kinds: new Map(), read: 0, all: 0 };
const noThreads = { read: [], all: 0 };

function only(runs: readonly Run[], kind: string, threads: Threads = noThreads) {
  return findInsights(runs, threads, noPrompts, world).filter((insight) => insight.kind === kind);
}

describe('insights', () => {
  test('a month is the sum and one deviation to either side', () => {
    assert.deepEqual(monthRange([300, 400], 30), { low: 200, high: 1200 });
    assert.deepEqual(monthRange([300, 400], 15), { low: 400, high: 2400 });
    assert.deepEqual(monthRange([100], 30), { low: 0, high: 200 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), (savings) => {
        const { low, high } = monthRange(savings, 30);
        assert.ok(low >= 0 && high >= low);
      }),
    );
  });

  test('an id belongs to kind and subject', () => {
    assert.equal(insightId('effort', 'a', 'b'), insightId('effort', 'a', 'b'));
    assert.notEqual(insightId('effort', 'a', 'b'), insightId('effort', 'ab'));
    assert.match(insightId('top-tier', 'x'), /^top-tier-[0-9a-z]{6}$/);
  });

  test('small runs on an expensive model are repriced run by run', () => {
    const usage = { input: 1000, output: 100 };
    const [found, ...others] = only(several(9, { usage }), 'small-runs');
    assert.equal(others.length, 0);
    // 1500 input-equivalents: $0.0075 on opus, $0.0015 on haiku; nine save 9 × 6 000 000 ± 3 × 6 000 000,
    // but no more than they cost.
    assert.equal(found?.currentPerMonth, 9 * 7_500_000);
    assert.deepEqual(found?.perMonth, { low: 36_000_000, high: 67_500_000 });
    assert.deepEqual(found?.action, { kind: 'agent-model', agent: 'helper', model: 'haiku' });
    assert.equal(found?.basis, 'estimated');
  });

  const notSmall: [string, Run[]][] = [
    ['too few runs', several(4, { usage: { input: 1000 } })],
    ['long answers', several(9, { usage: { output: 1001 } })],
    ['many messages', several(9, { usage: { output: 10 }, messages: 6 })],
    ['the cheapest model', several(9, { model: 'haiku', usage: { input: 1000 } })],
    ['a model without a price', several(9, { model: 'strange', usage: { input: 1000 } })],
  ];
  for (const [name, runs] of notSmall) {
    test(`no small-run insight: ${name}`, () => assert.deepEqual(only(runs, 'small-runs'), []));
  }

  test('the main thread gets a habit, not a file', () => {
    const [found] = only(several(5, { agent: 'main', usage: { input: 1000 } }), 'small-runs');
    assert.equal(found?.action.kind, 'advice');
  });

  test('subagents on a top tier, small runs aside', () => {
    const large = several(5, { usage: { input: 1000, output: 2000 } });
    const small = several(5, { usage: { input: 1000 } });
    const [found] = only([...large, ...small], 'top-tier');
    assert.deepEqual(found?.coverage, { seen: 5, all: 5, noun: 'run' });
    // 11 000 input-equivalents × (5 000 − 3 000) each.
    const each = 22_000_000;
    assert.deepEqual(found?.perMonth, {
      low: Math.round(each * (5 - Math.sqrt(5))),
      high: Math.round(each * (5 + Math.sqrt(5))),
    });
    assert.deepEqual(
      only(several(9, { model: 'sonnet', usage: { output: 2000 } }), 'top-tier'),
      [],
    );
  });

  test('a cache share below 60 % names its dearest cause; at 60 % there is none', () => {
    const low = several(2, { usage: { cacheRead: 59_000, cacheWrite5m: 41_000 } });
    const enough = several(2, { usage: { cacheRead: 60_000, cacheWrite5m: 40_000 } });
    const thread: Thread = {
      session: 's',
      agent: 'helper',
      row: 'opus',
      firstPrompt: 1000,
      messages: 5,
      misses: [
        { reason: 'first-write', nano: 900 },
        { reason: 'expired', nano: 300 },
        { reason: 'model-switch', nano: 100 },
        { reason: 'expired', nano: 200 },
      ],
    };
    const [found] = only(low, 'cache-share', { read: [thread], all: 2 });
    const value = (name: string) => found?.evidence.find((fact) => fact.name === name)?.value;
    assert.equal(value('cacheShare'), 0.59);
    assert.equal(value('mainCause'), 'expired');
    assert.equal(value('expiredCost'), 500);
    // 600 that need not have been, from one thread: nothing for sure, twice as much at most.
    assert.deepEqual(found?.perMonth, { low: 0, high: 1200 });
    assert.deepEqual(only(low, 'cache-share')[0]?.perMonth, undefined);
    assert.deepEqual(only(enough, 'cache-share'), []);
  });

  test('tiny agents of one hour write their prefix once', () => {
    const tiny = several(5, { usage: { cacheWrite5m: 1000 }, startedAt: hour });
    const [found] = only(tiny, 'tiny-agents');
    // Four of them save 1000 tokens × 5000 × (1.25 − 0.1); all that the five cost bounds it.
    assert.deepEqual(found?.perMonth, { low: 0, high: 5 * 6_250_000 });
    assert.deepEqual(only(several(5, { usage: { cacheWrite5m: 1000 } }), 'tiny-agents'), []);
  });

  test('a long context is compacted where that pays', () => {
    const usage = { cacheRead: 2_000_000 };
    const runs = several(2, { agent: 'main', usage, messages: 10 });
    const [found] = only(runs, 'context-bloat');
    // 200k carried through ten messages, 40k kept: 10 × 160k × 500 less reading 200k, writing a
    // summary of 3k and caching 40k.
    const making = 200_000 * 500 + 3000 * 25_000 + 40_000 * 6250;
    assert.equal(found?.perMonth?.low, 10 * 160_000 * 500 - making);
    assert.equal(
      found?.evidence.find(({ name }) => name === 'paysAfterMessages')?.value,
      Math.ceil(making / (160_000 * 500)),
    );
    assert.deepEqual(only(several(2, { agent: 'main', usage, messages: 2 }), 'context-bloat'), []);
    assert.deepEqual(only(several(1, { agent: 'main', usage, messages: 10 }), 'context-bloat'), []);
  });

  test('a long first prompt costs a write and every read after it', () => {
    const thread = (firstPrompt: number): Thread => ({
      session: 's',
      agent: 'main',
      row: 'opus',
      firstPrompt,
      messages: 11,
      misses: [],
    });
    const long = [thread(30_000), thread(30_000), thread(30_000)];
    const [found] = only([], 'first-prefix', { read: long, all: 7 });
    const each = 10_000 * 6250 + 10 * 10_000 * 500;
    assert.equal(found?.perMonth?.high, Math.round(each * (3 + Math.sqrt(3))));
    assert.deepEqual(found?.coverage, { seen: 3, all: 7, noun: 'thread' });
    const short = long.map(() => thread(29_999));
    assert.deepEqual(only([], 'first-prefix', { read: short, all: 3 }), []);
  });

  test('failures count runs, whatever the number of errors in one', () => {
    const fine = several(8, { usage: { input: 1000 } });
    const bad = several(2, {
      usage: { input: 1000 },
      errors: { api: 1, tool: 2, interrupted: 0 },
    });
    const [found] = only([...fine, ...bad], 'failures');
    const value = (name: string) => found?.evidence.find((fact) => fact.name === name)?.value;
    assert.deepEqual([value('failedRuns'), value('failureRate'), value('toolErrors')], [2, 0.2, 4]);
    assert.equal(found?.basis, 'measured');
    assert.equal(found?.perMonth?.low, 0);
    assert.deepEqual(only([...fine, fine[0]!, ...bad.slice(1)], 'failures'), []);
    assert.deepEqual(only(bad, 'failures'), []);
  });

  test('high effort has dollars only where less effort was seen', () => {
    const high = several(5, { effort: 'high', usage: { output: 200 } });
    const low = several(5, { effort: 'low', usage: { output: 100 } });
    assert.equal(only(high, 'effort')[0]?.perMonth, undefined);
    const [found] = only([...high, ...low], 'effort');
    const each = 100 * 25_000;
    assert.equal(found?.perMonth?.low, Math.round(each * (5 - Math.sqrt(5))));
    assert.deepEqual(only(low, 'effort'), []);
  });

  test('what saves most comes first, and order of runs changes nothing', () => {
    const runs = [
      ...several(6, { agent: 'a', usage: { input: 1000 } }),
      ...several(6, { agent: 'b', usage: { input: 9000 } }),
    ];
    const ids = findInsights(runs, noThreads, noPrompts, world).map(({ id }) => id);
    assert.equal(ids[0], insightId('small-runs', 'b', 'opus'));
    assert.deepEqual(
      findInsights(runs.toReversed(), noThreads, noPrompts, world).map(({ id }) => id),
      ids,
    );
  });
});
