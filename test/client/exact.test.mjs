/** Exact mode with the real client: every request is told of, and no background stays unexplained. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { assertNothingUnexplained, ExactMode } from './lib/exact.mjs';
import { agent, bash, broken, drop, fail, overloaded, say, use } from './lib/replies.mjs';
import { assertNear, toNano } from './lib/spend.mjs';
import { Terminal } from './lib/terminal.mjs';

describe('exact mode with the real client', () => {
  /** @type {Claude} */
  let claude;
  /** @type {ExactMode} */
  let exact;
  before(async () => {
    claude = await Claude.start('exact');
    claude.api.plan('tools', [use([bash()]), say()]);
    exact = await ExactMode.start(claude);
  });
  after(async () => {
    await exact?.close();
    await claude?.close();
  });

  async function runs(plan, turns, options) {
    claude.api.plan(plan, turns);
    return claude.run(`Do it [plan ${plan}]`, options);
  }

  it('a prompt with tools: no background, real durations', async () => {
    const run = await claude.run('Look around [plan tools]');
    const { summary, told, kinds } = await exact.agrees(run);
    assert.deepEqual(kinds, []);
    assert.equal(summary.background, 0);
    for (const { durationMs, firstTokenMs, source } of told.values()) {
      assert.ok(durationMs > 0 && firstTokenMs > 0 && firstTokenMs <= durationMs);
      assert.equal(source, 'sdk');
    }
  });

  it('compaction, and a fork behind it', async () => {
    const first = await claude.run('Look around [plan tools]');
    const run = await claude.run('/compact', { resume: first.sessionId });
    const { summary, kinds } = await exact.agrees(run);
    assert.deepEqual(kinds, [['compaction', 2]]);
    assertNear(summary.background, toNano(run.usd) - toNano(first.usd), 'both requests');
    const args = ['--fork-session'];
    const fork = await claude.run('On [plan tools]', { resume: run.sessionId, args });
    assert.notEqual(fork.sessionId, run.sessionId);
    const forked = await exact.agrees(fork, { from: run });
    assert.deepEqual(forked.kinds, []);
    assert.deepEqual((await exact.agrees(run)).kinds, [['compaction', 2]]);
  });

  it('a web search', async () => {
    const search = { name: 'WebSearch', input: { query: 'shops' } };
    const { kinds } = await exact.agrees(await runs('search', [use([search]), say()]));
    assert.deepEqual(kinds, [['webSearch', 1]]);
  });

  it('subagents', async () => {
    const run = await runs('sub', [use([agent('tools'), agent('tools')]), say()]);
    const { kinds, told } = await exact.agrees(run);
    assert.deepEqual(kinds, []);
    assert.equal(told.size, 6);
    assert.equal(new Set([...told.values()].map(({ agentId }) => agentId)).size, 3);
  });

  it('refusals, errors and retries', async () => {
    for (const [plan, turns] of [
      ['busy', [[overloaded, overloaded, say()]]],
      ['errors', [[broken, use([bash()])], say()]],
      [
        'refused',
        [say({ stop: 'refusal', details: { type: 'refusal', category: 'cyber' } }), say()],
      ],
    ]) {
      const { kinds } = await exact.agrees(await runs(plan, turns));
      assert.deepEqual(kinds, [], plan);
    }
  });

  it('a broken connection: what the client guesses beyond its transcript is a difference', async () => {
    const { kinds, summary } = await exact.agrees(await runs('breaks', [[drop()], say()]));
    assert.deepEqual(kinds, [['difference', 1]]);
    assert.ok(summary.background > 0);
  });

  it('a request that fails is told of with its attempts', async () => {
    claude.api.plan('invalid', [use([bash()]), fail(400, 'invalid_request_error', 'No')]);
    const run = await claude.begin('Do it [plan invalid]').ended;
    const session = await exact.settled(run);
    assert.equal(session.unexplained, 0);
    const failed = exact.requests(run.sessionId).filter((event) => event.failed);
    assert.deepEqual(
      failed.map(({ status, nano }) => [status, nano]),
      [[400, 0]],
    );
  });

  it('prices where the client and we do not say the same', async () => {
    const compacts = (usage) => ({
      ...usage,
      iterations: [
        { type: 'compaction', input_tokens: 50_000, output_tokens: 700 },
        { type: 'message', ...usage },
      ],
    });
    const geo = { inference_geo: 'us' };
    for (const [plan, reply, model, kinds] of [
      ['us', say({ usage: geo }), 'claude-haiku-4-5', [['difference', 1]]],
      ['long', say({ usage: { input_tokens: 220_000 } }), 'claude-sonnet-4-5', []],
      ['inside', say({ shape: compacts }), 'claude-sonnet-5-5', []],
      ['nimbus', say({ model: 'claude-nimbus-7' }), 'claude-opus-5-5', [['difference', 1]]],
    ]) {
      const run = await runs(plan, [reply], { model });
      const found = await exact.agrees(run, { samePrices: false });
      assert.deepEqual(found.kinds, kinds, plan);
    }
  });

  it('an advisor’s tokens', async () => {
    const shape = (usage) => ({
      ...usage,
      iterations: [
        { type: 'message', ...usage },
        {
          type: 'advisor_message',
          model: 'claude-opus-5-5',
          input_tokens: 1000,
          output_tokens: 500,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
        },
      ],
    });
    const run = await runs('advised', [say({ shape })], { model: 'claude-sonnet-5-5' });
    const { unexplained } = await exact.settled(run);
    assertNothingUnexplained(unexplained);
  });

  it('in protobuf, and stronger than what the environment says', async () => {
    const file = path.join(claude.configDir, 'settings.json');
    const written = readFileSync(file, 'utf8');
    writeFileSync(file, written.replace('http/json', 'http/protobuf'));
    const env = { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:9/v1/logs' };
    const run = await claude.run('Look around [plan tools]', { env });
    writeFileSync(file, written);
    const { told } = await exact.agrees(run);
    assert.equal(told.size, 2);
  });

  it('the client reached for nothing but the stand-in and Outlay', () => {
    assert.deepEqual(claude.api.strangers, []);
  });

  // With what it calls non-essential it wants more of the world, which the stand-in refuses.
  it('in a terminal: the title', async () => {
    const terminal = Terminal.open(claude, 'Please look around the shop [plan tools]', {
      env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '' },
    });
    try {
      const { sessionId } = await until(
        () => `it is answered and has a title:\n${terminal.screen()}`,
        () => {
          const asked = claude.api.ledger.findLast(
            ({ plan, turn }) => plan === 'tools' && turn === 1,
          );
          const titled = exact
            .requests(asked?.sessionId ?? '')
            .some(({ source }) => source === 'generate_session_title');
          return titled && asked;
        },
      );
      const totals = await terminal.hangUp([sessionId]);
      const { totalCostUSD } = totals.get(sessionId);
      const { kinds } = await exact.agrees({ sessionId, usd: totalCostUSD });
      assert.deepEqual(kinds, [['title', 1]]);
    } finally {
      terminal.close();
    }
  });

  it('without persistence the requests are received, and in no figure', async () => {
    const args = ['--no-session-persistence'];
    const run = await claude.run('Secret [plan tools]', { args });
    assert.equal(exact.requests(run.sessionId).length, 2);
    assert.equal(exact.session(run.sessionId), undefined);
    const { withoutTranscript } = JSON.parse(exact.command('status', '--json'));
    assert.ok(withoutTranscript !== undefined);
  });

  it('in no session anything is unexplained, and what was there comes back', () => {
    for (const { unexplained } of exact.sessions()) assertNothingUnexplained(unexplained);
    exact.command('off', '--yes');
    assert.throws(() => readFileSync(path.join(claude.configDir, 'settings.json')), /ENOENT/);
  });
});
