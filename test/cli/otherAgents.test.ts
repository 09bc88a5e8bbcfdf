import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { CliWorld } from './runCli.ts';

const folders = {
  codex: '.codex',
  copilot: '.copilot',
  'copilot-traces': '.config/Code - Insiders/User/globalStorage/github.copilot-chat',
  opencode: '.local/share/opencode',
} as const;

function place(world: CliWorld, agent: keyof typeof folders, name: string): void {
  const folder = folders[agent];
  const set = agentSets(agent).find((each) => each.name === name);
  writeAgentSet(set!, world.dir.at('home', folder));
}

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function answer(world: CliWorld, ...args: string[]): any {
  const { code, out, err } = world.run(...args, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

describe('Copilot and OpenCode, in the terminal', () => {
  test('are read where they stand, filtered by product and verified', () => {
    using world = new CliWorld();
    place(world, 'copilot', 'samples/client-1.0.102');
    place(world, 'opencode', 'cases/json-and-database');
    const { rows } = answer(world, 'breakdown', '--by', 'product', '--period', 'all');
    const counts = rows.map(({ product, messages }: { product: string; messages: number }) => [
      product,
      messages,
    ]);
    assert.deepEqual(counts.sort(), [
      ['Copilot', 21],
      ['OpenCode', 3],
    ]);
    const only = answer(world, 'summary', '--product', 'opencode', '--period', 'all');
    assert.equal(only.total_cost_usd, 0.0151);
    assert.match(world.run('verify').out, /24 messages agree with the store/);
    // One session of a database that holds many, to the row.
    assert.match(world.run('verify', '--session', '5e947117').out, /2 messages agree/);
    assert.match(world.run('explain', '5e947117/1').out, /session-store\.db, line 13\./);
  });

  test('are not read where a setting says so', () => {
    using world = new CliWorld();
    place(world, 'copilot', 'cases/database-wins');
    place(world, 'opencode', 'cases/fork');
    mkdirSync(world.dir.at('home', '.claude', 'projects'), { recursive: true });
    world.settings({ 'outlay.agents.copilot': false, 'outlay.agents.opencode': false });
    assert.equal(answer(world, 'summary', '--period', 'all').total_cost_usd, 0);
    world.settings({ 'outlay.agents.copilot': false });
    assert.equal(answer(world, 'summary', '--period', 'all').total_cost_usd, 0.0122);
  });

  test('VS Code’s chat is read where an editor keeps its traces, told by who answered, and verified', () => {
    using world = new CliWorld();
    place(world, 'copilot-traces', 'samples/store-2');
    const counts = (by: string): unknown[] =>
      answer(world, 'breakdown', '--by', by, '--period', 'all').rows.map(
        (row: Record<string, unknown>) => [row[by], row.messages],
      );
    assert.deepEqual(counts('product'), [['Copilot', 20]]);
    assert.deepEqual(counts('provider').sort(), [
      ['anthropic', 1],
      ['api.openai.com', 1],
      ['gemini', 1],
      ['github', 17],
    ]);
    const session = world.run('session', '089001a3', '--notes').out;
    assert.match(session, /GitHub counted 16\.35 AI credits for it, \$0\.16 beyond a plan/);
    const explained = world.run('explain', '089001a3/1').out;
    assert.match(explained, /agent-traces\.db/);
    assert.match(explained, /24,000/);
    assert.equal(world.run('verify').code, 0);
    using other = new CliWorld();
    place(other, 'copilot-traces', 'samples/store-2');
    other.settings({ 'outlay.agents.copilot': false });
    assert.equal(answer(other, 'summary', '--period', 'all').total_cost_usd, 0);
  });

  test('say that a figure is a sum, and what GitHub counted for it', () => {
    using world = new CliWorld();
    place(world, 'copilot', 'cases/rollup-whole-session');
    const sum = world.run('explain', '11111111/1');
    assert.match(sum.out, /A sum of 3 requests, as the agent wrote it when it ended/);
    assert.doesNotMatch(sum.out, /AI credits/);
    assert.match(world.run('session', '11111111', '--wide').out, /sum of 3 requests/);
    const before = answer(world, 'breakdown', '--by', 'provider', '--period', 'all').rows;
    assert.deepEqual(
      before.map(({ provider }: { provider: string }) => provider),
      ['(none)'],
    );
    place(world, 'copilot', 'cases/database-wins');
    const db = openDatabase(world.dir.at('home', '.copilot', 'session-store.db'));
    db.exec('UPDATE assistant_usage_events SET total_nano_aiu = 1250000000, reasoning_tokens = 7');
    db.close();
    // Whoever counts credits has answered; before there was nobody known.
    const { rows } = answer(world, 'breakdown', '--by', 'provider', '--period', 'all');
    const providers = rows.map((row: { provider: string; messages: number }) => [
      row.provider,
      row.messages,
    ]);
    assert.deepEqual(providers, [['github', 4]]);
    const session = world.run('session', '11111111', '--notes').out;
    assert.match(session, /GitHub counted 5\.00 AI credits for it, \$0\.05 beyond a plan/);
    assert.equal(answer(world, 'session', '11111111').aiCredits, 5);
    const explained = world.run('explain', '11111111/1', '--notes').out;
    assert.match(explained, /1\.25 AI credits/);
    assert.match(explained, /7 of its \d+ output tokens went into reasoning/);
  });

  test('say what was recovered from a counter, in every list of messages and beside every sum', () => {
    using world = new CliWorld();
    place(world, 'codex', 'cases/lost-lines-and-fall');
    place(world, 'opencode', 'cases/fork');
    const note = '1 message is recovered from a counter: its requests were not logged.';
    const session = answer(world, 'session', '019ee77a');
    const marked = session.topMessages.filter(({ recovered }: { recovered: boolean }) => recovered);
    assert.equal(session.topMessages.length, 5);
    assert.deepEqual(
      marked.map(({ requests, tokens }: never) => ({ requests, tokens })),
      [
        {
          requests: null,
          tokens: {
            ...{ input: 1000, output: 200, cacheRead: 2000 },
            ...{ cacheWrite5m: 0, cacheWrite1h: 0, webSearches: 0 },
          },
        },
      ],
    );
    assert.deepEqual(
      session.topMessages.map(({ requests }: { requests: number | null }) => requests).sort(),
      [1, 1, 1, 1, null],
    );
    assert.equal(session.notes.at(-1), note);
    const told = world.run('session', '019ee77a', '--wide').out;
    assert.match(told, /sum of requests, recovered from a counter/);
    const [{ reference }] = marked;
    const explained = answer(world, 'explain', reference);
    assert.deepEqual([explained.requests, explained.recovered], [null, true]);
    assert.match(
      explained.notes.join(' '),
      /Recovered from a counter: its requests were not logged\. How many they were is not known/,
    );
    const { activity } = answer(world, 'activity', '--product', 'codex');
    const results = activity.filter(({ recovered }: { recovered: boolean }) => recovered);
    assert.equal(results.length, 1);
    assert.match(world.run('activity', '--wide').out, /ok, recovered from a counter/);
    for (const report of [
      ['summary', '--period', 'all'],
      ['report', '--period', 'all'],
      ['breakdown', '--by', 'product', '--period', 'all'],
      ['summary', '--product', 'codex', '--period', 'all'],
    ]) {
      assert.deepEqual(answer(world, ...report).notes, [note], report.join(' '));
      assert.match(world.run(...report).out, /1 message is recovered from a counter/);
    }
    assert.deepEqual(answer(world, 'sessions').notes, [note]);
    assert.match(world.run('sessions', '--wide').out, /1 recovered from a counter/);
    for (const others of [
      ['--product', 'opencode', '--period', 'all'],
      ['--period', '2026-07-01..2026-07-02'],
      ['--model', 'gpt-5.4', '--period', 'all'],
    ]) {
      assert.doesNotMatch(world.run('summary', ...others).out, /recovered/, others.join(' '));
    }
    const { code, out } = world.run('export', 'json', '--product', 'codex', '--period', 'all');
    assert.equal(code, 0);
    const rows = JSON.parse(out).rows as { recovered: boolean; input_tokens: number }[];
    assert.deepEqual(
      rows.filter(({ recovered }) => recovered).map((row) => row.input_tokens),
      [1000],
    );
  });

  test('say that one request was recovered where its response told no count', () => {
    using world = new CliWorld();
    place(world, 'codex', 'cases/incomplete-response-old-client');
    const { topMessages } = answer(world, 'session', '019ee77a');
    const [{ reference, requests, usd }] = topMessages.filter(
      ({ recovered }: { recovered: boolean }) => recovered,
    );
    // 3,000 × $5 + 1,000 × $0.50 + 900 × $30 a million.
    assert.deepEqual([requests, usd], [1, 0.0425]);
    assert.match(
      world.run('explain', reference).out,
      /Recovered from a counter: its request was not logged, and this is how far the counter moved/,
    );
  });

  test('judge missed caches by the lifetime of who answered, and say where nobody knows it', () => {
    using world = new CliWorld();
    const rollout = (id: number, model: string, gaps: readonly number[]): string => {
      const thread = `019ee77a-1c00-7000-8000-00000000000${id}`;
      const turn = '019ee77a-1fe8-7000-8000-000000000009';
      let at = Date.parse('2026-11-20T10:00:00Z');
      const line = (type: string, payload: object): string =>
        `${JSON.stringify({ timestamp: new Date(at).toISOString(), type, payload })}\n`;
      const lines = [
        line('session_meta', { id: thread, cwd: '/home/dev/shop', model_provider: 'openai' }),
        line('turn_context', { turn_id: turn, model }),
      ];
      for (const [i, minutes] of [0, ...gaps].entries()) {
        at += minutes * 60_000;
        const usage = { input_tokens: 20_000, cache_write_input_tokens: 19_000, output_tokens: 10 };
        const known = { thread_id: thread, turn_id: turn, response_id: `resp_${id}_${i}` };
        lines.push(line('token_usage_record', { ...known, usage, thread_token_usage: usage }));
      }
      const path = world.dir.at(
        'home',
        '.codex',
        'sessions',
        `rollout-2026-11-20T10-00-00-${thread}.jsonl`,
      );
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, lines.join(''));
      return thread;
    };
    const sol = rollout(1, 'gpt-6-sol', [20, 31]);
    const misses = answer(world, 'session', sol).topMessages.map(
      ({ cacheMiss }: { cacheMiss: object | null }) => cacheMiss,
    );
    const told = (reason: string, gapSeconds: number) =>
      misses.some(
        (miss: { reason: string; gapSeconds: number; lifetimeSeconds: number } | null) =>
          miss?.reason === reason &&
          miss.gapSeconds === gapSeconds &&
          miss.lifetimeSeconds === 1800,
      );
    assert.ok(told('prefix-change', 1200), '20 minutes are within a cache that lives for 30');
    assert.ok(told('expired', 1860), '31 are not');
    assert.match(world.run('session', sol, '--wide').out, /expired: gap 31 min, lifetime 30 min/);
    const older = rollout(2, 'gpt-5.4', [20, 31]);
    const { topMessages, notes } = answer(world, 'session', older);
    assert.ok(topMessages.every(({ cacheMiss }: { cacheMiss: null }) => cacheMiss === null));
    const unknown =
      'Missed caches are not told of gpt-5.4: how long caches live there is not known.';
    assert.deepEqual(notes, [unknown]);
    assert.match(world.run('session', older).out, /Missed caches are not told of gpt-5\.4/);
  });
});
