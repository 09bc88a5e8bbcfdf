/** The guard in the real client: what it asks, refuses and stops, and that nothing is spent by it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { Terminal } from './lib/terminal.mjs';

const cli = path.join(import.meta.dirname, '../../dist/cli.cjs');

describe('the guard in the real client', () => {
  /** @type {Claude} */
  let claude;
  let data;
  let env;

  before(async () => {
    claude = await Claude.start('guard');
    data = path.join(claude.home, 'data');
    env = { OUTLAY_DATA_DIR: data };
    const { api } = claude;
    api.plan('tools', [use([bash()]), say()]);
    api.plan('steps', [use([bash('echo 1')]), use([bash('echo 2')]), use([bash('echo 3')]), say()]);
    // The first reply is written before the second begins: what is asked about the second sees it.
    api.plan('delegate', [use([agent('tools')]), say()]);
    api.plan('then-delegate', [use([bash()]), use([agent('tools')]), say()]);
    api.plan('two-steps', [use([bash('echo 1')]), use([bash('echo 2')]), say()]);
    // The calls of a reply may begin before it is in the transcript: those of the second see the first.
    api.plan('both', [use([bash('echo 0')]), use([bash('echo a'), bash('echo b')]), say()]);
    outlay('guard', 'install', '--yes');
  });
  afterEach(() => {
    for (const name of ['config.json', 'guard', 'audit.jsonl']) {
      rmSync(path.join(data, name), { recursive: true, force: true });
    }
  });
  after(() => claude?.close());

  function outlay(...args) {
    return execFileSync(process.execPath, [cli, ...args], {
      cwd: claude.workspace,
      env: claude.environment(env),
      encoding: 'utf8',
    });
  }

  const run = (prompt, options = {}) =>
    claude.begin(prompt, { ...options, env: { ...env, ...options.env } }).ended;
  /** Requests of a session, or since a place in the ledger. */
  const requests = ({ sessionId }) =>
    claude.api.ledger.filter((entry) => entry.sessionId === sessionId);
  const inMain = (entries) => entries.filter(({ agentId }) => agentId === '');
  const inAgents = (entries) => entries.filter(({ agentId }) => agentId !== '');
  const states = () =>
    readdirSync(path.join(data, 'guard'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(path.join(data, 'guard', name), 'utf8')));

  it('leaves alone what no budget limits, and is seen at work', async () => {
    const whole = await run('Just do it [plan tools]');
    assert.equal(whole.code, 0, whole.output);
    assert.equal(requests(whole).length, 2);
    const [state] = states();
    assert.equal(state.sid, whole.sessionId);
    assert.ok(state.answers >= 4, 'start, prompt, call, batch and end');
    assert.equal(state.failures, 0);
    const status = JSON.parse(outlay('guard', 'status', '--json'));
    const own = status.sessions.find(({ sid }) => sid === whole.sessionId);
    assert.equal(own.guarded, true, JSON.stringify(status));
  });

  it('sends no prompt at the stop of a budget, and costs nothing', async () => {
    const first = await run('Spend [plan tools]');
    outlay('budget', 'set', '0.0001', '--period', 'day', '--action', 'block-prompts');
    const sent = claude.api.ledger.length;
    const blocked = await run('Spend more [plan tools]', { resume: first.sessionId });
    assert.equal(claude.api.ledger.length, sent, 'no request');
    assert.equal(blocked.code, 0);
    assert.equal(blocked.usd, first.usd, 'nothing was added');
    assert.match(blocked.result.result, /Outlay: \$[\d.]+ of \$0\.00 spent|Outlay: .*of/);
    assert.match(blocked.result.result, /outlay budget raise/);
    assert.ok(!blocked.result.result.includes('Spend more'), 'the prompt is not repeated');
  });

  it('refuses new agents, and the main thread goes on', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'halt-agents');
    const whole = await run('Share it out [plan then-delegate]');
    assert.equal(whole.code, 0, whole.output);
    assert.equal(inAgents(requests(whole)).length, 0, 'no agent asked anything');
    assert.equal(inMain(requests(whole)).length, 3, 'the main thread was answered again');
    const told = JSON.stringify(
      claude.records(whole.sessionId).filter(({ type }) => type === 'user'),
    );
    assert.match(told, /BUDGET_EXCEEDED/);
    assert.ok(!told.includes('$0'), 'the model learns no figure');
  });

  it('stops the main thread with the reply that crosses the limit', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'stop');
    const stopped = await run('Step by step [plan steps]');
    assert.equal(requests(stopped).length, 1, 'overshoot: the call in flight');
    assert.equal(stopped.result.terminal_reason, 'hook_stopped');
    const sent = claude.api.ledger.length;
    const again = await run('Go on [plan steps]', { resume: stopped.sessionId });
    assert.equal(claude.api.ledger.length, sent);
    assert.match(again.result.result, /Outlay: /);
  });

  it('counts a run by its prompt: the next prompt begins a new one', async () => {
    outlay('budget', 'set', '0.0001', '--period', 'run', '--action', 'stop');
    const first = await run('Step by step [plan steps]');
    assert.equal(requests(first).length, 1);
    await run('Again [plan steps]', { resume: first.sessionId });
    assert.equal(requests(first).length, 2);
  });

  it('stops an agent and nothing but it', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'agent', '--action', 'stop');
    const whole = await run('Share it out [plan delegate]');
    assert.equal(whole.code, 0, whole.output);
    assert.equal(inAgents(requests(whole)).length, 1, 'its first reply crosses the limit');
    assert.equal(inMain(requests(whole)).length, 2, 'the main thread goes on');
    const [state] = states();
    assert.match(state.warned.join(), /agent lifetime usd/, 'the main thread was told');
    assert.deepEqual(state.unsaid, []);
  });

  it('refuses a second agent at once, and one too many in all', async () => {
    claude.api.plan('pair', [use([agent('tools'), agent('tools', { description: 'x' })]), say()]);
    outlay(
      'budget',
      'set',
      '1',
      '--unit',
      'agents',
      '--scope',
      'session',
      '--action',
      'halt-agents',
    );
    const pair = await run('Two at once [plan pair]');
    const ids = new Set(inAgents(requests(pair)).map(({ agentId }) => agentId));
    assert.equal(ids.size, 1);
    assert.match(JSON.stringify(claude.records(pair.sessionId)), /AGENT_LIMIT_EXCEEDED/);
    rmSync(path.join(data, 'config.json'));
    settings({ 'outlay.guard.mostAgents': 1 });
    const again = await run('One more [plan delegate]', { resume: pair.sessionId });
    assert.equal(new Set(inAgents(requests(again)).map(({ agentId }) => agentId)).size, 1);
  });

  it('denies in print mode what it would ask', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'ask');
    const denied = await run('Try it [plan two-steps]');
    assert.equal(requests(denied).length, 3, 'it goes on without the tool');
    const { permission_denials: refused } = denied.result;
    assert.ok(refused.length >= 1 && refused.length <= 2, JSON.stringify(refused));
    const told = JSON.stringify(
      claude.records(denied.sessionId).filter(({ type }) => type === 'user'),
    );
    assert.match(told, /BUDGET_EXCEEDED/);
  });

  it('lets one prompt through that is allowed, once, and writes that down', async () => {
    const first = await run('Spend [plan tools]');
    outlay('budget', 'set', '0.0001', '--period', 'day', '--action', 'stop');
    outlay('budget', 'allow', '--period', 'day');
    const resume = first.sessionId;
    const allowed = await run('Once more [plan tools]', { resume });
    assert.equal(requests(first).length, 4, allowed.output);
    await run('And again [plan tools]', { resume });
    assert.equal(requests(first).length, 4, 'it was used up');
    const lines = readFileSync(path.join(data, 'audit.jsonl'), 'utf8').trim().split('\n');
    const audit = lines.map((line) => JSON.parse(line));
    assert.deepEqual(
      audit.map(({ by, what }) => [by, what]),
      [
        ['terminal', 'allow'],
        ['guard', 'used'],
      ],
    );
    assert.equal(audit[1].session, first.sessionId);
    outlay('budget', 'raise', '1000', '--period', 'day');
    await run('Raised [plan tools]', { resume });
    assert.equal(requests(first).length, 6, 'raised');
  });

  it('counts a transcript that is ahead of the store, each answer once', async () => {
    const first = await run('Spend [plan steps]');
    outlay('index');
    const second = await run('Spend again [plan delegate]', { resume: first.sessionId });
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'block-prompts');
    const blocked = await run('What now?', { resume: first.sessionId });
    const cents = Math.round(second.usd * 100) / 100;
    assert.match(
      blocked.result.result,
      new RegExp(`\\$${cents.toFixed(2).replace('.', '\\.')} of`),
    );
  });

  it('fails open and says so; in strict mode it refuses', async () => {
    writeFileSync(path.join(data, 'config.json'), '{ this is no JSON');
    const open = await run('Spend [plan tools]');
    assert.equal(requests(open).length, 2, 'nothing is refused');
    const [state] = states();
    assert.ok(state.failures > 0);
    assert.deepEqual(state.warned, ['failed pass']);
    rmSync(path.join(data, 'config.json'));
    settings({ 'outlay.guard.strict': true });
    outlay('guard', 'install', '--yes');
    try {
      writeFileSync(path.join(data, 'config.json'), '{ this is no JSON');
      const sent = claude.api.ledger.length;
      const strict = await run('Spend [plan tools]');
      assert.equal(claude.api.ledger.length, sent, strict.output);
      assert.match(strict.result.result, /cannot check spending limits/);
      // The client itself refuses where the guard is gone.
      rmSync(path.join(data, 'config.json'));
      const launcher = path.join(data, 'bin/outlay');
      const kept = readFileSync(launcher);
      rmSync(launcher);
      await run('Spend [plan tools]');
      assert.equal(claude.api.ledger.length, sent, 'no launcher, no prompt');
      writeFileSync(launcher, kept, { mode: 0o755 });
      const whole = await run('Spend [plan tools]');
      assert.equal(requests(whole).length, 2, 'strict, and all is well');
    } finally {
      settings({});
      outlay('guard', 'install', '--yes');
    }
  });

  it('asks in a dialog, once for a batch, where somebody is there to answer', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'ask');
    const terminal = Terminal.open(claude, 'Try both [plan both]', { env });
    try {
      await until('it asks', () => /Go on all the same\?/.test(terminal.screen()));
      assert.match(terminal.screen().replace(/\s+/g, ' '), /Outlay: .* spent/);
      const [state] = states();
      assert.equal(state.asked.length, 1, 'the second call of the batch asks nothing');
    } finally {
      terminal.close();
    }
  });

  it('is taken out to the letter', () => {
    const file = path.join(claude.configDir, 'settings.json');
    outlay('guard', 'uninstall', '--yes');
    assert.equal(existsSync(file), false, 'there was none before');
  });

  function settings(values) {
    writeFileSync(
      path.join(data, 'config.json'),
      JSON.stringify({ revision: 1, settings: values }),
    );
  }
});
