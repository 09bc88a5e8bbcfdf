import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unpackCase } from '../lib/cases.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';

describe('which model it is', () => {
  test('a Bedrock id without a profile is a call within one region, and its row says so', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1_000_000 });
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'anthropic.claude-opus-4-8', usage),
      answerRecord('2', 'global.anthropic.claude-opus-4-8', usage),
      answerRecord('3', 'us.anthropic.claude-opus-4-8', usage),
    ]);
    const { sessions } = world.json('sessions');
    assert.equal(sessions[0].usd, 5.5 + 5 + 5.5);
    const { topMessages } = world.json('session');
    const rows = topMessages.map(({ usd, priceRow }: { usd: number; priceRow: string }) => [
      usd,
      priceRow,
    ]);
    assert.deepEqual(rows.sort(), [
      [5, 'claude-opus-4-8@2026-05-28'],
      [5.5, 'claude-opus-4-8@2026-05-28+region'],
      [5.5, 'claude-opus-4-8@2026-05-28+region'],
    ]);
  });

  test('a message says which model was asked for where another one answered', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1_000_000 });
    const asked = { requestedModel: 'claude-opus-5-5[1m]', promptCacheRequested: '1h' };
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'claude-sonnet-5-5', usage, asked),
      answerRecord('2', 'claude-opus-5-5', usage, asked),
      answerRecord('3', 'claude-opus-5-5', usage),
    ]);
    const { topMessages } = world.json('session');
    const said = Object.fromEntries(
      topMessages.map(({ messageId, requestedModel, cacheRequested }: Record<string, string>) => [
        messageId,
        [requestedModel, cacheRequested],
      ]),
    );
    assert.deepEqual(said, {
      'msg-1': ['claude-opus-5-5[1m]', '1h'],
      'msg-2': [null, '1h'],
      'msg-3': [null, null],
    });
    assert.match(world.on('session', '--wide').out, /asked for claude-opus-5-5\[1m\]/);
  });

  test('the day a model ends stands in the price list, and in doctor where it is still used', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1 });
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'claude-sonnet-4-5-20250929', usage),
      answerRecord('2', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', usage),
      answerRecord('3', 'claude-mythos-preview', usage),
      answerRecord('4', 'claude-opus-5', usage),
    ]);
    const { prices, findings } = world.json('doctor');
    const sdk = 'the list of deprecated models in @anthropic-ai/sdk 1.14.0 (November 2026)';
    assert.deepEqual(prices.ending, [
      { model: 'claude-sonnet-4-5', ends: '2026-11-30', source: sdk, over: false, messages: 2 },
      { model: 'claude-mythos-preview', ends: '2026-06-30', source: sdk, over: true, messages: 1 },
    ]);
    const said = findings.filter((text: string) => text.includes('choose another model'));
    assert.match(
      said[0],
      /^claude-sonnet-4-5 ends on 2026-11-30, .* 2 messages in the last 30 days/,
    );
    assert.match(said[1], /^claude-mythos-preview has ended on 2026-06-30 /);
    const { out } = world.on('prices');
    assert.match(out, /claude-opus-4-5 .* ends 2027-01-22/);
    assert.match(out, /claude-mythos-preview .* ended 2026-06-30/);
    assert.match(out, /claude-opus-4-8 .* fast mode ends 2026-11-30/);
    assert.match(out, /claude-opus-4-7 .* fast mode ended 2026-07-24/);
  });
});

describe('one project is one project', () => {
  const usage = usageOf({ input: 1_000_000 });
  /** A session of five dollars in a directory, an hour after the one before. */
  const sessionIn = (world: CliWorld, digit: number, cwd: string): void => {
    const id = `${String(digit).repeat(8)}-0000-4000-8000-000000000001`;
    const timestamp = `2026-11-20T1${digit}:00:00.000Z`;
    const more = { sessionId: id, cwd, timestamp };
    world.transcript(`p${digit}/${id}.jsonl`, [answerRecord(id, 'claude-opus-4-8', usage, more)]);
  };

  test('case of drives and folders on Windows, slashes and composed letters make no other one', () => {
    using world = new CliWorld();
    sessionIn(world, 1, 'C:\\Code\\App');
    sessionIn(world, 2, 'c:/code/app/');
    sessionIn(world, 3, '/srv/cafe\u0301');
    sessionIn(world, 4, '/srv/caf\u00e9/');
    const { rows } = world.json('breakdown', '--by', 'project', '--period', 'all');
    const found = rows.map((row: { project: string; cost_usd: number }) => [
      row.project,
      row.cost_usd,
    ]);
    assert.deepEqual(found.sort(), [
      ['/srv/caf\u00e9/', 10],
      ['c:/code/app/', 10],
    ]);
    const { byProject } = world.json('summary', '--period', 'all');
    assert.deepEqual(Object.keys(byProject).sort(), ['/srv/caf\u00e9/', 'c:/code/app/']);
    for (const named of ['C:\\code\\APP', 'c:/Code', 'app', '/srv/caf\u00e9', 'cafe\u0301']) {
      const all = world.json('sessions', '--project', named);
      assert.equal(all.sessions.length, 2, named);
    }
  });

  test('--project / is every directory', () => {
    using world = new CliWorld();
    sessionIn(world, 1, '/src/app');
    sessionIn(world, 2, '/home/dev/shop');
    assert.equal(world.json('sessions', '--project', '/').sessions.length, 2);
    assert.equal(world.json('summary', '--project', '/', '--period', 'all').total_cost_usd, 10);
    assert.equal(world.json('sessions', '--project', '/src').sessions.length, 1);
  });

  test('a budget counts every spelling, and is replaced by one of another spelling', () => {
    using world = new CliWorld();
    sessionIn(world, 1, 'C:\\Code\\App');
    sessionIn(world, 2, 'c:\\code\\app');
    const set = (limit: string, path: string): void => {
      const { code } = world.on('budget', 'set', limit, '--scope', `project:${path}`);
      assert.equal(code, 0);
    };
    set('50', 'C:\\CODE\\app');
    set('20', 'c:\\Code\\App\\');
    const { budgets } = world.json('budget', 'list');
    assert.equal(budgets.length, 1);
    const check = world.json('budget', 'check', '--project', 'c:/code/app');
    assert.deepEqual([check.budget_usd, check.spent_usd], [20, 10]);
    assert.equal(world.json('budget', 'get', '--scope', 'project:C:/code/app').budget_usd, 20);
  });
});

describe('whose work it is', () => {
  test('a teammate’s session is an agent of the team', () => {
    using world = new CliWorld();
    unpackCase('37-team', world.root);
    const { rows, total_cost_usd } = world.json('breakdown', '--by', 'agent', '--period', 'all');
    assert.deepEqual(
      rows.map((row: { agent: string; cost_usd: number }) => [row.agent, row.cost_usd]),
      [
        ['qa', 6],
        ['main', 3],
      ],
    );
    assert.equal(total_cost_usd, 9);
    const { byAgent } = world.json('summary', '--period', 'all', '--agent', 'qa');
    assert.deepEqual(Object.keys(byAgent), ['qa']);
    const { sessions } = world.json('sessions');
    assert.deepEqual(
      sessions.map(({ agents }: { agents: { agentId: string; type: string }[] }) =>
        agents.map(({ agentId, type }) => [agentId, type]),
      ),
      [[['main', 'qa']], [['main', 'main']]],
    );
  });

  test('who leads a team, and a name outside a team, is the main thread', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1_000_000 });
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'claude-opus-4-8', usage, { teamName: 'crew', agentName: 'team-lead' }),
      answerRecord('2', 'claude-opus-4-8', usage, { agentName: 'my name for it' }),
    ]);
    const { rows } = world.json('breakdown', '--by', 'agent', '--period', 'all');
    assert.deepEqual(
      rows.map((row: { agent: string; cost_usd: number }) => [row.agent, row.cost_usd]),
      [['main', 10]],
    );
  });

  test('a subagent’s type stands in its records where no meta file has it', () => {
    using world = new CliWorld();
    unpackCase('Z-attribution-agent', world.root);
    const { rows } = world.json('breakdown', '--by', 'agent', '--period', 'all');
    assert.deepEqual(
      rows.map(({ agent }: { agent: string }) => agent),
      ['general-purpose'],
    );
    const { byAgent } = world.json('summary', '--period', 'all', '--agent', 'general-purpose');
    assert.deepEqual(Object.keys(byAgent), ['general-purpose']);
  });
});

describe('what a session is called', () => {
  const titlesOf = (world: CliWorld): Record<string, string | null> => {
    const { sessions } = world.json('sessions');
    return Object.fromEntries(
      sessions.map((one: { sessionId: string; title: string | null }) => [
        one.sessionId[0],
        one.title,
      ]),
    );
  };

  test('a person’s words, without what editors and tools wrap around them', () => {
    using world = new CliWorld();
    unpackCase('44-titles', world.root);
    assert.deepEqual(titlesOf(world), {
      1: 'Add a dark mode',
      2: 'Rename this',
      3: null,
      4: 'Fix the tests',
      5: null,
      6: null,
      7: '<div> is not centered, please fix it',
      8: null,
    });
  });

  test('summaries of other sessions in its file are not its title', () => {
    using world = new CliWorld();
    unpackCase('09-foreign-summary', world.root);
    assert.deepEqual(titlesOf(world), { 1: 'Write a release note' });
  });
});

describe('when it was', () => {
  test('dates out of reason make no years of nothing, lose nothing, and are said', () => {
    using world = new CliWorld();
    unpackCase('16-times', world.root);
    const { sessions, totals } = world.json('sessions');
    // The 30th of February is no day: the record before it dates its answer.
    assert.deepEqual([totals.messages, totals.usd], [11, 33]);
    // The last sound time of the file is next month's.
    assert.equal(sessions[0].endedAt, '2026-12-25T10:00:00.000Z');
    const { steps } = world.json('history', '--period', 'all');
    assert.deepEqual([steps[0].from, steps.at(-1).from], ['2026-11-15', '2026-12-25']);
    assert.equal(world.json('breakdown', '--by', 'model', '--period', 'today').total_cost_usd, 0);
    const { findings, rejectedLines, rejected } = world.json('doctor');
    assert.ok(
      findings.includes(
        '2 lines in 1 transcript with a time out of reason (before 2024, or years ahead): their spend is dated by the record before them.',
      ),
    );
    assert.equal(rejectedLines, 0);
    assert.deepEqual(
      rejected.map(({ reason, lines }: { reason: string; lines: number[] }) => [reason, lines]),
      [['odd time', [11, 12]]],
    );
  });
});

describe('where transcripts are', () => {
  test('Claude Desktop’s local agent sessions are found by themselves, and once', () => {
    using world = new CliWorld();
    const data = world.dir.at('home', '.config', 'Claude');
    unpackCase('35-cowork', data);
    const read = (...args: string[]): ReturnType<CliWorld['json']> => {
      const { code, out, err } = world.run(...args, '--json');
      assert.equal(code, 0, err);
      return JSON.parse(out);
    };
    const { sessions, totals } = read('sessions');
    assert.deepEqual([sessions.length, totals.messages, totals.usd], [1, 1, 3]);
    const { roots } = read('doctor');
    assert.deepEqual(
      roots.map(({ source, transcripts }: { source: string; transcripts: number }) => [
        source,
        transcripts,
      ]),
      [['default place', 1]],
    );
    world.env = { CLAUDE_CONFIG_DIR: world.dir.at('home', 'other') };
    assert.ok(read('doctor').roots.every(({ path }: { path: string }) => path.endsWith('other')));
  });
});
