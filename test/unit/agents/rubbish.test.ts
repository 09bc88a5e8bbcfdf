import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rejectReasons } from '../../../src/model/records.ts';
import { afterNoon, assistant, noon, parseLines, user } from '../../lib/parseLines.ts';

/** One line for each reason but `too long`, which needs a line of many megabytes. */
const rejected: Readonly<Record<string, readonly (object | string)[]>> = {
  'not JSON': [
    'no json',
    '{"type":"user"',
    '{"type":"assistant","message":{"usage":{"output_tokens":}}}',
    '\u0000\u0000\u0000',
  ],
  damaged: [
    '{"type":"user"} trailing',
    '\u0000\u0000{"type":"user","uuid":"u1"}',
    '{"type":"user"}{"type":"assistant","mess',
    '{"type":"assistant","message":{"content":[{"type":"text","text":"a{"type":"user","uuid":"u1"}',
  ],
  'not an object': ['[1,2]', '"text"', '7', 'null'],
  'no type': [{ a: 1 }, { type: 7 }, { type: '' }, { type: null }, {}],
  'bad usage': [
    assistant({ usage: { output_tokens: -1 } }),
    assistant({ usage: { output_tokens: 1.5, input_tokens: 'x' } }),
    assistant({ usage: [] }),
    assistant({ usage: 'much' }),
  ],
  'no model': [assistant({ model: undefined }), assistant({ model: 7 }), assistant({ model: '' })],
  'no time': [assistant({}, { timestamp: undefined }), assistant({}, { timestamp: 'yesterday' })],
  'bad total': [
    { type: 'cost-state', totalCostUSD: 'x' },
    { type: 'cost-state', totalCostUSD: -1 },
    { type: 'cost-state', totalCostUSD: 1e9 },
    { type: 'cost-state' },
  ],
  'too many parts': [
    assistant({ content: Array(250_000).fill(0) }),
    assistant({ content: Array(3000).fill('x'.repeat(4000)) }),
  ],
};

test('every reason has its lines here or beside the limit of length', () => {
  assert.deepEqual([...Object.keys(rejected), 'too long'].sort(), [...rejectReasons].sort());
});

for (const [reason, lines] of Object.entries(rejected)) {
  describe(`rejected: ${reason}`, () => {
    for (const line of lines) {
      test(JSON.stringify(line).slice(0, 200), () => {
        const batch = parseLines([line]);
        assert.deepEqual(batch.rejected, [{ reason, line: 1, offset: 0, at: 0, sessionId: 's1' }]);
        assert.deepEqual([batch.messages, batch.costStates, batch.lines], [[], [], 1]);
      });
    }
  });
}

describe('a line that is not one record', () => {
  const first = JSON.stringify(assistant({ id: 'm1' }, { requestId: 'r1' }));
  const second = JSON.stringify(assistant({ id: 'm2' }, { requestId: 'r2', uuid: 'u2' }));
  const third = JSON.stringify(assistant({ id: 'm3' }, { requestId: 'r3', uuid: 'u3' }));
  const ids = (line: string): string[] =>
    parseLines([line]).messages.map(({ messageId }) => messageId);
  const refused = (line: string): string[] =>
    parseLines([line]).rejected.map(({ reason }) => reason);

  test('but several loses nothing', () => {
    assert.deepEqual(ids(first + second), ['m1', 'm2']);
    assert.deepEqual(ids(`${first} \t${second}${third}`), ['m1', 'm2', 'm3']);
    assert.deepEqual(refused(first + second), []);
  });

  test('is read behind and before NUL bytes', () => {
    const line = `\u0000\u0000${first}\u0000\u0000${second}\u0000`;
    assert.deepEqual([ids(line), refused(line)], [['m1', 'm2'], ['damaged']]);
  });

  test('is read behind every byte at which a record can be cut off', () => {
    for (let cut = 1; cut < first.length; cut++) {
      const line = first.slice(0, cut) + second + third;
      assert.deepEqual([ids(line), refused(line)], [['m2', 'm3'], ['damaged']], line.slice(0, cut));
    }
  });

  test('is read up to any piece of another', () => {
    for (let cut = 1; cut < second.length; cut++) {
      const line = first + second.slice(0, cut);
      assert.deepEqual([ids(line), refused(line)], [['m1'], ['damaged']], line.slice(-20));
    }
  });

  test('takes no longer the more objects in it are broken', () => {
    const line = '{"a":['.repeat(20_000) + second;
    assert.deepEqual(refused(line), ['not JSON']);
  });

  test('whose strings hold control characters as they are', () => {
    const line = JSON.stringify(assistant({ content: [{ type: 'text', text: 'a-b' }] }));
    assert.deepEqual(ids(line.replace('a-b', 'a\u0001b')), ['msg_1']);
  });

  test('has a place for each record', () => {
    const total = '{"type":"cost-state","sessionId":"s1","totalCostUSD":1}';
    const { costStates } = parseLines([first + total + total]);
    assert.equal(new Set(costStates.map(({ offset }) => offset)).size, 2);
  });
});

test('rejected lines are named by their line and place, and stop nothing', () => {
  const lines = ['', 'bad', ' ', assistant(), 'bad again'];
  const batch = parseLines(lines);
  assert.deepEqual(
    batch.rejected.map(({ line, offset }) => [line, offset]),
    [
      [2, 1],
      [5, 1 + 4 + 2 + JSON.stringify(assistant()).length + 1],
    ],
  );
  assert.deepEqual([batch.messages.length, batch.lines], [1, 3]);
});

describe('other forms of the same JSON say the same', () => {
  const record = {
    ...assistant(),
    cwd: '/src/ü/\u2028🙂',
    other: { deep: ['a"b', '\\', 1e21, null] },
  };
  const compact = JSON.stringify(record);
  const forms: Readonly<Record<string, string>> = {
    'with spaces': JSON.stringify(record, null, 2).replaceAll('\n', ' '),
    'with tabs': JSON.stringify(record, null, '\t').replaceAll('\n', ' '),
    'with CRLF': `${compact}\r`,
    'with spaces around': `  \t${compact}  `,
    'with a byte order mark': `\ufeff${compact}`,
    'with an escaped key': compact.replace('"type"', '"\\u0074ype"'),
    'with an escaped key inside': compact.replace('"usage"', '"us\\u0061ge"'),
    'with escaped values': compact.replaceAll('msg_1', '\\u006dsg_1').replaceAll('/', '\\/'),
    'with ASCII only': compact.replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
    'with keys that need escapes': compact.replace('"other"', '"ot\\nher\\"\\ud800"'),
    'with a repeated key': compact.replace('{', '{"type":"user","sessionId":"s0",'),
  };
  for (const [name, text] of Object.entries(forms)) {
    test(name, () => {
      const { messages, sessions: traces, rejected: refused } = parseLines([text]);
      const expected = parseLines([compact]);
      assert.deepEqual(refused, []);
      assert.deepEqual(messages, expected.messages);
      assert.deepEqual(traces, expected.sessions);
    });
  }
});

test('a byte order mark anywhere but at the start is no JSON', () => {
  assert.equal(parseLines(['', `\ufeff${JSON.stringify(assistant())}`]).rejected.length, 1);
});

test('line and paragraph separators inside a text end no line', () => {
  const batch = parseLines([user('a\u2028b\u2029c'), assistant()]);
  assert.deepEqual([batch.lines, batch.messages.length], [2, 1]);
});

test('hostile records throw nothing', () => {
  const deep = `{"type":"user","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const deepPriced = deep.replace('user', 'assistant');
  const lines: (object | string)[] = [
    deep,
    deepPriced,
    '{"__proto__":{"type":"user"},"type":"user"}',
    { type: '__proto__' },
    { type: 'constructor' },
    { type: 'toString', timestamp: noon },
    { type: 'assistant', message: [] },
    { type: 'assistant', message: null },
    { type: 'assistant', message: { usage: {}, model: 'm', content: 'x' }, timestamp: noon },
    user({ content: 'x' }),
    user([[], null, 7, { type: 'text' }, { type: 'tool_result', tool_use_id: 7, is_error: true }]),
    // A key with an escape is read as JSON, with all that stands behind it.
    deep.replace('"x"', '"\\u0078"').replaceAll('[', '[[').replaceAll(']', ']]'),
    { type: 'system', subtype: 7 },
    { type: 'user', message: 'x', toolUseResult: 'Error: x', timestamp: afterNoon(1) },
    { type: 'progress', data: { type: 'agent_progress', message: { type: 'assistant' } } },
  ];
  const batch = parseLines(lines);
  assert.equal(batch.lines, lines.length);
});
