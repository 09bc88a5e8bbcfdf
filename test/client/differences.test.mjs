/**
 * Where we and the client do not say the same, and know why: see `docs/client.md`. Each of these
 * holds the difference to the last digit, so that it cannot grow unseen.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { bash, hang, say, use } from './lib/replies.mjs';
import { assertNear, listPrice, readSpend, toNano } from './lib/spend.mjs';

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

  it('a killed run: the client forgets it, we do not', async () => {
    claude.api.plan('hangs', [use([bash()]), hang()]);
    const first = await claude.run('Begin [plan tools]');
    const hanging = claude.api.hanging();
    const { child, ended } = claude.begin('On [plan hangs]', { resume: first.sessionId });
    await hanging;
    await claude.written(first.sessionId);
    child.kill('SIGKILL');
    await ended;
    const killed = (await readSpend(claude)).get(first.sessionId).summary.unconfirmed;
    assert.ok(killed > 0);
    const run = await claude.run('Again [plan tools]', { resume: first.sessionId });
    const { summary } = (await readSpend(claude)).get(first.sessionId);
    assertNear(summary.nano, toNano(run.usd) + killed, 'the client’s total and the killed run');
    assert.equal(summary.background, 0);
  });
});
