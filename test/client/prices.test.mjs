/** What moves a price: speed, place, length of the prompt, searches, cache lifetimes, the model. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { bash, say, use } from './lib/replies.mjs';
import { assertAgrees, assertNear, listPrice, readSpend, withoutRowNumbers } from './lib/spend.mjs';

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

/** A response of several turns of the model, each with its prompt of so many tokens. */
const turns =
  (...lengths) =>
  ({ service_tier, inference_geo, server_tool_use }) => {
    const iterations = lengths.map((tokens, i) => ({
      type: 'message',
      ...prompt(tokens),
      output_tokens: 300 + i,
    }));
    return { ...sumOf(iterations), service_tier, inference_geo, server_tool_use, iterations };
  };

/** The top-level counts of turns. */
function sumOf(iterations) {
  const sum = (read) => iterations.reduce((all, entry) => all + read(entry), 0);
  return {
    input_tokens: sum((entry) => entry.input_tokens),
    output_tokens: sum((entry) => entry.output_tokens),
    cache_read_input_tokens: sum((entry) => entry.cache_read_input_tokens),
    ...written(
      sum((entry) => entry.cache_creation.ephemeral_5m_input_tokens),
      sum((entry) => entry.cache_creation.ephemeral_1h_input_tokens),
    ),
  };
}

/** The same without the lifetimes of the turns' cache writes: the whole says how many are of an hour. */
const withoutLifetimes = (shape) => (usage) => {
  const whole = shape(usage);
  return {
    ...whole,
    iterations: whole.iterations.map(({ cache_creation: _, ...entry }) => entry),
  };
};

/** Turns without the count of what they read from the cache. */
const withoutRead = (shape) => (usage) => {
  const whole = shape(usage);
  const iterations = whole.iterations.map(({ cache_read_input_tokens: _, ...entry }) => entry);
  return { ...whole, cache_read_input_tokens: 0, iterations };
};

/** Turns of which one token is missing. */
const unequal = (shape) => (usage) => {
  const whole = shape(usage);
  return { ...whole, input_tokens: whole.input_tokens + 1 };
};

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

  /** Runs a plan of one response of several turns on Haiku 5.5, whose long prompts cost more. */
  async function inTurns(plan, shape) {
    claude.api.plan(plan, [say({ shape })]);
    const { spend } = await agrees(plan, 'claude-haiku-5-5');
    const [message] = spend.messages;
    // What it costs when all of it is in one band, whatever its turns.
    const entry = claude.api.ledger.at(-1);
    const { iterations: _, ...whole } = entry.usage;
    const upper = listPrice({ ...entry, usage: whole });
    return { message, parts: spend.parts, share: spend.summary.nano / upper };
  }

  it('several turns in a response, each below the band, together above it', async () => {
    const { message, share } = await inTurns('turns-below', turns(80_000, 60_000, 100_000));
    assert.equal(message.priceRow.includes('>'), false, message.priceRow);
    assertNear(share * 1e9, 0.2 * 1e9, 'a fifth of the upper band');
  });

  it('one turn of a response below the band, one above it', async () => {
    const { message, parts, share } = await inTurns('turns-both', turns(100_000, 100_001));
    assert.ok(share > 0.5 && share < 0.7, `${share} of the upper band`);
    assert.equal(message.priceRow.includes('>'), false, message.priceRow);
    assert.deepEqual(
      parts.map(({ priceRow, input }) => [priceRow.includes('>100k'), input]),
      [[true, 98_501]],
    );
  });

  it('turns that do not say how long their cache writes live', async () => {
    const shape = withoutLifetimes(turns(100_000, 100_001, 30_000));
    const { share } = await inTurns('turns-lifetimes', shape);
    assert.ok(share > 0.2 && share < 1, `${share} of the upper band`);
  });

  it('turns that do not add up: the whole is judged', async () => {
    const { message, share } = await inTurns('turns-unequal', unequal(turns(60_000, 60_000)));
    assert.ok(message.priceRow.includes('>100k'), message.priceRow);
    assert.equal(share, 1);
  });

  it('turns that do not say all their counts: the whole is judged', async () => {
    const { share } = await inTurns('turns-unsaid', withoutRead(turns(60_000, 60_000)));
    assert.equal(share, 1);
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

  describe('at prices of one’s own', () => {
    let runs;
    let listed;
    before(async () => {
      claude.api.plan('searched', [use([{ name: 'WebSearch', input: { query: 'cats' } }]), say()]);
      const begin = (plan, model) => claude.run(`Do it [plan ${plan}]`, { model });
      const compacted = async ({ sessionId }) => claude.run('/compact', { resume: sessionId });
      runs = {
        opus: await compacted(await begin('tools', 'claude-opus-5-5')),
        haiku: await begin('turns-both', 'claude-haiku-5-5'),
        search: await begin('searched', 'claude-opus-5-5'),
        nimbus: await compacted(await begin('tools', 'claude-nimbus-7')),
      };
      listed = await readSpend(claude);
    });

    const at = (spend, name) => spend.get(runs[name].sessionId).summary;

    /** Reads all anew at these prices: background and the client's total stay as they are. */
    async function readAt(name, prices) {
      const spend = await readSpend(claude, `${name}.db`, { prices });
      assert.equal(spend.size, listed.size);
      for (const [sessionId, { summary }] of spend) {
        const list = listed.get(sessionId).summary;
        assertNear(summary.background, list.background, 'background');
        assert.equal(summary.clientUsd, list.clientUsd);
        assert.equal(summary.irreconcilable, false);
      }
      // The same when a store that has been read at list prices is priced anew, and back.
      const repriced = await readSpend(claude, 'outlay.db', { prices });
      assert.deepEqual(withoutRowNumbers(repriced), withoutRowNumbers(spend));
      assert.deepEqual(withoutRowNumbers(await readSpend(claude)), withoutRowNumbers(listed));
      return spend;
    }

    it('what is hidden is there at all', () => {
      for (const name of ['opus', 'search', 'nimbus'])
        assert.ok(at(listed, name).background > 0, name);
    });

    it('a discount on everything', async () => {
      const spend = await readAt('discount', { multiplier: 0.5 });
      for (const name of ['opus', 'haiku', 'search']) {
        assertNear(at(spend, name).nano, at(listed, name).nano / 2, name);
      }
    });

    it('a rate for one model', async () => {
      const prices = { models: { 'claude-opus-5-5': { output: 40 } } };
      const spend = await readAt('rate', prices);
      const { output, nano } = at(listed, 'opus');
      assertNear(at(spend, 'opus').nano, nano + output * 20_000, 'twice the price of output');
      assert.equal(at(spend, 'haiku').nano, at(listed, 'haiku').nano);
    });

    it('a price for a model that nobody else knows', async () => {
      const prices = { models: { 'claude-nimbus-7': { input: 1, output: 2 } } };
      const spend = await readAt('own', prices);
      const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = at(spend, 'nimbus');
      const own =
        input * 1000 + output * 2000 + cacheWrite5m * 1250 + cacheWrite1h * 2000 + cacheRead * 100;
      assertNear(at(spend, 'nimbus').nano, own, 'our price');
    });

    it('a model that runs at home', async () => {
      const spend = await readAt('local', { models: { 'claude-opus-5-5': { local: true } } });
      assert.equal(at(spend, 'opus').nano, 0);
    });
  });
});
