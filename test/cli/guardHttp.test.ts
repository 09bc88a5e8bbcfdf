import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../scripts/shared/retry.ts';
import {
  newPlace,
  readServerNote,
  type ServerPlace,
  writePlace,
} from '../../src/dataFolder/guardServer.ts';
import { processAlive } from '../../src/platform/processAlive.ts';
import { type Asked, askLoopback } from './askLoopback.ts';
import { bash, budgets, hook, sid, spent, stop } from './guardHook.ts';
import { bundle, CliWorld, now } from './runCli.ts';

const guardBundle = join(dirname(bundle), 'guard.cjs');

describe('the guard over HTTP', () => {
  const children: ChildProcess[] = [];
  const pids: number[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const pid of pids.splice(0)) if (processAlive(pid)) process.kill(pid, 'SIGKILL');
  });

  /** A place, as an installation leaves one. */
  function placeIn(world: CliWorld): ServerPlace {
    mkdirSync(world.dir.at('data'), { recursive: true });
    const place = newPlace();
    writePlace(world.dir.at('data'), place);
    return place;
  }

  async function serve(world: CliWorld): Promise<ServerPlace> {
    const place = placeIn(world);
    const child = spawn(process.execPath, [guardBundle, 'guard', 'serve'], {
      env: {
        ...{ PATH: process.env.PATH, HOME: world.dir.at('home'), TZ: 'UTC' },
        ...{ OUTLAY_DATA_DIR: world.dir.at('data'), OUTLAY_NOW: new Date(now).toISOString() },
        ...world.env,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    children.push(child);
    await until('the server says that it runs', () => noteOf(world)?.pid === child.pid);
    return place;
  }

  const noteOf = (world: CliWorld) => readServerNote(world.dir.at('data'));

  type AskedGuard = Asked & { readonly path?: string };

  async function ask(
    place: ServerPlace,
    { path = '/outlay/guard/PreToolUse', method = 'POST', headers, body }: AskedGuard,
  ): Promise<{ status: number; text: string }> {
    const response = await askLoopback(place, path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: response.statusCode!, text: await text(response) };
  }

  const inputOf = (event: string, more: object): string =>
    JSON.stringify({ session_id: sid, hook_event_name: event, ...more });

  function forget(world: CliWorld): void {
    rmSync(world.dir.at('data', 'guard'), { recursive: true, force: true });
  }

  test('gives the answers of the process', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const place = await serve(world);
    for (const budget of [stop, { ...stop, action: 'ask' }, { ...stop, action: 'halt-agents' }]) {
      budgets(world, [budget]);
      for (const [event, more] of [
        ['PreToolUse', bash],
        ['UserPromptSubmit', { prompt: 'go', prompt_id: 'p1' }],
        ['PostToolBatch', { prompt_id: 'p1', tool_calls: [bash] }],
        ['PostToolUseFailure', bash],
        ['Stop', {}],
      ] as const) {
        forget(world);
        const { out } = await hook(world, event, { transcript_path, ...more });
        forget(world);
        const body = inputOf(event, { transcript_path, ...more });
        const answer = await ask(place, { path: `/outlay/guard/${event}`, body });
        assert.equal(answer.status, 200);
        assert.equal(`${answer.text}\n`, out, `${budget.action} ${event}`);
      }
    }
  });

  test('judges by the environment of the session that asks', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const place = await serve(world);
    budgets(world, [{ ...stop, action: 'ask' }]);
    const body = inputOf('PreToolUse', { transcript_path, ...bash });
    const asks = JSON.parse((await ask(place, { body })).text);
    assert.equal(asks.hookSpecificOutput.permissionDecision, 'ask');
    forget(world);
    const headers = { 'x-outlay-entrypoint': 'sdk-cli' };
    const printed = JSON.parse((await ask(place, { headers, body })).text);
    assert.equal(printed.hookSpecificOutput.permissionDecision, 'deny');
    // A store that cannot be one fails open, and says so.
    forget(world);
    const other = { 'x-outlay-store': world.dir.at('config') };
    const failed = JSON.parse((await ask(place, { headers: other, body })).text);
    assert.match(failed.systemMessage, /cannot check spending limits/);
    forget(world);
    const path = '/outlay/guard/PreToolUse?strict';
    const strict = JSON.parse((await ask(place, { headers: other, path, body })).text);
    assert.equal(strict.continue, false);
  });

  test('leaves agents to the process beside it', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const place = await serve(world);
    budgets(world, [{ ...stop, action: 'halt-agents' }]);
    for (const tool_name of ['Agent', 'Task']) {
      const body = inputOf('PreToolUse', { transcript_path, ...bash, tool_name });
      assert.equal((await ask(place, { body })).text, '{}');
    }
  });

  test('answers nobody else', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const place = await serve(world);
    budgets(world, [stop]);
    const body = inputOf('PreToolUse', { transcript_path, ...bash });
    const cases: readonly [number, AskedGuard][] = [
      [401, { headers: { authorization: undefined } }],
      [401, { headers: { authorization: `Bearer ${place.token}x` } }],
      [401, { headers: { authorization: place.token } }],
      [403, { headers: { host: `localhost:${place.port}` } }],
      [403, { headers: { host: 'rebound.example' } }],
      [403, { headers: { origin: 'http://127.0.0.1' } }],
      [405, { method: 'GET' }],
      [404, { path: '/outlay/guard/PreCompact' }],
      [404, { path: '/outlay/guard/../PreToolUse' }],
      [404, { path: '/' }],
      [415, { headers: { 'content-type': 'text/plain' } }],
      [401, { path: '/outlay/guard-health', method: 'GET', headers: { authorization: 'x' } }],
    ];
    for (const [status, asked] of cases) {
      const answer = await ask(place, { body, ...asked });
      assert.deepEqual([answer.status, answer.text], [status, ''], JSON.stringify(asked));
    }
    assert.equal(existsSync(world.dir.at('data', 'guard')), false, 'and remembers nothing of it');
    const outside = request({ host: '127.0.0.2', port: place.port, agent: false });
    outside.end();
    const [refused] = await once(outside, 'error').catch((error) => [error]);
    assert.equal(refused.code, 'ECONNREFUSED');
  });

  test('what is no question, or too long, is told like what cannot be judged', async () => {
    using world = new CliWorld();
    const place = await serve(world);
    for (const body of ['', '{', '[]', '{"session_id":1}', 'x'.repeat(33 * 1024 * 1024)]) {
      const answer = await ask(place, { body });
      assert.equal(answer.status, 200);
      const strict = await ask(place, { path: '/outlay/guard/PreToolUse?strict', body });
      assert.equal(JSON.parse(strict.text).continue, false, body.slice(0, 20));
    }
    assert.equal((await ask(place, { body: inputOf('Stop', bash) })).status, 200, 'it still runs');
  });

  test('ends when the guard is no longer installed that way', async () => {
    using world = new CliWorld();
    await serve(world);
    const [child] = children;
    rmSync(world.dir.at('data', 'guard-http.json'));
    await once(child!, 'exit');
    assert.equal(child!.exitCode, 0);
    assert.equal(noteOf(world), undefined);
  });

  test('the hooks beside it start it, and again when it was killed; what it missed is said', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [{ ...stop, limit: 50 }]);
    const place = placeIn(world);
    const args = ['--http'];
    const env = { ANTHROPIC_API_KEY: 'sk-ant-none', OUTLAY_NOW: new Date(now).toISOString() };
    const started = async (event: string, more: object) => {
      const before = noteOf(world)?.pid;
      const { answer } = await hook(world, event, { transcript_path, ...more }, { args, env });
      await until('there is a server', () => {
        const pid = noteOf(world)?.pid;
        return pid !== undefined && pid !== before;
      });
      pids.push(noteOf(world)!.pid);
      return answer;
    };
    const prompt = { prompt: 'go', prompt_id: 'p1' };
    await started('UserPromptSubmit', prompt);
    const [pid] = pids;
    if (process.platform === 'linux') {
      const seen = readFileSync(`/proc/${pid}/environ`, 'utf8');
      assert.ok(seen.includes('OUTLAY_DATA_DIR='), 'it has what it needs');
      assert.ok(!seen.includes('ANTHROPIC'), 'and no key of the session that started it');
    }
    const call = (id: string) => ({ ...bash, tool_use_id: id });
    const body = inputOf('PreToolUse', { transcript_path, ...call('t1') });
    assert.equal((await ask(place, { body })).text, '{}');
    const batch = (...calls: object[]) => ({ prompt_id: 'p1', tool_calls: calls });
    const heard = await hook(
      world,
      'PostToolBatch',
      { transcript_path, ...batch(call('t1')) },
      { args, env },
    );
    assert.deepEqual(heard.answer, {}, 'it was asked');
    process.kill(pid!, 'SIGKILL');
    await until('it is gone', () => !processAlive(pid!));
    const broken = { ...call('t3'), tool_response: '<tool_use_error>InputValidationError' };
    const missed = await started('PostToolBatch', batch(call('t2'), broken));
    assert.match(missed.systemMessage!, /server was not asked about a call of a tool/);
    assert.equal(missed.continue, undefined);
    const again = inputOf('PreToolUse', { transcript_path, ...call('t4') });
    assert.equal((await ask(place, { body: again })).text, '{}', 'it answers again');
    // One that runs is not started a second time.
    await hook(world, 'UserPromptSubmit', { transcript_path, ...prompt }, { args, env });
    await sleep(300);
    assert.equal(noteOf(world)!.pid, pids.at(-1));
  });

  test('while it is gone, processes still refuse and stop', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [stop]);
    // A port another program has, so that none can be started.
    const place = placeIn(world);
    const stranger = createServer((socket) => socket.destroy());
    stranger.listen(place.port, '127.0.0.1');
    await once(stranger, 'listening');
    try {
      const options = { args: ['--http'] };
      const batch = { transcript_path, prompt_id: 'p1', tool_calls: [bash] };
      const stopped = await hook(world, 'PostToolBatch', batch, options);
      assert.equal(stopped.answer.continue, false);
      assert.match(stopped.answer.systemMessage!, /server was not asked/);
      const agent = { transcript_path, ...bash, tool_name: 'Agent' };
      const refused = await hook(world, 'PreToolUse', agent, options);
      assert.equal(refused.answer.hookSpecificOutput?.permissionDecision, 'deny');
      await until('the stranger is noticed', () => noteOf(world)?.portTaken === true);
    } finally {
      stranger.close();
    }
  });

  test('is installed, shown and taken out like the process', async () => {
    using world = new CliWorld();
    const settings = join(world.root, 'settings.json');
    mkdirSync(join(world.root, 'projects'), { recursive: true });
    writeFileSync(settings, '{"model":"opus"}');
    const shown = world.on('guard', 'install', '--transport', 'http');
    assert.match(shown.out, /"Authorization": "Bearer …"/);
    assert.equal(existsSync(world.dir.at('data', 'guard-http.json')), false);
    world.on('guard', 'install', '--transport', 'http', '--yes');
    const { port, token } = JSON.parse(
      readFileSync(world.dir.at('data', 'guard-http.json'), 'utf8'),
    ) as ServerPlace;
    const text = readFileSync(settings, 'utf8');
    assert.ok(text.includes(`http://127.0.0.1:${port}/outlay/guard/PreToolUse`));
    assert.ok(text.includes(token));
    const status = world.on('guard', 'status');
    assert.match(status.out, /user settings .*with a server\./);
    assert.match(status.out, /the next prompt starts it/);
    // The setting says the same as the option.
    world.settings({ 'outlay.guard.transport': 'http' });
    assert.equal(world.json('guard', 'install', '--yes').written, false);
    const refused = world.on('guard', 'install', '--project');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /shared settings/);
    world.env = { HTTPS_PROXY: 'http://proxy.example:1' };
    const proxied = world.on('guard', 'install', '--yes');
    assert.match(proxied.err, /NO_PROXY names 127\.0\.0\.1/);
    world.env = {};
    world.on('guard', 'uninstall', '--yes');
    assert.equal(readFileSync(settings, 'utf8'), '{"model":"opus"}');
    assert.equal(existsSync(world.dir.at('data', 'guard-http.json')), false);
  });
});
