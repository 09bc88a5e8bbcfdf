/** What moves a price: speed, place, length of the prompt, searches, cache lifetimes, the model. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { bash, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend } from './lib/spend.mjs';

/** A usage whose prompt has this many tokens in all, most of them new. */
const prompt = (tokens) => ({
  input_tokens: tokens - 1500,
  cache_read_input_tokens: 1000,
  cache_creation_input_tokens: 500,
  cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 300 },
});

const written = (fiveMinutes, oneHour) => ({
  cache_creation_input_tokens: fiveMinutes + oneHour,
  cache_creation: {
    ephemeral_5m_input_tokens: fiveMinutes,
    ephemeral_1h_input_tokens: oneHour,
  },
});

/** Top-level counts, and beside them what an advisor of another model used. */
const withAdvisor = (usage) => ({
  ...usage,
  iterations: [
    { type: 'message', ...usage },
    {
      type: 'advisor_message',
      model: 'claude-opus-5-5',
      input_tokens: 5000,
      output_tokens: 700,
      cache_read_input_tokens: 2000,
      ...written(100, 250),
    },
  ],
});

const searches = (count) => ({
  server_tool_use: { web_search_requests: count, web_fetch_requests: 1 },
});

describe('prices of the real client', () => {
  /** @type {Claude} */
  let claude;
  before(async () => {
    claude = await Claude.start('prices');
    const { api } = claude;
    const twice = (usage) => [use([bash()], { usage }), say({ usage })];
    api.plan('tools', [use([bash()]), say()]);
    api.plan('fast', twice({ speed: 'fast' }));
    api.plan('us', twice({ inference_geo: 'us' }));
    api.plan('fast-us', twice({ speed: 'fast', inference_geo: 'us' }));
    api.plan('long', [
      use([bash()], { usage: prompt(100_000) }),
      use([bash()], { usage: prompt(100_001) }),
      say({ usage: prompt(230_000) }),
    ]);
    api.plan('searches', [say({ usage: searches(3) })]);
    api.plan('lifetimes', [
      use([bash()], { usage: written(7000, 0) }),
      use([bash()], { usage: written(0, 7000) }),
      say({ usage: written(3000, 4000) }),
    ]);
    api.plan('advised', [use([bash()], { shape: withAdvisor }), say({ shape: withAdvisor })]);
  });
  after(() => claude?.close());

  /** Runs a plan on a model and holds every figure against the client's. */
  async function agrees(plan, model, options) {
    const run = await claude.run(`Do it [plan ${plan}]`, { model });
    const spend = (await readSpend(claude)).get(run.sessionId);
    assertAgrees(claude, spend, run, options);
    return { run, spend };
  }

  for (const model of ['claude-opus-4-8', 'claude-opus-5-5', 'claude-fable-5-2']) {
    it(`fast, ${model}`, () => agrees('fast', model));
  }

  for (const model of ['claude-sonnet-4-6', 'claude-haiku-5-5']) {
    it(`in the US, ${model}`, () => agrees('us', model));
  }

  it('fast and in the US', () => agrees('fast-us', 'claude-opus-5-5'));

  it('prompts at, above and far above the band of Haiku 5.5', async () => {
    const { spend } = await agrees('long', 'claude-haiku-5-5');
    assert.equal(spend.messages[0].priceRow.includes('>'), false, spend.messages[0].priceRow);
    assert.ok(spend.messages[1].priceRow.includes('>100k'), spend.messages[1].priceRow);
  });

  it('the million-token window of another model has no band', () => agrees('long', 'sonnet[1m]'));

  it('searches inside a response', async () => {
    const { spend } = await agrees('searches', 'claude-sonnet-5-5');
    assert.equal(spend.summary.webSearches, 3);
  });

  it('the search tool, whose own request no transcript shows', async () => {
    const query = 'cats [plan inner-search]';
    claude.api.plan('inner-search', [say({ usage: searches(2) })]);
    claude.api.plan('search', [use([{ name: 'WebSearch', input: { query } }]), say()]);
    await agrees('search', 'claude-opus-5-5', { background: 1 });
  });

  it('cache writes of both lifetimes', () => agrees('lifetimes', 'claude-opus-5-5'));

  it('an advisor of another model inside a response', async () => {
    const { spend } = await agrees('advised', 'claude-sonnet-5-5');
    assert.deepEqual([...spend.models.keys()].sort(), ['claude-opus-5-5', 'claude-sonnet-5-5']);
  });

  it('a model nobody knows takes the price the client guessed, and says so', async () => {
    const { run, spend } = await agrees('tools', 'claude-nimbus-7');
    assert.equal(run.models['claude-nimbus-7'].costBasis, 'unknown');
    assert.equal(spend.summary.client, 2, 'priced from the client’s total');
    // The next run guesses for more of them, and the messages in between keep theirs.
    const more = await claude.run('And on [plan tools]', {
      resume: run.sessionId,
      model: 'claude-nimbus-7',
    });
    const later = (await readSpend(claude)).get(run.sessionId);
    assertAgrees(claude, later, more);
    assert.equal(later.summary.client, 4);
    assert.equal(later.messages[0].nano, spend.messages[0].nano);
  });
});
