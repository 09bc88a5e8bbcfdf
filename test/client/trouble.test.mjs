/** What goes wrong: refusals, retries, broken connections, runs that are broken off. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, broken, drop, fail, hang, overloaded, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend, toNano } from './lib/spend.mjs';

describe('trouble with the real client', () => {
  /** @type {Claude} */
  let claude;
  before(async () => {
    claude = await Claude.start('trouble');
    claude.api.plan('tools', [use([bash()]), say()]);
    claude.api.plan('hangs', [use([bash()]), hang()]);
  });
  after(() => claude?.close());

  const spendOf = async ({ sessionId }) => (await readSpend(claude)).get(sessionId);

  /** Runs a plan and holds every figure against the client's. */
  async function agrees(plan, turns, options) {
    claude.api.plan(plan, turns);
    const run = await claude.run(`Do it [plan ${plan}]`, options?.run);
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run, options);
    return { run, spend };
  }

  it('overloaded twice, then answered', async () => {
    const { spend } = await agrees('busy', [[overloaded, overloaded, say()]]);
    assert.equal(spend.messages.length, 1);
  });

  it('an error of the server before each answer', () =>
    agrees('errors', [
      [broken, use([bash()])],
      [broken, say()],
    ]));

  it('overloaded until another model takes over', async () => {
    const run = { model: 'opus', args: ['--fallback-model', 'sonnet'] };
    const turn = [overloaded, overloaded, overloaded, say()];
    const { spend, run: ended } = await agrees('fallback', [turn], { run });
    assert.deepEqual([...spend.models.keys()], ['claude-sonnet-5-5']);
    // The request that was answered asked for that model; its cache was to live as long as it says.
    const answer = claude.records(ended.sessionId).find(({ type }) => type === 'assistant');
    const { requestedModel, promptCacheRequested } = answer;
    assert.deepEqual([requestedModel, promptCacheRequested], ['claude-sonnet-5-5', '5m']);
  });

  it('the connection breaks in the middle of an answer', async () => {
    const { spend } = await agrees('breaks', [[drop()], say()], { cutOff: true });
    assert.equal(spend.messages.length, 2);
  });

  it('a refused answer is paid for, and the one after it', async () => {
    const refused = say({ stop: 'refusal', details: { type: 'refusal', category: 'cyber' } });
    const { spend } = await agrees('refused', [refused, say()]);
    assert.equal(spend.messages.length, 2);
  });

  it('a request that cannot be answered costs nothing', async () => {
    const no = fail(400, 'invalid_request_error', 'No');
    claude.api.plan('invalid', [no]);
    claude.api.plan('later-invalid', [use([bash()]), no]);
    const atOnce = await claude.begin('Do it [plan invalid]').ended;
    assert.equal(atOnce.result.is_error, true);
    assertAgrees(claude, await spendOf(atOnce), atOnce);
    assert.equal(atOnce.usd, 0);
    const later = await claude.begin('Do it [plan later-invalid]').ended;
    assert.equal(later.result.is_error, true);
    assertAgrees(claude, await spendOf(later), later);
    assert.ok(later.usd > 0);
  });

  it('the client’s own limit ends a run', async () => {
    const options = { args: ['--max-budget-usd', '0.0001'] };
    const run = await claude.begin('Do it [plan tools]', options).ended;
    assert.equal(run.result.subtype, 'error_max_budget_usd');
    assertAgrees(claude, await spendOf(run), run);
  });

  const breakOff = (signal, plan = 'hangs', options = {}) => claude.breakOff(signal, plan, options);

  it('Ctrl-C in the middle of an answer: what came counts once', async () => {
    let run = await breakOff('SIGINT');
    // On a busy machine the client may end before it prints; then there is nothing to compare with.
    for (let tries = 1; Number.isNaN(run.usd) && tries < 4; tries++) run = await breakOff('SIGINT');
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run, { cutOff: true });
    assert.equal(spend.summary.lower, 1, 'nobody knows how much of it there was');
    const resumed = await claude.run('Again [plan tools]', { resume: run.sessionId });
    assertAgrees(claude, await spendOf(run), resumed, { cutOff: true });
  });

  it('Ctrl-C in the middle of a subagent’s answer', async () => {
    claude.api.plan('delegates', [use([agent('hangs')]), say()]);
    // Here the client writes its total, and prints nothing.
    const run = await breakOff('SIGINT', 'delegates');
    const { summary } = await spendOf(run);
    assert.equal(summary.lower, 1);
    assert.equal(summary.unconfirmed, 0);
    assert.equal(summary.nano + summary.background, toNano(summary.clientUsd));
    const resumed = await claude.run('Again [plan tools]', { resume: run.sessionId });
    assertAgrees(claude, await spendOf(run), resumed, { cutOff: true });
  });

  it('Ctrl-C while a tool runs', async () => {
    claude.api.plan('slow', [use([bash('sleep 30')]), say()]);
    const { child, ended } = claude.begin('Do it [plan slow]');
    const { sessionId } = await until('it is asked', () =>
      claude.api.ledger.find(({ plan }) => plan === 'slow'),
    );
    await claude.written(sessionId);
    await sleep(500);
    child.kill('SIGINT');
    const run = await ended;
    assertAgrees(claude, await spendOf(run), run);
  });

  it('asked to end: the total is written all the same', async () => {
    const { sessionId } = await breakOff('SIGTERM');
    const { summary } = await spendOf({ sessionId });
    assert.ok(summary.clientUsd > 0);
    assert.equal(summary.nano + summary.background, toNano(summary.clientUsd));
    assert.equal(summary.unconfirmed, 0);
    const resumed = await claude.run('Again [plan tools]', { resume: sessionId });
    assertAgrees(claude, await spendOf(resumed), resumed);
  });

  it('killed in its first run: everything is there, and unconfirmed', async () => {
    const { sessionId } = await breakOff('SIGKILL');
    const { summary } = await spendOf({ sessionId });
    assert.equal(summary.clientUsd, null);
    assert.ok(summary.nano > 0);
    assert.equal(summary.unconfirmed, summary.nano);
  });

  it('killed in a later run: what came after the last total is unconfirmed', async () => {
    const first = await claude.run('Begin [plan tools]');
    await breakOff('SIGKILL', 'hangs', { resume: first.sessionId });
    const { summary } = await spendOf(first);
    assert.equal(summary.clientUsd, first.usd);
    assert.ok(summary.unconfirmed > 0);
    assert.equal(summary.nano - summary.unconfirmed, toNano(first.usd));
  });
});
