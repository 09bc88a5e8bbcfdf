/** What the demo is for: that the program finds in it what it is good at finding. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reviewer } from '../../src/demo/story.ts';
import { type DemoSet, writeDemo } from '../../src/demo/writeDemo.ts';
import { CliWorld, now } from './runCli.ts';

describe('the demo', () => {
  let world: CliWorld;
  let demo: DemoSet;
  before(() => {
    world = new CliWorld();
    demo = writeDemo(world.root, { nowMs: now, projectsDir: world.dir.at('projects') });
  });
  after(() => world[Symbol.dispose]());

  /** Ids of sessions by their titles. */
  const sessionOf = (title: string): string => {
    const { conversations } = world.json('conversation', '--period', 'all');
    return conversations.find((each: { title: string }) => each.title === title).sessionId;
  };

  test('has a subagent that ran away, which stands out', () => {
    const sid = sessionOf('Move the checkout to the new payment provider');
    const { outliers } = world.json('anomaly', '--period', 'all');
    assert.equal(outliers[0].sessionId, sid);
    const { agents, totalUsd } = world.json('session', sid);
    const runaway = agents.find((each: { type: string }) => each.type === 'general-purpose');
    assert.ok(runaway.usd > 0.8 * totalUsd, `${runaway.usd} of ${totalUsd}`);
  });

  test('has a cache that expired over lunch, and the message that paid for it', () => {
    const { cacheMisses, percentiles } = world.json(
      'session',
      sessionOf('Why does the monthly export time out?'),
    );
    const expired = cacheMisses.find((miss: { reason: string }) => miss.reason === 'expired');
    assert.equal(expired.count, 1);
    assert.ok(expired.extraUsd > 10 * percentiles.p50Usd, JSON.stringify(cacheMisses));
  });

  test('has an agent whose model can be changed, worth a dollar a month', () => {
    const { insights } = world.json('optimize', '--agent', reviewer.name);
    const found = insights.find(
      (insight: { action: { kind: string } }) => insight.action.kind === 'agent-model',
    );
    assert.equal(found.agent, reviewer.name);
    const { high } = found.savingsPerMonthUsd;
    assert.ok(high >= 1, `$${high}`);
    const { out } = world.on('optimize', 'apply', found.id);
    assert.match(out, /code-reviewer\.md[\s\S]*model: sonnet/);
  });

  test('has models of today and of before, and one without a price', () => {
    const { rows } = world.json('breakdown', '--by', 'model', '--period', 'all');
    const names = new Set(rows.map((row: { model: string }) => row.model));
    for (const name of ['opus-5-5', 'opus-5', 'sonnet-5-5', 'sonnet-5', 'haiku-4-5']) {
      assert.ok(names.has(`claude-${name}`), name);
    }
    assert.ok(names.has('qwen3-coder-480b'));
  });

  test('agrees with its client to the cent, models of before included', () => {
    const { conversations } = world.json('conversation', '--period', 'all');
    const done = conversations.filter((each: { unconfirmedUsd?: number }) => !each.unconfirmedUsd);
    for (const { sessionId } of done.slice(0, 12)) {
      const { clientUsd, totalUsd } = world.json('session', sessionId);
      if (clientUsd !== null) assert.ok(Math.abs(clientUsd - totalUsd) < 0.005, sessionId);
    }
  });

  test('has a budget that is nearly used up, and one with room', () => {
    const [whole, project] = demo.budgets;
    const { rows } = world.json('breakdown', '--by', 'project', '--period', 'month');
    const spent = rows.reduce((sum: number, row: { cost_usd: number }) => sum + row.cost_usd, 0);
    assert.ok(spent / whole!.monthlyUsd > 0.8 && spent < whole!.monthlyUsd, `${spent}`);
    assert.ok(project!.project?.endsWith('shop'));
  });
});
