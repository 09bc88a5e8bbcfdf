/** A run with a cap, with the real client: what is ended, when, and what is said of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, hang, say, use } from './lib/replies.mjs';

const bundle = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

/** Every answer costs the same. */
const usage = {
  input_tokens: 10_000,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 2000,
};
const tokens = 12_000;
const same = { usage };

describe('a run of the real client with a cap', () => {
  /** @type {Claude} */
  let claude;
  /** Dollars of one answer. */
  let price;

  before(async () => {
    claude = await Claude.start('run');
    const { api } = claude;
    api.plan('one', [say(same)]);
    const step = use([bash('sleep 0.3')], same);
    api.plan('long', [step, step, step, step, step, step, say(same)]);
    api.plan('sub', [use([agent('long')], same), say(same), say(same)]);
    api.plan('background', [
      use([agent('long', { run_in_background: true })], same),
      say(same),
      say(same),
    ]);
    api.plan('stuck', [step, hang(same)]);
    const { json, err } = await outlay(['--max-usd', '100'], 'Once [plan one]');
    assert.ok(json !== undefined, err);
    assert.equal(json.messages, 1);
    price = json.spent_usd;
    assert.ok(price > 0);
  });
  after(() => claude?.close());

  /** Starts `outlay run` over the client in print mode. */
  function start(options, prompt, { args = [], env = {}, program = claude.program } = {}) {
    const captured = path.join(claude.home, `out-${Math.random()}`);
    const command =
      prompt === undefined
        ? [program, ...args]
        : [program, '--print', ...args, '--allowedTools', 'Bash', 'Agent', '--', prompt];
    const child = spawn(
      process.execPath,
      [bundle, 'run', ...options, '--capture', captured, '--json', '--', ...command],
      {
        cwd: claude.workspace,
        env: {
          ...claude.environment(env),
          OUTLAY_DATA_DIR: path.join(claude.home, 'data'),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    const ended = new Promise((resolve) => {
      child.on('close', (code) => {
        const json = out === '' ? undefined : JSON.parse(out);
        const said = readFileSync(captured, { encoding: 'utf8', flag: 'a+' });
        resolve({ code, json, err, said });
      });
    });
    return { child, ended };
  }

  const outlay = (options, prompt, more) => start(options, prompt, more).ended;

  /** Answers given to a session and its agents. */
  const answered = ({ json }) =>
    claude.api.ledger.filter(
      ({ sessionId, outcome }) => json.sessions.includes(sessionId) && outcome === 'answered',
    ).length;

  const near = (a, b) => assert.ok(Math.abs(a - b) < price / 100, `${a} is not ${b}`);

  it('under its cap it ends well, and what it says goes on untouched', async () => {
    const run = await outlay(['--max-usd', String(price * 20)], 'Go [plan long]', {
      args: ['--output-format', 'json'],
    });
    assert.equal(run.code, 0, run.err);
    assert.equal(run.json.reason, 'completed');
    assert.equal(run.json.terminalReason, 'completed');
    assert.equal(JSON.parse(run.said).result.startsWith('Answer'), true);
    near(run.json.spent_usd, price * 7);
    assert.equal(run.json.clientUsd, run.json.total_usd);
    assert.equal(run.json.tokens, tokens * 7);
    assert.match(run.err, /\$[\d.]+ spent \(84\.0k tokens\)\./);
  });

  it('over it in the main thread: the client’s own cap, one answer beyond at most', async () => {
    const run = await outlay(['--max-usd', String(price * 2.5)], 'Go [plan long]', {
      args: ['--output-format', 'json'],
    });
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'max-usd');
    assert.equal(answered(run), 3);
    near(run.json.spent_usd, price * 3);
    assert.equal(run.json.terminalReason, 'budget_exhausted');
  });

  it('a cap of the user’s own stays, and ours ends what goes beyond', async () => {
    const run = await outlay(['--max-usd', String(price * 2.5)], 'Go [plan long]', {
      args: ['--max-budget-usd', '1000'],
    });
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'max-usd');
    assert.ok(answered(run) < 7, String(answered(run)));
    assert.match(run.err, /The cap is reached: the command is ended/);
  });

  it('over it in a subagent', async () => {
    const run = await outlay(['--max-usd', String(price * 3.5)], 'Share [plan sub]');
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'max-usd');
    assert.ok(answered(run) >= 4 && answered(run) <= 6, String(answered(run)));
  });

  it('over it in a background agent, where the client itself ends with 0', async () => {
    const run = await outlay(['--max-usd', String(price * 4.5)], 'Meanwhile [plan background]');
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'max-usd');
    assert.ok(run.json.spent_usd >= price * 4.5);
  });

  it('tokens have a cap as well', async () => {
    const run = await outlay(['--max-tokens', String(tokens * 2)], 'Go [plan long]');
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'max-tokens');
    assert.ok(answered(run) < 7);
  });

  it('a resumed session goes on from what it has spent; at its cap it is not started', async () => {
    const first = await outlay(['--max-usd', String(price * 20)], 'Go [plan long]');
    const [session] = first.json.sessions;
    const cap = String(price * 9.5);
    const args = ['--resume', session, '--output-format', 'json'];
    const second = await outlay(['--max-usd', cap], 'On [plan long]', { args });
    assert.equal(second.code, 1, second.err);
    near(second.json.before_usd, price * 7);
    near(second.json.total_usd, price * 10);
    near(second.json.spent_usd, price * 3);
    const requests = claude.api.ledger.length;
    const third = await outlay(['--max-usd', cap], 'On [plan long]', { args });
    assert.deepEqual([third.code, third.json.reason], [1, 'max-usd']);
    assert.equal(claude.api.ledger.length, requests, 'no request was sent');
  });

  it('a fork begins anew', async () => {
    const first = await outlay(['--max-usd', String(price * 20)], 'Go [plan long]');
    const [session] = first.json.sessions;
    const args = ['--resume', session, '--fork-session', '--output-format', 'json'];
    const fork = await outlay(['--max-usd', String(price * 5)], 'Else [plan one]', { args });
    assert.equal(fork.code, 0, fork.err);
    near(fork.json.spent_usd, price);
  });

  it('at its time it is ended, hanging or not', async () => {
    const run = await outlay(['--timeout', '4s'], 'Go [plan stuck]');
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'timeout');
    assert.match(run.err, /its time of 4s was over/);
  });

  it('killed by somebody else it has not ended well', async () => {
    const { ended } = start(['--max-usd', '100'], 'Go [plan stuck]');
    await claude.api.hanging();
    const pid = await until('it is listed', () => listed(claude).find(runs));
    process.kill(pid, 'SIGKILL');
    const run = await ended;
    assert.deepEqual([run.code, run.json.reason], [3, 'failed']);
    assert.equal(run.json.command.signal, 'SIGKILL');
    assert.match(run.err, /SIGKILL/);
  });

  it('a signal is passed on', async () => {
    const { child, ended } = start(['--max-usd', '100'], 'Go [plan stuck]');
    await claude.api.hanging();
    child.kill('SIGTERM');
    const run = await ended;
    assert.deepEqual([run.code, run.json.reason], [143, 'interrupted']);
  });

  it('a script that starts the client is counted by its processes', async () => {
    const quoted = `'${claude.program}' --print --allowedTools Bash -- 'Go [plan long]'`;
    const run = await outlay(['--max-usd', String(price * 2.5)], undefined, {
      program: '/bin/sh',
      args: ['-c', `${quoted}; echo over`],
    });
    assert.equal(run.code, 1, run.err);
    assert.equal(run.json.reason, 'max-usd');
    assert.ok(answered(run) < 7);
    await until('no client is left', () => !listed(claude).some(runs));
  });

  it('a hook that stops it is no success, whatever its exit code', async () => {
    const stop = { hooks: [{ type: 'command', command: `echo '{"continue":false}'` }] };
    const settings = JSON.stringify({ hooks: { PostToolBatch: [stop] } });
    const run = await outlay(['--max-usd', '100'], 'Go [plan long]', {
      args: ['--output-format', 'json', '--settings', settings],
    });
    assert.deepEqual([run.code, run.json.reason, run.json.command.code], [1, 'hook', 0], run.err);
  });
});

function listed(claude) {
  return readdirSync(path.join(claude.configDir, 'sessions'))
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10));
}

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
