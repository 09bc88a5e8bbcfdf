import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, bundle, CliWorld, costState, now, usageOf } from './runCli.ts';

const opus = 'claude-opus-4-7';
const sid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;
const onSession = (digit: string, more: Record<string, unknown> = {}) => ({
  sessionId: sid(digit),
  ...more,
});
/** One dollar of input. */
const dollar = usageOf({ input: 200_000 });

describe('worked examples', () => {
  test('a response logged three times is one message at $0.040625', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1000, output: 500, write5m: 500, write1h: 1500, read: 10_000 });
    const line = answerRecord('1', opus, usage);
    world.transcript(`-src-my-app/${line.sessionId}.jsonl`, [
      line,
      { ...line, uuid: 'uuid-1b' },
      { ...line, uuid: 'uuid-1c' },
    ]);
    const { totals } = world.json('sessions');
    assert.equal(totals.messages, 1);
    assert.equal(totals.usd, 0.040625);
    const { topMessages } = world.json('session');
    assert.equal(topMessages.length, 1);
    assert.equal(topMessages[0].share, 1);
    assert.deepEqual(topMessages[0].classUsd, {
      input: 0.005,
      output: 0.0125,
      cacheWrite5m: 0.003125,
      cacheWrite1h: 0.015,
      cacheRead: 0.005,
      webSearches: 0,
    });
  });

  test('a million tokens of an unknown model are unpriced and the total a lower bound', () => {
    using world = new CliWorld();
    const unknown = answerRecord('1', 'model-x', usageOf({ input: 1_000_000 }));
    const known = answerRecord('2', opus, dollar);
    world.transcript(`-src-my-app/${unknown.sessionId}.jsonl`, [unknown, known]);
    const { totals, sessions } = world.json('sessions');
    assert.equal(totals.usd, 1);
    assert.equal(totals.unpricedMessages, 1);
    assert.equal(totals.input, 1_200_000);
    assert.equal(sessions[0].models['model-x'].unpricedMessages, 1);
    const { out } = world.on('sessions', '--no-index');
    assert.match(out, /1 session in November, ≥ \$1\.00\./);
    assert.match(out, /≥ No price, not counted: 1 message of model-x/);
    const summary = world.json('summary', '--no-index');
    assert.equal(summary.lowerBound, true);
    assert.deepEqual(summary.unpriced, [{ model: 'model-x', messages: 1 }]);
    assert.equal(summary.byModel['model-x'].tier, 'unknown');
    const session = world.json('session', '--no-index');
    const row = session.topMessages.find(({ model }: { model: string }) => model === 'model-x');
    assert.equal(row.usd, null, 'never $0');
    assert.equal(row.classUsd, null);
  });

  test('a transcript below subagents counts, for its agent', () => {
    using world = new CliWorld();
    const main = answerRecord('1', opus, dollar);
    const side = answerRecord('2', opus, usageOf({ input: 400_000 }), {
      isSidechain: true,
      agentId: 'abc123',
    });
    world.transcript(`-src-my-app/${main.sessionId}.jsonl`, [main]);
    world.transcript(`-src-my-app/${main.sessionId}/subagents/agent-abc123.jsonl`, [side]);
    const meta = `-src-my-app/${main.sessionId}/subagents/agent-abc123.meta.json`;
    world.transcript(meta, [{ agentType: 'Explore' }]);
    const [session] = world.json('sessions').sessions;
    assert.deepEqual(session.agents, [
      { agentId: 'main', type: 'main', messages: 1, usd: 1 },
      { agentId: 'abc123', type: 'Explore', messages: 1, usd: 2 },
    ]);
    const summary = world.json('summary', '--no-index');
    assert.deepEqual(summary.byAgent.Explore, { cost_usd: 2, messages: 1, agents: 1 });
  });

  test('no data is no error and not called healthy', () => {
    using world = new CliWorld();
    for (const command of ['sessions', 'session', 'summary', 'track']) {
      const { code, out } = world.on(command);
      assert.equal(code, 0, command);
      assert.match(out, /No sessions? found|No data/, command);
    }
    assert.equal(world.json('session', '--no-index'), null);
  });
});

describe('the shape of sessions --json', () => {
  test('has exactly the promised keys, in their order', () => {
    using world = new CliWorld();
    world.transcript(`p/${sid('1')}.jsonl`, [
      answerRecord('1', opus, dollar, onSession('1')),
      costState(1.5, sid('1')),
    ]);
    const report = world.json('sessions');
    const tokens = ['input', 'output', 'cacheWrite5m', 'cacheWrite1h', 'cacheRead', 'webSearches'];
    assert.deepEqual(Object.keys(report), ['schemaVersion', 'totals', 'sessions']);
    assert.deepEqual(Object.keys(report.totals), [
      ...['messages', 'usd', 'backgroundUsd', 'totalUsd', 'declinedUsd', 'unpricedMessages'],
      ...['lowerBoundMessages', 'lowerBound', ...tokens],
    ]);
    const [session] = report.sessions;
    assert.deepEqual(Object.keys(session), [
      ...['sessionId', 'project', 'gitRoot', 'title', 'startedAt', 'endedAt', 'messages', 'usd'],
      ...['backgroundUsd', 'totalUsd', 'declinedUsd', 'unconfirmedUsd', 'clientUsd'],
      ...['lowerBoundMessages', 'lowerBound', 'agents', 'models'],
    ]);
    assert.deepEqual(Object.keys(session.agents[0]), ['agentId', 'type', 'messages', 'usd']);
    assert.deepEqual(Object.keys(session.models[opus]), ['messages', 'usd', ...tokens]);
    assert.equal(session.clientUsd, 1.5);
    assert.equal(session.backgroundUsd, 0.5);
    assert.equal(session.totalUsd, 1.5);
    assert.equal(session.startedAt, '2026-11-20T10:00:00.000Z');
  });

  test('writes up to nine decimals without noise', () => {
    using world = new CliWorld();
    const records = ['1', '2', '3'].map((id) =>
      answerRecord(id, 'claude-haiku-5-5', usageOf({ read: 1 }), onSession('1')),
    );
    world.transcript(`p/${sid('1')}.jsonl`, records);
    assert.equal(world.json('sessions').totals.usd, 0.00000003);
  });
});

describe('which sessions', () => {
  const threeSessions = (world: CliWorld): void => {
    const at = (digit: string, day: string, cwd: string) =>
      world.transcript(`p${digit}/${sid(digit)}.jsonl`, [
        answerRecord(digit, opus, dollar, {
          ...onSession(digit),
          timestamp: `2026-11-${day}T12:00:00.000Z`,
          cwd,
        }),
      ]);
    at('1', '10', '/src/shop');
    at('2', '12', '/src/shop/web');
    at('3', '14', '/src/other');
  };
  const idsOf = (report: { sessions: { sessionId: string }[] }): string[] =>
    report.sessions.map(({ sessionId }) => sessionId[0]!);

  test('latest first, by cost, limited; totals count all that match', () => {
    using world = new CliWorld();
    threeSessions(world);
    assert.deepEqual(idsOf(world.json('sessions')), ['3', '2', '1']);
    const limited = world.json('sessions', '--limit', '1', '--sort', 'cost');
    assert.equal(limited.sessions.length, 1);
    assert.equal(limited.totals.usd, 3);
    assert.match(world.on('sessions', '--limit', '1').out, /^2 more: outlay sessions --all/m);
  });

  test('by end, by project, by account', () => {
    using world = new CliWorld();
    threeSessions(world);
    const ids = (...args: string[]): string[] => idsOf(world.json('sessions', ...args));
    assert.deepEqual(ids('--since', '2026-11-12'), ['3', '2']);
    assert.deepEqual(ids('--until', '2026-11-12'), ['2', '1'], 'a day is included');
    assert.deepEqual(ids('--period', '2026-11-11..2026-11-13'), ['2']);
    assert.deepEqual(ids('--since', '2026-11-12T12:00:00.001Z'), ['3']);
    assert.deepEqual(ids('--project', '/src/shop'), ['2', '1']);
    assert.deepEqual(ids('--project', 'other'), ['3']);
    assert.deepEqual(ids('--account', 'config'), ['3', '2', '1']);
    assert.deepEqual(ids('--account', 'nobody'), []);
  });

  test('days are cut in the zone asked for', () => {
    using world = new CliWorld();
    const late = { ...onSession('1'), timestamp: '2026-11-12T23:30:00.000Z' };
    world.transcript(`p/${sid('1')}.jsonl`, [answerRecord('1', opus, dollar, late)]);
    const day = (zone: string): string[] =>
      Object.keys(world.json('summary', '--time-zone', zone).byDay);
    assert.deepEqual(day('Europe/Berlin'), ['2026-11-13']);
    assert.deepEqual(day('UTC'), ['2026-11-12']);
    assert.equal(world.on('summary', '--time-zone', 'Nowhere/At_All').code, 2);
  });

  test('a rolling period is exact to the millisecond', () => {
    using world = new CliWorld();
    const ago = (id: string, ms: number) =>
      answerRecord(id, opus, dollar, {
        ...onSession('1'),
        timestamp: new Date(now - ms).toISOString(),
      });
    world.transcript(`p/${sid('1')}.jsonl`, [
      ago('1', 90 * 60_000 + 60_000),
      ago('2', 88 * 60_000),
      ago('3', 1000),
    ]);
    assert.equal(world.json('summary', '--period', '90m').messages, 2);
    assert.equal(world.json('summary', '--period', '2h').total_cost_usd, 3);
  });
});

describe('one session', () => {
  test('an id, a prefix, nothing; unknown and ambiguous ones are refused with help', () => {
    using world = new CliWorld();
    const shared = 'abcdef00-0000-4000-8000-00000000000';
    for (const [digit, day] of [
      ['1', '10'],
      ['2', '11'],
    ] as const) {
      const sessionId = `${shared}${digit}`;
      const timestamp = `2026-11-${day}T12:00:00.000Z`;
      const record = answerRecord(digit, opus, dollar, { sessionId, timestamp });
      world.transcript(`p/${sessionId}.jsonl`, [record]);
    }
    assert.equal(world.json('session').sessionId, `${shared}2`, 'the last active');
    assert.equal(world.json('session', `${shared}1`).sessionId, `${shared}1`);
    assert.equal(world.json('session', `${shared.toUpperCase()}1`).sessionId, `${shared}1`);
    const ambiguous = world.on('session', 'abcdef');
    assert.equal(ambiguous.code, 2);
    assert.equal(ambiguous.out, '');
    assert.match(ambiguous.err, /"abcdef" begins the id of 2 sessions:\n {2}abcdef/);
    assert.ok(ambiguous.err.includes(`${shared}1`) && ambiguous.err.includes(`${shared}2`));
    const unknown = world.on('session', 'ffff');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /No session begins with "ffff"/);
    assert.equal(world.on('session', '%').code, 2, 'no pattern');
  });

  test('the dearest message stands out beyond twice the 99th percentile', () => {
    using world = new CliWorld();
    const cheap = Array.from({ length: 200 }, (_, i) =>
      answerRecord(`c${i}`, opus, usageOf({ input: 200 }), onSession('1')),
    );
    const dear = answerRecord('dear', opus, dollar, onSession('1'));
    world.transcript(`p/${sid('1')}.jsonl`, [...cheap, dear]);
    const report = world.json('session', '--top', '3');
    assert.equal(report.outlier, true);
    assert.deepEqual(report.percentiles, { p50Usd: 0.001, p90Usd: 0.001, p99Usd: 0.001 });
    assert.equal(report.topMessages.length, 3);
    assert.equal(report.topMessages[0].messageId, 'msg-dear');
    assert.match(world.on('session').out, /One message made 8\d% of it\./);
  });

  test('a fork whose parent wrote no total cannot be reconciled, and it is said', () => {
    using world = new CliWorld();
    const shared = answerRecord('1', opus, dollar, onSession('1'));
    const copied = { ...shared, sessionId: sid('2') };
    const own = answerRecord('2', opus, dollar, {
      ...onSession('2'),
      timestamp: '2026-11-20T11:00:00.000Z',
    });
    const first = {
      type: 'user',
      uuid: 'u0',
      sessionId: sid('1'),
      timestamp: '2026-11-20T09:00:00.000Z',
      cwd: '/a',
      message: { role: 'user', content: 'x' },
    };
    world.transcript(`p/${sid('1')}.jsonl`, [first, shared]);
    world.transcript(`p/${sid('2')}.jsonl`, [copied, own, costState(2, sid('2'))]);
    const report = world.json('session', sid('2'));
    assert.equal(report.irreconcilable, true);
    assert.match(
      world.on('session', sid('2')).out,
      /Claude Code says \$2\.00, which cannot be compared/,
    );
  });
});

describe('roots and store', () => {
  test('two roots are read and counted together, one alone counts alone', () => {
    using world = new CliWorld();
    const second = world.dir.at('second');
    world.transcript(`p/${sid('1')}.jsonl`, [answerRecord('1', opus, dollar, onSession('1'))]);
    world.transcript(
      `p/${sid('2')}.jsonl`,
      [answerRecord('2', opus, dollar, onSession('2'))],
      second,
    );
    const store = world.dir.at('one.db');
    const both = world.json('sessions', '--config-dir', second, '--store', store);
    assert.equal(both.totals.usd, 2);
    const alone = world.json('sessions', '--store', store);
    assert.equal(alone.totals.usd, 1, 'the store knows the other root, but it was not asked for');
    assert.equal(world.json('summary', '--store', store).total_cost_usd, 1);
    assert.deepEqual(Object.keys(world.json('summary', '--store', store).byDay), ['2026-11-20']);
    const days = Object.values<{ cost_usd: number }>(world.json('summary', '--store', store).byDay);
    assert.equal(days[0]!.cost_usd, 1);
    assert.equal(world.json('sessions').totals.usd, 1, 'a store of its own');
  });

  test('--no-index answers from what is stored', () => {
    using world = new CliWorld();
    world.transcript(`p/${sid('1')}.jsonl`, [answerRecord('1', opus, dollar, onSession('1'))]);
    assert.equal(world.json('sessions', '--no-index').totals.messages, 0);
    assert.equal(world.json('sessions').totals.messages, 1);
    world.transcript(`p/${sid('2')}.jsonl`, [answerRecord('2', opus, dollar, onSession('2'))]);
    assert.equal(world.json('sessions', '--no-index').totals.messages, 1);
    assert.equal(world.json('sessions').totals.messages, 2);
  });

  test('what is deleted from disk is kept', () => {
    using world = new CliWorld();
    const file = world.transcript(`p/${sid('1')}.jsonl`, [
      answerRecord('1', opus, dollar, onSession('1')),
    ]);
    assert.equal(world.json('sessions').totals.usd, 1);
    rmSync(file);
    assert.equal(world.json('sessions').totals.usd, 1);
  });

  test('without --config-dir, CLAUDE_CONFIG_DIR and the settings name the roots', () => {
    using world = new CliWorld();
    world.transcript(`p/${sid('1')}.jsonl`, [answerRecord('1', opus, dollar, onSession('1'))]);
    world.env = { CLAUDE_CONFIG_DIR: world.root };
    assert.equal(JSON.parse(world.run('sessions', '--json').out).totals.usd, 1);
    world.env = {};
    assert.equal(JSON.parse(world.run('sessions', '--json').out).totals.usd, 1, 'stored');
    assert.match(world.run('doctor').out, /No transcripts found\. Outlay looked in ~\/\.claude/);
    world.settings({ 'outlay.roots': [world.root] });
    assert.match(world.run('doctor').out, /setting outlay\.roots/);
  });

  test('wrong use is 2, an unreadable store or folder 3, each in one sentence', () => {
    using world = new CliWorld();
    const sentence = (result: { code: number | null; err: string; out: string }, code: number) => {
      assert.equal(result.code, code, result.err);
      assert.equal(result.out, '');
      assert.doesNotMatch(result.err, /\n {4}at |This is a bug/);
      assert.ok(result.err.trim().length > 10);
    };
    sentence(world.on('sessions', '--bogus'), 2);
    sentence(world.on('nonsense'), 2);
    sentence(world.on('sessions', '--format', 'pdf'), 2);
    sentence(world.on('sessions', '--limit', '0'), 2);
    sentence(world.on('sessions', '--since', 'tomorrow'), 2);
    sentence(world.on('sessions', '--period', '2026-11-02..2026-11-01'), 2);
    sentence(world.run('sessions', '--config-dir', world.dir.at('missing')), 2);
    mkdirSync(world.dir.at('folder.db'));
    sentence(world.on('sessions', '--store', world.dir.at('folder.db')), 3);
    writeFileSync(
      world.dir.at('text.txt'),
      'this is no database, however long it may be. '.repeat(99),
    );
    sentence(world.on('sessions', '--store', world.dir.at('text.txt')), 3);
    writeFileSync(world.dir.at('file'), '');
    sentence(world.on('sessions', '--store', world.dir.at('file', 'below', 'a.db')), 3);
  });

  test('two runs at once agree', async () => {
    using world = new CliWorld();
    const records = Array.from({ length: 300 }, (_, i) =>
      answerRecord(`m${i}`, opus, usageOf({ input: 2000 }), onSession('1')),
    );
    world.transcript(`p/${sid('1')}.jsonl`, records);
    const env = { ...process.env, OUTLAY_DATA_DIR: world.dir.at('data') };
    const args = [bundle, 'sessions', '--json', '--config-dir', world.root];
    const runs = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise<string>((resolve, reject) => {
            const child = spawn(process.execPath, args, { env });
            let out = '';
            child.stdout.on('data', (chunk: Buffer) => {
              out += chunk.toString();
            });
            child.on('error', reject);
            child.on('close', () => resolve(out));
          }),
      ),
    );
    for (const out of runs) assert.equal(JSON.parse(out).totals.usd, 3);
  });
});

describe('how it is started', () => {
  test('help and version', () => {
    using world = new CliWorld();
    const manifest = JSON.parse(readFileSync(join(bundle, '..', '..', 'package.json'), 'utf8'));
    const version = world.run('--version');
    assert.equal(version.out.trim(), manifest.version);
    const help = world.run('--help');
    assert.equal(help.code, 0);
    const all = world.run('help', '--all').out;
    for (const command of [
      'sessions',
      'session',
      'summary',
      'track',
      'prices',
      'reprice',
      'doctor',
      'workers',
      'index',
    ]) {
      assert.match(all, new RegExp(`^ {4}${command} `, 'm'));
      const own = world.run(command, '--help');
      assert.equal(own.code, 0);
      for (const option of [
        '--config-dir',
        '--store',
        '--no-index',
        '--format',
        '--json',
        '--time-zone',
        '--quiet',
      ]) {
        assert.ok(own.out.includes(option), `${command} ${option}`);
      }
    }
  });

  test('an old Node is told so in one sentence, and nothing crashes', () => {
    const [name, ...args] = ['/usr/bin/env', 'node'];
    const found = spawnSync(name!, [...args, '-p', 'process.versions.node'], {
      encoding: 'utf8',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    });
    const old = found.status === 0 && Number(found.stdout.split('.')[0]) < 22;
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
    // Where the machine's own Node is new, the same guard is asked by a runtime that claims to be old.
    const result = old
      ? spawnSync(name!, [...args, bundle, 'sessions'], { encoding: 'utf8', env })
      : spawnSync(
          process.execPath,
          [
            '-e',
            `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2', napi: '9' } }); require(${JSON.stringify(bundle)})`,
          ],
          { encoding: 'utf8' },
        );
    assert.equal(result.status, 2);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, /^Outlay needs Node 22\.14 or newer .* Node 20\.[^\n]*\n$/);
  });

  test('a reader that goes away is no error', async () => {
    using world = new CliWorld();
    const records = Array.from({ length: 400 }, (_, i) => {
      const sessionId = `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`;
      return answerRecord(`m${i}`, opus, dollar, { sessionId });
    });
    for (const record of records) world.transcript(`p/${String(record.sessionId)}.jsonl`, [record]);
    world.json('sessions');
    const env = { ...process.env, OUTLAY_DATA_DIR: world.dir.at('data') };
    const args = [bundle, 'sessions', '--json', '--no-index', '--config-dir', world.root];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(err, '');
    assert.equal(code, 0);
  });

  test('no colours and no progress where nobody looks', () => {
    using world = new CliWorld();
    world.transcript(`p/${sid('1')}.jsonl`, [answerRecord('1', opus, dollar, onSession('1'))]);
    const { out, err } = world.on('sessions');
    assert.ok(!out.includes('\u001b'));
    assert.equal(err, '');
  });
});
