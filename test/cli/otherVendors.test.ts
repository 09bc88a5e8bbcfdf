import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';
const timestamp = new Date(now - 1000).toISOString();
const input = usageOf({ input: 100_000 });

/** A session in which Claude Code was given another vendor's model, by its name at a gateway. */
function used(world: CliWorld, ...more: Record<string, unknown>[]): void {
  world.transcript(`p/${sessionId}.jsonl`, [
    answerRecord('1', 'claude-sonnet-5-5', input, { sessionId, timestamp }),
    answerRecord('2', 'openai/gpt-5.5', input, { sessionId, timestamp }),
    ...more,
  ]);
}

interface Prices {
  readonly prices: readonly { readonly model: string; readonly provider: string | null }[];
  readonly unlistedModels: number;
}

const vendorsOf = ({ prices }: Prices): (string | null)[] => [
  ...new Set(prices.map(({ provider }) => provider)),
];

describe('other vendors’ models, in the terminal', () => {
  test('are priced by their table and named as the vendor does', () => {
    using world = new CliWorld();
    used(world);
    const { rows, total_cost_usd } = world.json('breakdown', '--by', 'model', '--period', 'all');
    // 100,000 tokens at $2 and at $5 a million.
    assert.equal(total_cost_usd, 0.7);
    assert.deepEqual(
      rows.map(({ model }: { model: string }) => model),
      ['gpt-5.5', 'claude-sonnet-5-5'],
    );
    const grades = world.json('breakdown', '--by', 'model', '--model', 'premium');
    assert.equal(grades.total_cost_usd, 0.5);
  });

  test('are listed where they are used, and all with --all', () => {
    using world = new CliWorld();
    const none: Prices = world.json('prices');
    assert.deepEqual(vendorsOf(none), ['anthropic']);
    assert.match(world.on('prices').out, /59 models of other vendors' left out: --all/);
    used(world);
    world.on('index');
    const some: Prices = world.json('prices');
    assert.deepEqual(vendorsOf(some), ['anthropic', 'openai']);
    assert.deepEqual(
      some.prices.filter(({ provider }) => provider === 'openai').map(({ model }) => model),
      ['gpt-5.5'],
    );
    assert.equal(none.unlistedModels - some.unlistedModels, 1);
    const all: Prices = world.json('prices', '--all');
    assert.equal(all.unlistedModels, 0);
    assert.equal(vendorsOf(all).length, 7);
    assert.doesNotMatch(world.on('prices', '--all').out, /left out/);
  });

  test('are compared with Claude’s, and nothing is compared with them unless they are named', () => {
    using world = new CliWorld();
    used(world);
    const ask = (baseline: string) =>
      world.json('counterfactual', '--period', 'all', '--baseline', baseline);
    assert.deepEqual(
      ask('all').baselines.map(({ model }: { model: string }) => model.split('-')[0]),
      ['claude', 'claude', 'claude', 'claude', 'claude'],
    );
    const [named] = ask('gpt-5').baselines;
    assert.deepEqual([named.model, named.baseline_usd], ['gpt-5', 0.25]);
    for (const grade of ['mini', 'standard', 'premium']) {
      const { code, err } = world.on('counterfactual', '--baseline', grade);
      assert.equal(code, 2);
      assert.match(err, /neither a family nor a model with a price/);
      assert.doesNotMatch(err, /gpt|gemini|grok/);
    }
  });

  test('make no overhead of what Claude Code takes for their price', () => {
    using world = new CliWorld();
    // It reckons with a price of its own for a model it does not know: $1.50, where the list has $0.50.
    const modelUsage = {
      'claude-sonnet-5-5': { costUSD: 0.2 },
      'openai/gpt-5.5': { costUSD: 1.5 },
    };
    used(world, { type: 'cost-state', sessionId, totalCostUSD: 1.7, modelUsage });
    const { totals } = world.json('sessions', '--period', 'all');
    assert.deepEqual([totals.usd, totals.backgroundUsd, totals.totalUsd], [0.7, 0, 0.7]);
  });

  test('are never advised, and are no reason to advise one', () => {
    using world = new CliWorld();
    world.transcript(`p/${sessionId}.jsonl`, []);
    const small = usageOf({ input: 2000 });
    const agents = [
      ['finder', 'claude-opus-5-5'],
      ['seeker', 'gpt-5.5'],
    ] as const;
    for (const [agentType, model] of agents) {
      for (let run = 0; run < 12; run += 1) {
        const agentId = `${agentType}${run}`;
        const file = `p/${sessionId}/subagents/agent-${agentId}`;
        const more = { sessionId, timestamp, isSidechain: true, agentId };
        world.transcript(`${file}.jsonl`, [answerRecord(agentId, model, small, more)]);
        world.transcript(`${file}.meta.json`, [{ agentType }]);
      }
    }
    const insights = JSON.stringify(world.json('optimize').insights);
    assert.match(insights, /"finder".*"haiku"/);
    assert.doesNotMatch(insights, /seeker|gpt|gemini|grok/);
  });
});
