import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TranscriptLocation } from '../../../src/agents/claude/parse/parser.ts';
import type { MessageLine } from '../../../src/model/records.ts';
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

/** The one message of these lines. */
function only(lines: readonly (object | string)[], place?: TranscriptLocation): MessageLine {
  const { messages } = parseLines(lines, place);
  assert.equal(messages.length, 1);
  return messages[0]!;
}

/** A subagent's record inside its parent's progress record. */
function progress(inner: object, data: object = {}, record: object = {}): object {
  return {
    type: 'progress',
    uuid: 'outer',
    timestamp: afterNoon(50),
    sessionId: 's1',
    data: { type: 'agent_progress', agentId: 'a7', message: inner, ...data },
    ...record,
  };
}

test('everything a record says of its message', () => {
  const record = assistant(
    {
      usage: {
        input_tokens: 1,
        output_tokens: 2,
        speed: 'fast',
        inference_geo: 'us',
        service_tier: 'standard',
      },
      content: [
        { type: 'text', text: 'x' },
        { type: 'tool_use', id: 't1', name: 'Bash' },
        { type: 'tool_use', id: 't2', name: 'Read' },
      ],
    },
    {
      cwd: '/work',
      gitBranch: 'main',
      version: '2.1.330',
      entrypoint: 'cli',
      effort: 'high',
      requestedModel: 'claude-fable-5',
      promptCacheRequested: '1h',
      attributionSkill: 'reviewer',
      attributionMcpServer: 'files',
    },
  );
  const { uuidHash, ...line } = only([user('hello', { uuid: 'prompt', timestamp: noon }), record]);
  assert.ok(uuidHash > 0 && uuidHash < 2 ** 48);
  assert.deepEqual(line, {
    messageId: 'msg_1',
    requestId: 'req_1',
    sessionId: 's1',
    agentId: '',
    progress: false,
    sidechain: false,
    at: noonMs,
    model: 'claude-opus-4-8',
    usage: {
      input: 1,
      output: 2,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      cacheRead: 0,
      webSearches: 0,
    },
    parts: [],
    iterations: [],
    incomplete: false,
    requestSessionId: '',
    speed: 'fast',
    geo: 'us',
    tier: 'standard',
    cacheRequested: '1h',
    requestedModel: 'claude-fable-5',
    stopReason: 'end_turn',
    cacheSplit: true,
    tools: ['Bash', 'Read'],
    promptId: 'prompt',
    branch: 'main',
    cwd: '/work',
    version: '2.1.330',
    entrypoint: 'cli',
    effort: 'high',
    attribution: { mcpServer: 'files', skill: 'reviewer' },
    durationMs: 0,
    error: '',
  });
});

describe('ids', () => {
  test('without a request id', () => {
    assert.equal(only([assistant({}, { requestId: undefined })]).requestId, '');
    assert.equal(only([assistant({}, { requestId: null })]).requestId, '');
  });
  test('without a message id a line is known by its request', () => {
    const line = only([assistant({ id: undefined })]);
    assert.deepEqual([line.messageId, line.requestId], ['request:req_1', 'req_1']);
  });
  test('without a request id as well it is known by its uuid and time', () => {
    const line = only([assistant({ id: '' }, { requestId: undefined })]);
    assert.deepEqual([line.messageId, line.requestId], [`uuid:u1@${noonMs}`, '']);
  });
  test('a line copied from the session that made the request names it', () => {
    assert.equal(only([assistant()]).requestSessionId, '');
    assert.equal(only([assistant({}, { requestSessionId: 's0' })]).requestSessionId, 's0');
  });
  test('without a uuid as well it is known by its place', () => {
    const record = assistant({ id: null }, { uuid: undefined, requestId: undefined });
    const lines = parseLines([record, record]).messages.map(({ messageId }) => messageId);
    assert.deepEqual(lines, [
      'line:p/s1.jsonl@0',
      `line:p/s1.jsonl@${JSON.stringify(record).length + 1}`,
    ]);
  });
  test('an id beyond all measure is cut', () => {
    assert.equal(only([assistant({ id: 'x'.repeat(5000) })]).messageId.length, 400);
  });
  test('the session is the record’s, else the file’s', () => {
    assert.equal(only([assistant({}, { sessionId: 's9' })]).sessionId, 's9');
    assert.equal(only([assistant({}, { sessionId: undefined })]).sessionId, 's1');
  });
});

describe('main thread, side chain, subagent', () => {
  const side = { isSidechain: true };
  const cases: [
    name: string,
    record: object,
    place: TranscriptLocation,
    agent: string,
    side: boolean,
  ][] = [
    ['main thread', {}, mainPlace, '', false],
    ['an agent id on a main-thread record', { agentId: 'a1' }, mainPlace, '', false],
    ['a side chain in the main file', { ...side, agentId: 'a2' }, mainPlace, 'a2', true],
    ['a side chain that names no agent', side, mainPlace, 'sidechain', true],
    ['an agent’s file', { ...side, agentId: 'a1' }, agentPlace, 'a1', true],
    ['an agent’s file whose record names none', side, agentPlace, 'a1', true],
    ['an agent’s file without the flag', {}, agentPlace, 'a1', true],
    ['an agent’s file that denies the flag', { isSidechain: false }, agentPlace, 'a1', false],
  ];
  for (const [name, record, place, agent, sidechain] of cases) {
    test(name, () => {
      const line = only([assistant({}, record)], place);
      assert.deepEqual([line.agentId, line.sidechain], [agent, sidechain]);
    });
  }
  test('a workflow’s folder is kept as attribution', () => {
    const place = { ...agentPlace, workflow: 'wf_3' };
    assert.deepEqual(only([assistant()], place).attribution, { workflowRun: 'wf_3' });
  });
});

describe('progress copies', () => {
  test('carry the subagent’s own ids and time', () => {
    const line = only([progress(assistant({}, { timestamp: noon, requestId: 'req_9' }))]);
    assert.deepEqual(
      [line.progress, line.sidechain, line.agentId, line.requestId, line.at, line.durationMs],
      [true, true, 'a7', 'req_9', noonMs, null],
    );
  });
  test('without a time of their own have the outer record’s', () => {
    assert.equal(only([progress(assistant({}, { timestamp: undefined }))]).at, noonMs + 50);
  });
  test('without a message id are known by the inner uuid', () => {
    const inner = assistant({ id: undefined }, { requestId: undefined });
    assert.equal(only([progress(inner)]).messageId, `uuid:u1@${noonMs}`);
  });
  test('of an agent without a name', () => {
    assert.equal(only([progress(assistant(), { agentId: undefined })]).agentId, 'sidechain');
  });
  test('of anything else carry nothing', () => {
    const { messages, rejected } = parseLines([
      progress(user('x')),
      progress(assistant(), { type: 'bash_progress' }),
      progress({ type: 'assistant' }),
      progress({ type: 'assistant', message: 'x' }),
      { type: 'progress', data: 'x' },
      { type: 'progress' },
    ]);
    assert.deepEqual([messages, rejected], [[], []]);
  });
});

describe('records that carry no message', () => {
  test('client-made lines', () => {
    assert.deepEqual(parseLines([assistant({ model: '<synthetic>' })]).messages, []);
  });
  test('no usage', () => {
    const { messages, rejected } = parseLines([
      assistant({ usage: undefined }),
      assistant({ usage: null }),
    ]);
    assert.deepEqual([messages, rejected], [[], []]);
  });
  test('a subagent’s sums in a tool’s result are never added', () => {
    const result = { agentId: 'a1', totalTokens: 5000, usage: { output_tokens: 5000 } };
    assert.deepEqual(parseLines([user('x', { toolUseResult: result })]).messages, []);
  });
  test('types nobody knows yet', () => {
    const { messages, rejected, lines } = parseLines([{ type: 'later-invention', usage: {} }]);
    assert.deepEqual([messages, rejected, lines], [[], [], 1]);
  });
});

test('an undated record has the latest time before it', () => {
  const undated = assistant({}, { timestamp: undefined });
  const lines = [
    user('x', { timestamp: afterNoon(9) }),
    user('y', { timestamp: afterNoon(4) }),
    undated,
  ];
  assert.equal(only(lines).at, noonMs + 9);
});

describe('which prompt an answer belongs to', () => {
  const cases: [name: string, lines: object[], prompt: string][] = [
    ['the prompt’s own id', [user('x', { promptId: 'p1' })], 'p1'],
    ['else the record’s', [user('x', { uuid: 'u7' })], 'u7'],
    [
      'a tool’s result starts no prompt',
      [user('x'), user([{ type: 'tool_result' }], { uuid: 'r' })],
      'u0',
    ],
    [
      'a command’s echo starts none',
      [user('x'), user('<command-name>/x</command-name>', { uuid: 'r' })],
      'u0',
    ],
    ['nor a caveat', [user('x'), user('Caveat: The messages below', { uuid: 'r' })], 'u0'],
    ['nor Claude Code’s own words', [user('x'), user('y', { uuid: 'r', isMeta: true })], 'u0'],
    ['nor a summary', [user('x'), user('y', { uuid: 'r', isCompactSummary: true })], 'u0'],
    ['nor a side chain', [user('x'), user('y', { uuid: 'r', isSidechain: true })], 'u0'],
    [
      'nor an interruption',
      [user('x'), user('[Request interrupted by user]', { uuid: 'r' })],
      'u0',
    ],
    ['none yet', [], ''],
  ];
  for (const [name, lines, prompt] of cases) {
    test(name, () => assert.equal(only([...lines, assistant()]).promptId, prompt));
  }
  test('a side chain’s answer belongs to none', () => {
    assert.equal(only([user('x'), assistant({}, { isSidechain: true })]).promptId, '');
  });
});

describe('duration since the user’s record', () => {
  const duration = (since: number): number | null =>
    only([user('x'), assistant({}, { timestamp: afterNoon(since) })]).durationMs;
  test('is an estimate, or nothing after an hour or backwards', () => {
    assert.deepEqual(
      [duration(1500), duration(3_600_000), duration(3_600_001), duration(-1)],
      [1500, 3_600_000, null, null],
    );
  });
  test('is nothing without one', () => assert.equal(only([assistant()]).durationMs, null));
});

test('attribution fields by their names', () => {
  const record = assistant(
    {},
    {
      attributionSkill: 's',
      attributionPlugin: 'p',
      attributionMcpServer: 'm',
      attributionMcpTool: 't',
      attributionLaterInvention: 'l',
      attributionEmpty: '',
      attributionNumber: 7,
      attribution: 'no name',
      taskId: 'task',
      correlation_id: 'c',
      hookName: 'h',
      workflowName: 'w',
      teamName: 'team',
    },
  );
  assert.deepEqual(Object.entries(only([record]).attribution), [
    ['correlation', 'c'],
    ['hook', 'h'],
    ['laterInvention', 'l'],
    ['mcpServer', 'm'],
    ['mcpTool', 't'],
    ['plugin', 'p'],
    ['skill', 's'],
    ['task', 'task'],
    ['team', 'team'],
    ['workflow', 'w'],
  ]);
});

describe('a time out of reason', () => {
  const far = { timestamp: '2099-01-01T00:00:00.000Z' };

  test('is that of the record before it, and said', () => {
    const batch = parseLines([assistant(), assistant({ id: 'm2' }, { uuid: 'u2', ...far })]);
    assert.deepEqual(
      batch.messages.map(({ messageId, at }) => [messageId, at]),
      [
        ['msg_1', noonMs],
        ['m2', noonMs],
      ],
    );
    assert.deepEqual(
      batch.rejected.map(({ reason, line }) => [reason, line]),
      [['odd time', 2]],
    );
    const [session] = batch.sessions;
    assert.deepEqual([session?.firstAt, session?.lastAt], [noonMs, noonMs]);
  });

  test('is none where nothing is before it', () => {
    const batch = parseLines([assistant({}, { timestamp: '1970-01-01T00:00:00.000Z' })]);
    assert.deepEqual(batch.messages, []);
    assert.deepEqual(
      batch.rejected.map(({ reason }) => reason),
      ['no time'],
    );
  });

  test('names no title, and moves nothing that follows', () => {
    const lines = [user('far', far), user('near'), assistant()];
    const batch = parseLines(lines);
    assert.deepEqual(
      batch.titles.map(({ text }) => text),
      ['near'],
    );
    assert.equal(batch.messages[0]?.at, noonMs);
    assert.deepEqual(batch.rejected, []);
  });
});

test('what was asked for: a lifetime, and a model where another one answered', () => {
  const asked = (record: object, model = 'claude-opus-5-5'): string[] => {
    const { requestedModel, cacheRequested } = only([assistant({ model }, record)]);
    return [requestedModel, cacheRequested];
  };
  assert.deepEqual(asked({}), ['', '']);
  assert.deepEqual(asked({ requestedModel: 7, promptCacheRequested: {} }), ['', '']);
  assert.deepEqual(asked({ promptCacheRequested: '1h' }), ['', '1h']);
  assert.deepEqual(asked({ requestedModel: 'claude-opus-5-5' }), ['', '']);
  assert.deepEqual(asked({ requestedModel: 'Claude-Opus-5-5[1m]' }), ['', '']);
  const dated = 'claude-haiku-4-5-20251001';
  assert.deepEqual(asked({ requestedModel: 'claude-haiku-4-5' }, dated), ['', '']);
  assert.deepEqual(asked({ requestedModel: 'claude-fable-5', promptCacheRequested: '5m' }), [
    'claude-fable-5',
    '5m',
  ]);
});

test('the effort is that of the turn, where a record says it, else the session’s', () => {
  const effort = (record: object): string => only([assistant({}, record)]).effort;
  assert.equal(effort({ effort: 'high', perTurnEffort: 'low' }), 'low');
  assert.equal(effort({ effort: 'high', perTurnEffort: null }), 'high');
  assert.equal(effort({ effort: 'high' }), 'high');
  assert.equal(effort({ perTurnEffort: 'max' }), 'max');
  assert.equal(effort({}), '');
});
