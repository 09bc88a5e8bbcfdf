import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SessionEvent, TitleRecord } from '../../../src/model/records.ts';
import {
  afterNoon,
  agentPlace,
  assistant,
  mainPlace,
  noon,
  noonMs,
  parseLines,
  user,
} from '../../lib/parseLines.ts';

function titles(lines: readonly object[]): [kind: string, text: string][] {
  return parseLines(lines).titles.map(({ kind, text }: TitleRecord) => [kind, text]);
}

describe('titles', () => {
  test('of every kind', () => {
    const lines = [
      user('First words'),
      { type: 'ai-title', aiTitle: 'By a model', sessionId: 's1' },
      { type: 'custom-title', customTitle: 'By a person', sessionId: 's1' },
      { type: 'summary', summary: 'Summed up' },
    ];
    assert.deepEqual(parseLines(lines).titles, [
      { sessionId: 's1', kind: 'prompt', at: noonMs, offset: 0, text: 'First words' },
      { sessionId: 's1', kind: 'ai', at: noonMs, offset: 134, text: 'By a model' },
      { sessionId: 's1', kind: 'custom', at: noonMs, offset: 194, text: 'By a person' },
      { sessionId: 's1', kind: 'summary', at: noonMs, offset: 263, text: 'Summed up' },
    ]);
  });
  test('that say nothing are none', () => {
    const lines = [
      { type: 'ai-title', aiTitle: ' \n ' },
      { type: 'custom-title', customTitle: 7 },
      { type: 'summary' },
    ];
    assert.deepEqual(titles(lines), []);
  });
  test('only the first prompt of a session names it', () => {
    const later = user('later', { timestamp: afterNoon(5) });
    assert.deepEqual(titles([user('first'), later, user('other', { sessionId: 's2' })]), [
      ['prompt', 'first'],
      ['prompt', 'other'],
    ]);
  });
  test('no prompt is what a tool, a hook or Claude Code wrote', () => {
    const lines = [
      user([{ type: 'tool_result', tool_use_id: 't' }]),
      user('<local-command-stdout>x</local-command-stdout>'),
      user('y', { isMeta: true }),
      user('y', { isSidechain: true }),
      user('y', { timestamp: undefined }),
      user('[Request interrupted by user for tool use]'),
    ];
    assert.deepEqual(titles(lines), []);
  });
  test('are one harmless line of at most 80 characters', () => {
    const [[, text] = []] = titles([user('a\u202e\u0007b\r\n\u2028c  d\ud800e')]);
    assert.equal(text, 'a b c d e');
    const [[, long] = []] = titles([user(`${'x'.repeat(78)}🙂🙂`)]);
    assert.equal(long, `${'x'.repeat(78)}…`);
    assert.equal(titles([user('y'.repeat(80))])[0]?.[1]?.length, 80);
  });
  test('of a text block, and of a prompt of many thousand bytes with an escape at the cut', () => {
    assert.deepEqual(titles([user([{ type: 'image' }, { type: 'text', text: 'Look' }])]), [
      ['prompt', 'Look'],
    ]);
    for (let pad = 3990; pad < 4004; pad++) {
      const [[, text] = []] = titles([user(`${'z'.repeat(pad)}\u0001\u0001\u0001ü🙂 end`)]);
      assert.equal(text, `${'z'.repeat(79)}…`);
    }
  });
});

function events(lines: readonly (object | string)[]): Partial<SessionEvent>[] {
  return parseLines(lines).events;
}

describe('events', () => {
  const system = (subtype: string, fields: object = {}): object => ({
    type: 'system',
    subtype,
    uuid: 'e1',
    timestamp: noon,
    sessionId: 's1',
    ...fields,
  });
  const common = { key: 'e1', sessionId: 's1', agentId: '', at: noonMs, count: 1 };

  test('a retried request', () => {
    const error = { status: 529, type: 'overloaded_error' };
    assert.deepEqual(events([system('api_error', { error })]), [
      { ...common, kind: 'api-error', code: '529' },
    ]);
    assert.deepEqual(events([system('api_error')])[0]?.code, 'retry');
    assert.deepEqual(events([system('api_error', { error: { type: 'x' } })])[0]?.code, 'x');
  });
  test('a request that failed', () => {
    const failed = { isApiErrorMessage: true, apiErrorStatus: 429, uuid: 'e1' };
    const made = assistant({ model: '<synthetic>', usage: {} }, failed);
    assert.deepEqual(events([made]), [{ ...common, kind: 'api-error', code: '429' }]);
    const { messages } = parseLines([assistant({}, failed)]);
    assert.equal(messages[0]?.error, '429');
    assert.deepEqual(events([assistant({}, failed)]), [
      { ...common, kind: 'api-error', code: '429' },
    ]);
  });
  test('a client-made line that is no error is no event', () => {
    assert.deepEqual(events([assistant({ model: '<synthetic>' })]), []);
  });
  test('compaction', () => {
    const compact = system('compact_boundary', { compactMetadata: { trigger: 'auto' } });
    assert.deepEqual(events([compact]), [{ ...common, kind: 'compaction', code: 'auto' }]);
    assert.equal(events([system('compact_boundary')])[0]?.code, '');
    assert.deepEqual(events([system('turn_duration')]), []);
  });
  test('a tool that failed is named by its call', () => {
    const call = assistant({ content: [{ type: 'tool_use', id: 't1', name: 'Bash' }] });
    const result = (id: string, error: unknown): object => ({
      type: 'tool_result',
      tool_use_id: id,
      is_error: error,
    });
    const answer = user([result('t1', true), result('t2', true), result('t3', false)]);
    assert.deepEqual(events([call, answer]), [
      { ...common, key: 'u0#t1', kind: 'tool-error', code: 'Bash' },
      { ...common, key: 'u0#t2', kind: 'tool-error', code: '' },
    ]);
  });
  test('an interrupted turn', () => {
    const kinds = (record: object): unknown[] => events([record]).map(({ kind }) => kind);
    assert.deepEqual(kinds(user('[Request interrupted by user]')), ['interrupted']);
    const block = { type: 'text', text: '[Request interrupted by user for tool use]' };
    assert.deepEqual(kinds(user([block])), ['interrupted']);
    assert.deepEqual(kinds(user('x', { toolUseResult: { interrupted: true } })), ['interrupted']);
    assert.deepEqual(kinds(user('x', { toolUseResult: { interrupted: false } })), []);
  });
  test('web searches are counted', () => {
    const searchLine = (count: string): string =>
      JSON.stringify(user([], { toolUseResult: { searchCount: 0 } })).replace(':0}', `:${count}}`);
    const search = (searchCount: unknown): unknown[] =>
      events([user([], { toolUseResult: { searchCount } })]).map(({ kind, count }) => [
        kind,
        count,
      ]);
    assert.deepEqual(search(3), [['web-search', 3]]);
    assert.deepEqual(search(999_999), [['web-search', 999_999]]);
    // Few characters say a number no column takes, and with it the whole file was refused.
    assert.deepEqual(events([searchLine('1e308'), searchLine('1e7')]), []);
    for (const odd of [0, -1, 1.5, '3', null, 1e9]) assert.deepEqual(search(odd), []);
  });
  test('without a uuid an event is known by its place', () => {
    const key = events([system('api_error', { uuid: undefined })])[0]?.key;
    assert.equal(key, 'p/s1.jsonl@0');
  });
});

test('an agent’s type, as its records state it: once a batch, and of the main thread a teammate’s name', () => {
  const team = { teamName: 'crew', agentName: 'qa' };
  const said = (lines: readonly object[], place = mainPlace): [string, string][] =>
    parseLines(lines, place).agents.map(({ agentId, type }) => [agentId, type]);
  const agent = { attributionAgent: 'general-purpose' };
  assert.deepEqual(said([assistant({}, agent), assistant({}, agent)], agentPlace), [
    ['a1', 'general-purpose'],
  ]);
  assert.deepEqual(said([assistant({}, team), assistant({}, team)]), [['', 'qa']]);
  assert.deepEqual(said([assistant({}, agent)]), []);
  assert.deepEqual(said([assistant({}, { agentName: 'qa' })]), []);
  assert.deepEqual(said([assistant({}, { ...team, agentName: 'team-lead' })]), []);
  assert.deepEqual(said([assistant({}, team)], agentPlace), []);
});

test('what is known of subagents', () => {
  const spawn = {
    type: 'tool_use',
    id: 't1',
    name: 'Agent',
    input: { subagent_type: 'Explore', prompt: 'x' },
  };
  const older = { ...spawn, id: 't2', name: 'Task', input: { subagent_type: 'Plan' } };
  const other = { ...spawn, id: 't3', name: 'Bash' };
  const untyped = { ...spawn, id: 't4', input: {} };
  const result = user([{ type: 'tool_result', tool_use_id: 't1' }], {
    toolUseResult: { agentId: 'a9', status: 'completed' },
  });
  const batch = parseLines([assistant({ content: [spawn, older, other, untyped] }), result]);
  assert.deepEqual(batch.spawns, [
    { sessionId: 's1', toolUseId: 't1', type: 'Explore' },
    { sessionId: 's1', toolUseId: 't2', type: 'Plan' },
  ]);
  const fact = {
    sessionId: 's1',
    agentId: 'a9',
    type: '',
    toolUseId: 't1',
    parentAgentId: '',
    worktree: '',
    model: '',
    depth: null,
  };
  assert.deepEqual(batch.agents, [fact]);
  assert.deepEqual(parseLines([result], agentPlace).agents, [{ ...fact, parentAgentId: 'a1' }]);
});

describe('the client’s own totals', () => {
  const state = (fields: object): object => ({ type: 'cost-state', sessionId: 's1', ...fields });
  test('with models, markers included, dated by the record before', () => {
    const modelUsage = {
      'claude-opus-5-5[1m]': { costUSD: 0.5, inputTokens: 1 },
      'no-cost': {},
      'bad-cost': { costUSD: -1 },
      worse: 'x',
    };
    const lines = [user('x'), state({ totalCostUSD: 0.5, modelUsage, hasUnknownModelCost: true })];
    assert.deepEqual(parseLines(lines).costStates, [
      {
        sessionId: 's1',
        offset: 124,
        at: noonMs,
        totalUsd: 0.5,
        models: { 'claude-opus-5-5[1m]': 0.5 },
        tokens: {},
        unknownModel: true,
        startedAt: 0,
      },
    ]);
  });
  test('before any dated record', () => {
    const [found] = parseLines([state({ totalCostUSD: 0 })]).costStates;
    assert.deepEqual(
      [found?.at, found?.totalUsd, found?.models, found?.unknownModel],
      [0, 0, {}, false],
    );
  });
  test('with when the first of its runs began, which lies before it', () => {
    const startedAt = (startTime: unknown): unknown =>
      parseLines([user('x'), state({ totalCostUSD: 1, startTime })]).costStates[0]?.startedAt;
    assert.equal(startedAt(noonMs - 500), noonMs - 500);
    for (const odd of [noonMs + 1, 0, -1, 1.5, '1', null]) assert.equal(startedAt(odd), 0);
  });
  test('with the tokens of a model, where all of them are counts', () => {
    const counts = {
      inputTokens: 1,
      outputTokens: 2,
      cacheReadInputTokens: 3,
      cacheCreationInputTokens: 4,
    };
    const tokensOf = (more: object): unknown => {
      const modelUsage = { m: { costUSD: 1, ...counts, ...more } };
      return parseLines([state({ totalCostUSD: 1, modelUsage })]).costStates[0]?.tokens;
    };
    const m = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };
    assert.deepEqual(tokensOf({ webSearchRequests: 1 }), { m });
    for (const odd of [-1, 1.5, '1', null, 2 ** 60]) {
      for (const name of Object.keys(counts)) assert.deepEqual(tokensOf({ [name]: odd }), {});
    }
    assert.deepEqual(tokensOf({ costUSD: 'x' }), {});
  });
  test('with names that mean something to JavaScript, or are cut to the same', () => {
    const long = 'm'.repeat(500);
    const text = `{"type":"cost-state","totalCostUSD":1,"modelUsage":{"__proto__":{"costUSD":1},"${long}a":{"costUSD":2},"${long}b":{"costUSD":3}}}`;
    const models = parseLines([text]).costStates[0]?.models ?? {};
    assert.equal(Object.keys(models).length, 2);
    assert.equal(JSON.stringify(models).startsWith('{"__proto__":1,'), true);
  });
});

test('pull requests', () => {
  const link = {
    type: 'pr-link',
    sessionId: 's1',
    timestamp: noon,
    prUrl: 'https://example.com/1',
  };
  const older = { type: 'pr-link', sessionId: 's1', url: 'https://example.com/2' };
  assert.deepEqual(parseLines([link, older, { type: 'pr-link' }]).pullRequests, [
    { sessionId: 's1', at: noonMs, url: 'https://example.com/1' },
    { sessionId: 's1', at: noonMs, url: 'https://example.com/2' },
  ]);
});

describe('traces of a session', () => {
  test('first and last record, own start, directory, branch and version', () => {
    const at = (ms: number, fields: object): object => ({
      type: 'later-invention',
      timestamp: afterNoon(ms),
      sessionId: 's1',
      ...fields,
    });
    const [trace] = parseLines([
      at(5, { uuid: 'u5', cwd: '/side', isSidechain: true }),
      at(9, { uuid: 'u9', cwd: '/second', gitBranch: 'b2', version: '2.1.1', entrypoint: 'cli' }),
      at(7, { cwd: '/first', gitBranch: 'b1', version: '2.1.2', entrypoint: 'sdk-py' }),
      { type: 'x', uuid: 'undated', sessionId: 's1', cwd: '/none' },
    ]).sessions;
    assert.ok(trace);
    const { uuidHashes, ...rest } = trace;
    assert.equal(new Set(uuidHashes).size, 2);
    assert.deepEqual(rest, {
      sessionId: 's1',
      firstAt: noonMs + 5,
      lastAt: noonMs + 9,
      anonymousAt: noonMs + 7,
      uuidTimes: [noonMs + 5, noonMs + 9],
      cwd: '/first',
      cwdAt: noonMs + 7,
      cwdSidechain: false,
      branch: 'b2',
      branchAt: noonMs + 9,
      version: '2.1.1',
      versionAt: noonMs + 9,
      entrypoint: 'cli',
    });
  });
  test('one for each session of the file', () => {
    const { sessions: traces } = parseLines([user('x'), user('y', { sessionId: 's2' })]);
    assert.deepEqual(
      traces.map(({ sessionId }) => sessionId),
      ['s1', 's2'],
    );
  });
});
