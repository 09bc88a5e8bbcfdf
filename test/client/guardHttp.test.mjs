/** The guard with a server for single calls, in the real client: what is asked where, and what a dead server costs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { readServerNote } from '../../src/dataFolder/guardServer.ts';
import { processAlive } from '../../src/platform/processAlive.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';

const cli = path.join(import.meta.dirname, '../../dist/cli.cjs');

describe('the guard over HTTP in the real client', () => {
  /** @type {Claude} */
  let claude;
  let data;
  let env;
  const servers = new Set();

  before(async () => {
    claude = await Claude.start('guard-http');
    data = path.join(claude.home, 'data');
    env = { OUTLAY_DATA_DIR: data };
    const { api } = claude;
    api.plan('tools', [use([bash()]), say()]);
    api.plan('two-steps', [use([bash('echo 1')]), use([bash('echo 2')]), say()]);
    api.plan('steps', [use([bash('echo 1')]), use([bash('echo 2')]), use([bash('echo 3')]), say()]);
    api.plan('then-delegate', [use([bash()]), use([agent('tools')]), say()]);
    api.plan('wide', [
      use(Array.from({ length: 6 }, (_, i) => bash(`echo ${i}`))),
      use([{ name: 'Bash', input: { nothing: 1 } }]),
      say(),
    ]);
    outlay('guard', 'install', '--transport', 'http', '--yes');
  });
  afterEach(() => {
    for (const name of ['config.json', 'guard', 'audit.jsonl']) {
      rmSync(path.join(data, name), { recursive: true, force: true });
    }
  });
  after(async () => {
    endServers();
    await claude?.close();
  });

  function outlay(...args) {
    return execFileSync(process.execPath, [cli, ...args], {
      cwd: claude.workspace,
      env: claude.environment(env),
      encoding: 'utf8',
    });
  }

  const run = async (prompt, options = {}) => {
    const whole = await claude.begin(prompt, { ...options, env: { ...env, ...options.env } }).ended;
    serverPid();
    return whole;
  };
  const requests = ({ sessionId }) =>
    claude.api.ledger.filter((entry) => entry.sessionId === sessionId);
  const state = () => {
    const folder = path.join(data, 'guard');
    const [name] = readdirSync(folder).filter((each) => each.endsWith('.json'));
    return JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  };
  const userRecords = ({ sessionId }) =>
    JSON.stringify(claude.records(sessionId).filter(({ type }) => type === 'user'));

  function serverPid() {
    const pid = readServerNote(data)?.pid;
    if (pid !== undefined) servers.add(pid);
    return pid;
  }

  function endServers() {
    for (const pid of servers) if (processAlive(pid)) process.kill(pid, 'SIGKILL');
    servers.clear();
  }

  async function killServer() {
    const pid = serverPid();
    endServers();
    await until('the server is gone', () => !processAlive(pid));
  }

  it('is asked about every call, from the first on, and seen at work', async () => {
    assert.equal(serverPid(), undefined, 'none runs before it is needed');
    const whole = await run('Just do it [plan wide]');
    assert.equal(whole.code, 0, whole.output);
    assert.equal(requests(whole).length, 3);
    const { missed, heard, failures, breaker } = state();
    assert.deepEqual([missed, heard, failures], [0, [], 0]);
    assert.equal(breaker.made.length, 6, 'what it was asked about');
    const status = JSON.parse(outlay('guard', 'status', '--json'));
    assert.equal(status.server, 'runs');
    assert.equal(status.sessions.find(({ sid }) => sid === whole.sessionId).guarded, true);
  });

  it('denies in print mode what it would ask', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'ask');
    const denied = await run('Try it [plan two-steps]');
    assert.equal(requests(denied).length, 3, 'it goes on without the tool');
    assert.ok(denied.result.permission_denials.length >= 1);
    assert.match(userRecords(denied), /BUDGET_EXCEEDED/);
  });

  it('refuses agents and stops by processes', async () => {
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'halt-agents');
    const whole = await run('Share it out [plan then-delegate]');
    assert.equal(requests(whole).filter(({ agentId }) => agentId !== '').length, 0);
    assert.match(userRecords(whole), /BUDGET_EXCEEDED/);
    rmSync(path.join(data, 'config.json'));
    await killServer();
    writeFileSync(path.join(data, 'guard-server.json'), JSON.stringify(portTaken()));
    outlay('budget', 'set', '0.0001', '--scope', 'session', '--action', 'stop');
    const stopped = await run('Step by step [plan steps]');
    assert.equal(requests(stopped).length, 1, 'also without a server');
    assert.equal(stopped.result.terminal_reason, 'hook_stopped');
    rmSync(path.join(data, 'guard-server.json'), { force: true });
  });

  /** As where another program has the port: no hook starts a server. */
  const portTaken = () => ({ pid: 1, at: Date.now(), portTaken: true });

  it('when it is killed in the middle, one call is not asked about; that is said, and mended', async () => {
    const [first, second, third, last] = [1, 2, 3]
      .map((i) => use([bash(`echo ${i}`)]))
      .concat(say());
    const between = { ...second, before: killServer };
    const later = {
      ...third,
      before: () => until('there is another server', () => processAlive(serverPid() ?? 0)),
    };
    claude.api.plan('killed', [first, between, later, last]);
    const whole = await run('Step by step [plan killed]');
    assert.equal(whole.code, 0, whole.output);
    assert.equal(requests(whole).length, 4);
    const { missed, breaker, warned } = state();
    assert.equal(missed, 1);
    assert.equal(breaker.made.length, 2, 'before and after it was asked');
    assert.ok(warned.some((key) => key.startsWith('missed ')));
    const status = outlay('guard', 'status');
    assert.match(status, /the server was not asked about 1 call of a tool/);
  });

  it('in strict mode a call nobody is asked about is refused by the client', async () => {
    writeFileSync(
      path.join(data, 'config.json'),
      JSON.stringify({ revision: 1, settings: { 'outlay.guard.strict': true } }),
    );
    outlay('guard', 'install', '--transport', 'http', '--yes');
    await killServer();
    writeFileSync(path.join(data, 'guard-server.json'), JSON.stringify(portTaken()));
    const whole = await run('Spend [plan tools]');
    assert.equal(requests(whole).length, 2);
    const results = claude
      .records(whole.sessionId)
      .filter(({ type }) => type === 'user')
      .flatMap(({ message }) => message.content)
      .filter(({ type }) => type === 'tool_result');
    assert.ok(
      results.every(({ is_error }) => is_error === true),
      JSON.stringify(results),
    );
  });

  it('is taken out to the letter', () => {
    outlay('guard', 'uninstall', '--yes');
    assert.equal(existsSync(path.join(claude.configDir, 'settings.json')), false);
    assert.equal(existsSync(path.join(data, 'guard-http.json')), false);
  });
});
