import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { callFileName } from '../../src/model/capture/callRecord.ts';
import {
  chatAnswer,
  chatChunks,
  ModelApis,
  messageAnswer,
  messageEvents,
  type Reply,
  responseAnswer,
} from '../lib/modelApis.ts';
import { bundle, CliWorld, now } from './runCli.ts';

const library = pathToFileURL(join(bundle, '..', 'capture.cjs')).href;
const sdk = (name: string) => import.meta.resolve(name);

let apis: ModelApis;
before(async () => {
  apis = await ModelApis.start();
});
after(() => apis[Symbol.asyncDispose]());

/** Runs a program that has the library, both SDKs and a client of each, answered by the stand-in. */
async function program(
  world: CliWorld,
  body: string,
  replies: readonly Reply[] = [],
  ...flags: string[]
) {
  apis.reply(...replies);
  const file = world.dir.at('program.mjs');
  writeFileSync(
    file,
    `import { track, scope, status, summary, recentCalls, reset } from '${library}';
     import OpenAI from '${sdk('openai')}';
     import Anthropic from '${sdk('@anthropic-ai/sdk')}';
     const baseURL = '${apis.address}';
     const local = false;
     const openai = track(new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 }), { agent: 'writer', local });
     const claude = track(new Anthropic({ baseURL, apiKey: 'k', maxRetries: 0 }), { local });
     const chat = { model: 'gpt-5.5', messages: [{ role: 'user', content: 'a secret' }] };
     const message = { model: 'claude-sonnet-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'a secret' }] };
     const say = (value) => console.log(JSON.stringify(value));
     ${body}`,
  );
  const child = spawn(process.execPath, [...flags, file], {
    ...world.surroundings(),
    stdio: 'pipe',
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  const said = out
    .split('\n')
    .flatMap((line) => (line.startsWith('{') || line.startsWith('[') ? [JSON.parse(line)] : []));
  return { code: child.exitCode, out, err, said };
}

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function json(world: CliWorld, ...args: string[]): any {
  const { code, out, err } = world.run(...args, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

/** Of gpt-5.5 at 5, 0.50 and 30 dollars a million: 400 fresh, 600 cached, 200 out. */
const chatUsd = 0.0083;

describe('calls of programs', () => {
  test('are in every report, by agent, task and correlation, and as the program asks itself', async () => {
    using world = new CliWorld();
    const replies = [
      { json: chatAnswer('c1') },
      { json: chatAnswer('c2') },
      { events: chatChunks('c3') },
      { events: messageEvents('m1') },
      { json: messageAnswer('m2', { model: 'qwen3-coder:30b' }) },
      { json: { error: {} }, status: 429 },
    ];
    const { code, err, said } = await program(
      world,
      `await Promise.all(['job-1', 'job-2'].map((correlation) =>
         scope({ task: 'T-1', correlation }, async () => {
           await new Promise((resolve) => setTimeout(resolve, 5));
           await openai.chat.completions.create(chat);
         })));
       for await (const _ of await openai.chat.completions.create({ ...chat, stream: true }));
       await scope({ agent: 'reviewer' }, () => claude.messages.stream(message).finalMessage());
       await track(claude, { local: true }).messages.create({ ...message, model: 'qwen3-coder:30b' });
       await openai.chat.completions.create(chat).catch(() => {});
       say(await summary({ by: 'agent' }));
       say(await summary({ by: 'correlation' }));
       say(await summary({ by: 'tier', since: new Date(Date.now() - 60_000) }));
       say(await recentCalls(3));
       await reset();
       say(await summary());
       say(await recentCalls());
       say(status());`,
      replies,
    );
    assert.equal(code, 0, err);
    const [byAgent, byCorrelation, byTier, last, anew, none, written] = said;
    const keys = ({ groups }: { groups: { key: string; calls: number }[] }) =>
      Object.fromEntries(groups.map(({ key, calls }) => [key, calls]));
    assert.deepEqual(
      [byAgent.calls, byAgent.failed, byAgent.unpriced, byAgent.notes],
      [5, 1, 0, []],
    );
    assert.deepEqual(keys(byAgent), { writer: 3, reviewer: 1, main: 1 });
    assert.deepEqual(keys(byCorrelation), { '(none)': 3, 'job-1': 1, 'job-2': 1 });
    assert.deepEqual(keys(byTier), { premium: 3, sonnet: 1, local: 1 });
    const writer = byAgent.groups.find(({ key }: { key: string }) => key === 'writer');
    assert.equal(writer.usd, Math.round(3 * chatUsd * 1e9) / 1e9);
    assert.deepEqual(
      last.map(({ ok, failure, model, agent, usd }: Record<string, unknown>) => [
        ok,
        failure,
        model,
        agent,
        usd === 0,
      ]),
      [
        [false, '429', 'gpt-5.5', 'writer', true],
        [true, null, 'local/qwen3-coder:30b', null, true],
        [true, null, 'claude-sonnet-5-5', 'reviewer', false],
      ],
    );
    assert.deepEqual([anew.calls, anew.usd, anew.failed, none.length], [0, 0, 0, 0]);
    assert.deepEqual([written.written, written.dropped], [6, 0]);
    // Nothing was taken from Outlay's own figures.
    const total = json(world, 'summary', '--period', 'all', '--product', 'api-calls');
    assert.equal(total.total_cost_usd, byAgent.usd);
    assert.deepEqual([total.sessionCount, total.unpriced], [1, []]);
    const usdOf = (...filter: string[]) =>
      json(world, 'summary', '--period', 'all', ...filter).total_cost_usd;
    assert.equal(usdOf('--correlation', 'job-1'), chatUsd);
    assert.equal(usdOf('--task', 'T-1'), 2 * chatUsd);
    assert.equal(usdOf('--agent', 'writer'), writer.usd);
    const failed = (...filter: string[]) =>
      json(world, 'activity', '--period', 'all', ...filter)
        .activity.filter(({ success }: { success: boolean }) => !success)
        .map(({ model, error }: { model: string; error: string }) => [model, error]);
    assert.equal(json(world, 'activity', '--period', 'all').activity.length, 6);
    assert.deepEqual(failed(), [['gpt-5.5', '429']]);
    assert.deepEqual(failed('--model', 'gpt-5.5'), [['gpt-5.5', '429']]);
    assert.deepEqual(failed('--model', 'claude-sonnet-5-5'), []);
    assert.match(world.run('sessions', '--period', 'all').out, /program\.mjs/);
    assert.match(world.run('verify').out, /5 messages agree with the store/);
    const csv = world.run('export', 'csv', '--period', 'all').out;
    assert.match(csv, /,T-1,job-1,/);
    const folder = world.dir.at('data', 'capture');
    if (process.platform !== 'win32') assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of readdirSync(folder))
      assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /secret/);
  });

  test('are no habits of a person: nothing is advised about them', () => {
    using world = new CliWorld();
    const usage = { input_tokens: 3000, output_tokens: 150, cache_creation_input_tokens: 30_000 };
    const lines = Array.from({ length: 200 }, (_, n) => ({
      ...{ v: 1, id: `msg_${n}`, at: now - (300 - n) * 600_000, api: 'anthropic.messages' },
      ...{
        model: 'claude-opus-5-5',
        stop: 'end_turn',
        agent: 'writer',
        correlation: `c${n}`,
        usage,
      },
    }));
    const name = callFileName('2026-11-24', '11111111-2222-4333-8444-555555555555', 1);
    mkdirSync(world.dir.at('data', 'capture'), { recursive: true });
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    writeFileSync(world.dir.at('data', 'capture', name), `${text}\n`);
    const { insights, runs } = json(world, 'optimize', '--period', 'all');
    assert.deepEqual([insights, runs], [[], 0]);
    assert.equal(json(world, 'summary', '--period', 'all').sessionCount, 1);
  });

  test('are written by every process and thread, and read together', async () => {
    using world = new CliWorld();
    const body = `await openai.chat.completions.create(chat);
      const { Worker, isMainThread } = await import('node:worker_threads');
      if (isMainThread) await new Promise((end) => new Worker(new URL(import.meta.url)).once('exit', end));
      say(isMainThread ? await summary() : {});`;
    const answers = ['a', 'b', 'c', 'd'].map((id) => ({ json: chatAnswer(id) }));
    const first = await program(world, body, answers.slice(0, 2));
    assert.equal(first.code, 0, first.err);
    const { said } = await program(world, body, answers.slice(2));
    assert.equal(said.at(-1).calls, 4);
    assert.equal(json(world, 'sessions', '--period', 'all').sessions.length, 4);
  });

  test('count once, however often the same answer is read', async () => {
    using world = new CliWorld();
    const line = JSON.stringify({
      id: 'batch_req_1',
      custom_id: 'x',
      response: { status_code: 200, body: chatAnswer('b1') },
      error: null,
    });
    const file = { text: line, type: 'application/octet-stream' };
    const body = `await (await openai.files.content('f')).text(); say(await summary());`;
    await program(world, body, [file]);
    const { said } = await program(world, body, [file]);
    // A batch costs half.
    assert.deepEqual([said[0].calls, said[0].usd], [1, chatUsd / 2]);
    // One program asks, another fetches what came of it.
    const queued = responseAnswer('r1', { status: 'queued', usage: null, output: [] });
    const create = `await openai.responses.create({ model: 'gpt-5.5', input: 'x', background: true });`;
    const asked = await program(world, `${create} say(await summary());`, [{ json: queued }]);
    assert.deepEqual([asked.said[0].calls, asked.said[0].atLeast], [2, 1]);
    assert.match(asked.said[0].notes.join(' '), /1 message has no final output count/);
    const fetched = await program(
      world,
      `await openai.responses.retrieve('r1'); say(await summary());`,
      [{ json: responseAnswer('r1', { service_tier: 'default' }) }],
    );
    const { calls, usd, atLeast } = fetched.said[0];
    assert.deepEqual([calls, usd, atLeast], [2, chatUsd * 1.5, 0]);
  });

  test('that a program never ended are lower bounds: it left, or never read them', async () => {
    using world = new CliWorld();
    const begun: Reply = { events: messageEvents('m').slice(0, 2), last: 'wait' };
    const { code, said } = await program(
      world,
      `await (async () => void (await claude.messages.create({ ...message, stream: true })))();
       for (let n = 0; n < 100 && status().written === 0; n++) {
         globalThis.gc();
         await new Promise((resolve) => setTimeout(resolve, 10));
       }
       say(status());
       const stream = await claude.messages.create({ ...message, stream: true });
       for await (const event of stream) process.exit(3);`,
      [begun, begun],
      '--expose-gc',
    );
    assert.equal(code, 3);
    assert.equal(said[0].written, 1);
    const { lowerBoundMessages, total_cost_usd } = json(world, 'summary', '--period', 'all');
    assert.ok(total_cost_usd > 0);
    assert.equal(lowerBoundMessages, 2);
  });

  test('fail as they did, unhandled where nobody handles them', async () => {
    using world = new CliWorld();
    const { code, err } = await program(
      world,
      'openai.chat.completions.create(chat).then(() => {});',
      [{ json: { error: { message: 'not today' } }, status: 400 }],
    );
    assert.equal(code, 1);
    assert.match(err, /BadRequestError: 400/);
    assert.equal(json(world, 'activity', '--period', 'all').activity.length, 1);
  });

  test('go on where nothing can be written, which is said once', async () => {
    using world = new CliWorld();
    world.dataFile('capture', 'no folder');
    const answers = ['a', 'b', 'c'].map((id) => ({ json: chatAnswer(id) }));
    const { code, err, said } = await program(
      world,
      `for (let n = 0; n < 3; n++) say({ id: (await openai.chat.completions.create(chat)).id });
       say(status());`,
      answers,
    );
    assert.equal(code, 0, err);
    assert.deepEqual(
      said.slice(0, 3).map(({ id }) => id),
      ['a', 'b', 'c'],
    );
    assert.equal(said[3].dropped, 3);
    assert.equal(err.match(/OutlayWarning/g)?.length, 1);
  });

  test('are not written where it is switched off, and not read where a setting says so', async () => {
    using world = new CliWorld();
    const call = 'await openai.chat.completions.create(chat); say(status());';
    world.env = { ENABLE_COST_TRACKING: 'false' };
    const off = await program(world, call, [{ json: chatAnswer('a') }]);
    assert.deepEqual([off.code, off.said[0].written], [0, 0]);
    world.env = {};
    await program(world, call, [{ json: chatAnswer('b') }]);
    world.settings({ 'outlay.agents.capture': false });
    assert.equal(json(world, 'summary', '--period', 'all').total_cost_usd, 0);
    world.settings({});
    assert.equal(json(world, 'summary', '--period', 'all').total_cost_usd, chatUsd);
  });

  test('load nothing that reads: neither the store nor SQLite', async () => {
    using world = new CliWorld();
    const { said } = await program(
      world,
      `await openai.chat.completions.create(chat);
       const { createRequire } = await import('node:module');
       say(Object.keys(createRequire(import.meta.url).cache).filter((file) => !file.includes('node_modules')));
       say(process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node')));`,
      [{ json: chatAnswer('a') }],
    );
    assert.deepEqual(said[0], [join(bundle, '..', 'capture.cjs')]);
    assert.deepEqual(said[1], []);
  });

  test('are asked for in words that are understood, or refused in a sentence', async () => {
    using world = new CliWorld();
    const { said } = await program(
      world,
      `for (const ask of [
         () => summary({ by: 'mood' }),
         () => summary({ since: 'soon' }),
         () => summary({ since: Number.NaN }),
         () => recentCalls(0),
         async () => track({}),
       ]) say({ message: await ask().catch((error) => error.message) });`,
    );
    const patterns = [
      /groups by agent, task/,
      /soon/,
      /no time/,
      /from 1 to 10000/,
      /wraps an instance/,
    ];
    for (const [index, { message }] of said.entries()) assert.match(message, patterns[index]!);
  });
});
