/**
 * Where we and the client do not say the same, and know why: see `docs/client.md`. Each of these
 * holds the difference to the last digit, so that it cannot grow unseen.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { bash, hang, say, use } from './lib/replies.mjs';
import { assertNear, listPrice, readSpend, toNano, withoutRowNumbers } from './lib/spend.mjs';

describe('understood differences from the real client', () => {
  /** @type {Claude} */
  let claude;
  before(async () => {
    claude = await Claude.start('differences');
    claude.api.plan('tools', [use([bash()]), say()]);
  });
  after(() => claude?.close());

  /** Runs a plan of one answer; what the ledger has for it and what it costs at list price. */
  async function answered(plan, reply, model) {
    claude.api.plan(plan, [reply]);
    const run = await claude.run(`Do it [plan ${plan}]`, { model });
    const { summary } = (await readSpend(claude)).get(run.sessionId);
    const entry = claude.api.ledger.at(-1);
    return { run, summary, entry, client: toNano(run.usd) };
  }

  it('a regional premium on a model that has none: the client’s tenth is background', async () => {
    const usage = { inference_geo: 'us' };
    const { summary, entry, client } = await answered('us', say({ usage }), 'claude-haiku-4-5');
    assert.equal(summary.nano, listPrice(entry));
    assertNear(client, summary.nano * 1.1, 'the client adds a tenth');
    assertNear(summary.nano + summary.background, client, 'messages and background');
  });

  it('the long-prompt band of Sonnet 4.5: the client does not know it', async () => {
    const usage = { input_tokens: 220_000 };
    const { summary, entry, client } = await answered('long', say({ usage }), 'claude-sonnet-4-5');
    assert.equal(summary.nano, listPrice(entry));
    const { output_tokens: output, ...prompt } = entry.usage;
    const clientPrompt = listPrice({ ...entry, usage: { ...prompt, input_tokens: 0 } });
    const flat = clientPrompt + 220_000 * 3000 + output * 15_000;
    assertNear(client, flat, 'the client has one price');
    assert.ok(summary.nano > client);
    assert.equal(summary.background, 0);
  });

  it('compaction inside a response: the client leaves its tokens out', async () => {
    const compaction = { input_tokens: 50_000, output_tokens: 700 };
    const shape = (usage) => ({
      ...usage,
      iterations: [
        { type: 'compaction', ...compaction },
        { type: 'message', ...usage },
      ],
    });
    const model = 'claude-sonnet-5-5';
    const { summary, entry, client } = await answered('compacts', say({ shape }), model);
    assertNear(client, listPrice(entry), 'the client has the top-level counts');
    const extra = listPrice({ ...entry, usage: compaction });
    assert.equal(summary.nano, listPrice(entry) + extra);
    assert.equal(summary.background, 0);
  });

  it('another model answers: we price the one that did, the client the one it asked', async () => {
    const reply = say({ model: 'claude-sonnet-5-5' });
    const { run, summary, entry, client } = await answered('other', reply, 'claude-opus-5-5');
    assert.deepEqual(Object.keys(run.models), ['claude-opus-5-5']);
    assert.equal(summary.nano, listPrice(entry));
    assertNear(client, listPrice({ ...entry, model: entry.asked }), 'the client prices its wish');
    assertNear(summary.nano + summary.background, client, 'messages and background');
  });

  it('an answer of a model nobody knows to a request of a known one: background', async () => {
    const reply = say({ model: 'claude-nimbus-7' });
    const { summary, client } = await answered('nimbus', reply, 'claude-opus-5-5');
    assert.equal(summary.unpriced, 1);
    assert.equal(summary.nano, 0);
    assertNear(summary.background, client, 'nothing is lost');
  });

  /** Kills a run in the middle of its second answer; resolves when it is gone. */
  async function killed(options) {
    claude.api.plan('hangs', [use([bash()]), hang()]);
    const hanging = claude.api.hanging();
    const { child, ended } = claude.begin('On [plan hangs]', options);
    const entry = await hanging;
    await claude.written(entry.sessionId, 'hangs');
    child.kill('SIGKILL');
    await ended;
    return entry.sessionId;
  }

  const summaryOf = async (sessionId) => (await readSpend(claude)).get(sessionId).summary;

  it('a killed run: the client forgets it, we do not', async () => {
    const first = await claude.run('Begin [plan tools]');
    await killed({ resume: first.sessionId });
    const { unconfirmed } = await summaryOf(first.sessionId);
    assert.ok(unconfirmed > 0);
    const run = await claude.run('Again [plan tools]', { resume: first.sessionId });
    const summary = await summaryOf(first.sessionId);
    assertNear(
      summary.nano,
      toNano(run.usd) + unconfirmed,
      'the client’s total and the killed run',
    );
    assert.equal(summary.background, 0);
  });

  it('a killed run after something hidden: what has been seen of that stays', async () => {
    const { sessionId } = await claude.run('Begin [plan tools]');
    const compacted = await claude.run('/compact', { resume: sessionId });
    const before = await summaryOf(sessionId);
    assert.ok(before.background > 0);
    await killed({ resume: sessionId });
    const { unconfirmed, ...meanwhile } = await summaryOf(sessionId);
    assert.equal(meanwhile.background, before.background);
    assert.equal(meanwhile.nano, before.nano + unconfirmed);
    const run = await claude.run('Again [plan tools]', { resume: sessionId });
    const summary = await summaryOf(sessionId);
    assert.equal(summary.background, before.background);
    const ours = summary.nano + summary.background;
    assertNear(ours, toNano(run.usd) + unconfirmed, 'the client’s total and the killed run');
    assert.ok(run.usd > compacted.usd);
  });

  it('a killed first run: the client begins from nothing, and what it hides is seen', async () => {
    const sessionId = await killed();
    const { unconfirmed } = await summaryOf(sessionId);
    const run = await claude.run('Again [plan tools]', { resume: sessionId });
    const compacted = await claude.run('/compact', { resume: sessionId });
    const summary = await summaryOf(sessionId);
    assertNear(summary.background, toNano(compacted.usd) - toNano(run.usd), 'what is hidden');
    const ours = summary.nano + summary.background;
    assertNear(ours, toNano(compacted.usd) + unconfirmed, 'the client’s total and the killed run');
  });

  /**
   * Two runs of a session at once, in two terminals: the second begins and ends in the middle of the
   * first. Without a session to resume, the first begins one.
   */
  async function atOnce(name, outer, inner, sessionId) {
    let release;
    const gate = new Promise((resolve) => (release = resolve));
    const answers = (output, last) => [
      use([bash()], { usage: { output_tokens: output } }),
      say({ usage: { output_tokens: output }, ...last }),
    ];
    claude.api.plan(`${name}-outer`, answers(outer, { before: () => gate }));
    claude.api.plan(`${name}-inner`, answers(inner));
    const { ended } = claude.begin(`One [plan ${name}-outer]`, { resume: sessionId });
    const asked = await until('the first is asked', () =>
      claude.api.ledger.find(({ plan }) => plan === `${name}-outer`),
    );
    await claude.written(asked.sessionId, `${name}-outer`);
    const second = await claude.run(`Two [plan ${name}-inner]`, { resume: asked.sessionId });
    release();
    return { first: await ended, second };
  }

  /** A session with something hidden. */
  async function compacted() {
    const { sessionId } = await claude.run('Begin [plan tools]');
    return claude.run('/compact', { resume: sessionId });
  }

  for (const [name, outer, inner] of [
    ['falls', 100, 9000],
    ['rises', 9000, 100],
  ]) {
    it(`two terminals at once, and the total ${name}: we have both, the client the last`, async () => {
      const begun = await compacted();
      const { sessionId, usd } = begun;
      const before = await summaryOf(sessionId);
      const { first, second } = await atOnce(name, outer, inner, sessionId);
      assert.equal(first.usd < second.usd, name === 'falls');
      const summary = await summaryOf(sessionId);
      assert.equal(summary.background, before.background, 'nothing more is hidden');
      const both = toNano(first.usd) + toNano(second.usd) - toNano(usd);
      assertNear(summary.nano + summary.background, both, 'both runs');
      // A total that does not fall hides that it does not go on from the one before it.
      assertNear(toNano(summary.clientUsd), name === 'falls' ? both : toNano(first.usd), 'told');
      const on = await claude.run('On [plan tools]', { resume: sessionId });
      const later = await summaryOf(sessionId);
      assert.equal(later.background, before.background);
      const whole = both + toNano(on.usd) - toNano(first.usd);
      assertNear(later.nano + later.background, whole, 'both runs and the next');
    });

    it(`two terminals at once from the beginning, and the total ${name}`, async () => {
      const { first, second } = await atOnce(`new-${name}`, outer, inner);
      assert.equal(first.usd < second.usd, name === 'falls');
      const summary = await summaryOf(first.sessionId);
      assert.equal(summary.background, 0);
      assertNear(summary.nano, toNano(first.usd) + toNano(second.usd), 'both runs');
      assertNear(toNano(summary.clientUsd), summary.nano, 'the client’s totals of both');
    });
  }

  it('read run by run or all at once, the figures are the same', async () => {
    const anew = await readSpend(claude, 'anew.db');
    assert.deepEqual(withoutRowNumbers(anew), withoutRowNumbers(await readSpend(claude)));
  });
});
