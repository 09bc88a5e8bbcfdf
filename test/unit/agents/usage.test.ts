import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ReadUsage, readUsage } from '../../../src/agents/claude/parse/usage.ts';
import { noUsage } from '../../../src/model/tokens.ts';

const model = 'claude-opus-4-8';

function split(fiveMinutes: unknown, oneHour: unknown): object {
  return {
    cache_creation: {
      ephemeral_5m_input_tokens: fiveMinutes,
      ephemeral_1h_input_tokens: oneHour,
    },
  };
}

/** Reads counts beside one output token, so that something was used. */
function read(raw: object): ReadUsage {
  const found = readUsage({ output_tokens: 1, ...raw }, model);
  assert.ok(typeof found === 'object', JSON.stringify(found));
  return found;
}

describe('token classes', () => {
  const cases: [name: string, raw: object, expected: object, cacheSplit: boolean][] = [
    ['nothing', {}, {}, true],
    [
      'null counts',
      { input_tokens: null, cache_read_input_tokens: null, cache_creation: null },
      {},
      true,
    ],
    [
      'all classes',
      {
        input_tokens: 1,
        output_tokens: 2,
        cache_creation_input_tokens: 7,
        cache_read_input_tokens: 5,
        ...split(3, 4),
        server_tool_use: { web_search_requests: 6 },
      },
      { input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4, cacheRead: 5, webSearches: 6 },
      true,
    ],
    ['no lifetimes', { cache_creation_input_tokens: 9 }, { cacheWrite5m: 9 }, false],
    [
      'a total of nothing beside a split',
      { cache_creation_input_tokens: 0, ...split(3, 4) },
      { cacheWrite5m: 3, cacheWrite1h: 4 },
      true,
    ],
    [
      'a total larger than the split: the rest is five minutes',
      { cache_creation_input_tokens: 10, ...split(3, 4) },
      { cacheWrite5m: 6, cacheWrite1h: 4 },
      true,
    ],
    [
      'a total smaller than the split',
      { cache_creation_input_tokens: 5, ...split(3, 4) },
      { cacheWrite5m: 3, cacheWrite1h: 4 },
      true,
    ],
    ['only an hour', split(0, 4), { cacheWrite1h: 4 }, true],
    ['an unknown field', { thinking_tokens: 'many' }, {}, true],
  ];
  for (const [name, raw, expected, cacheSplit] of cases) {
    test(name, () => {
      const { usage, cacheSplit: known, incomplete } = read({ output_tokens: 1, ...raw });
      assert.deepEqual(usage, { ...noUsage, output: 1, ...expected });
      assert.deepEqual([known, incomplete], [cacheSplit, false]);
    });
  }
});

describe('a count that is none leaves the others as they are', () => {
  const bad = [-1, 0.5, 'x', '-7', Number.MAX_SAFE_INTEGER + 1, 1e300, true, [1], {}];
  const places: ((count: unknown) => object)[] = [
    (count) => ({ input_tokens: count }),
    (count) => ({ cache_creation_input_tokens: count }),
    (count) => ({ cache_read_input_tokens: count }),
    (count) => split(count, 0),
    (count) => split(0, count),
    (count) => ({ server_tool_use: { web_search_requests: count } }),
    (count) => ({ iterations: [{ type: 'advisor_message', input_tokens: count }] }),
  ];
  for (const place of places) {
    test(JSON.stringify(place('…')), () => {
      for (const count of bad) {
        const { usage, incomplete, parts } = read(place(count));
        assert.deepEqual([usage, parts], [{ ...noUsage, output: 1 }, []], JSON.stringify(count));
        assert.equal(incomplete, true);
      }
    });
  }
  test('digits in quotes are read', () => {
    const { usage, incomplete } = read({ input_tokens: '1000' });
    assert.deepEqual([usage.input, incomplete], [1000, true]);
  });
  test('where nothing is left, it cannot be read', () => {
    assert.equal(readUsage({ output_tokens: -1, input_tokens: 0 }, model), 'unreadable');
  });
});

test('where all counts are 0 nothing was used', () => {
  assert.equal(readUsage({}, model), 'nothing');
  assert.equal(readUsage({ input_tokens: 0, output_tokens: null }, model), 'nothing');
});

describe('the model’s turns', () => {
  const turn = (input: number, extra: object = {}): object => ({
    type: 'message',
    input_tokens: input,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    ...extra,
  });
  const turns = (whole: object, ...iterations: object[]): unknown =>
    read({ output_tokens: 2, ...whole, iterations }).iterations;

  test('are kept where they add up', () => {
    assert.deepEqual(turns({ input_tokens: 30 }, turn(10), turn(20)), [
      { ...noUsage, input: 10, output: 1 },
      { ...noUsage, input: 20, output: 1 },
    ]);
  });
  test('are none where they do not, or there is one', () => {
    assert.deepEqual(turns({ input_tokens: 31 }, turn(10), turn(20)), []);
    assert.deepEqual(turns({ input_tokens: 10, output_tokens: 1 }, turn(10)), []);
    assert.deepEqual(
      turns({ input_tokens: 30, cache_read_input_tokens: 1 }, turn(10), turn(20)),
      [],
    );
  });
  test('are none where one does not say all its counts', () => {
    for (const name of ['input', 'output', 'cache_creation_input', 'cache_read_input']) {
      for (const count of [undefined, null, '0']) {
        const first = { [`${name}_tokens`]: count };
        assert.deepEqual(turns({ input_tokens: 30 }, turn(10, first), turn(20)), [], name);
      }
    }
  });
  test('take the hour of the whole, the first first', () => {
    const written = { cache_creation_input_tokens: 5 };
    const whole = { input_tokens: 30, cache_creation_input_tokens: 10, ...split(3, 7) };
    assert.deepEqual(turns(whole, turn(10, written), turn(20, written)), [
      { ...noUsage, input: 10, output: 1, cacheWrite1h: 5 },
      { ...noUsage, input: 20, output: 1, cacheWrite5m: 3, cacheWrite1h: 2 },
    ]);
  });
});

describe('iterations', () => {
  const entry = (type: string, fields: object = {}): object => ({
    type,
    input_tokens: 10,
    output_tokens: 1,
    ...fields,
  });
  const parts = (...iterations: unknown[]): unknown => read({ iterations }).parts;
  const usage = { ...noUsage, input: 10, output: 1 };

  test('the model’s own turns are in the top level', () => {
    assert.deepEqual(parts(entry('message'), entry('message', { model })), []);
  });
  test('an advisor has a model of its own', () => {
    assert.deepEqual(parts(entry('advisor_message', { model: 'claude-fable-5' })), [
      { kind: 'advisor', model: 'claude-fable-5', usage },
    ]);
  });
  test('compaction without a model is the message’s', () => {
    assert.deepEqual(parts(entry('compaction')), [{ kind: 'compaction', model, usage }]);
  });
  test('a declined attempt of another model counts if it produced output', () => {
    const other = 'claude-fable-5';
    assert.deepEqual(
      parts(entry('message', { model: other }), entry('fallback_message', { model })),
      [{ kind: 'declined', model: other, usage }],
    );
    assert.deepEqual(parts(entry('message', { model: other, output_tokens: 0 })), []);
  });
  test('what is unknown or no object is passed over', () => {
    assert.deepEqual(parts(entry('later_invention'), 7, null, 'x'), []);
    assert.deepEqual(read({ iterations: 'many' }).parts, []);
  });
});

test('what decides the price beside the tokens', () => {
  const known = read({ speed: 'fast', inference_geo: 'us', service_tier: 'batch', iterations: [] });
  assert.deepEqual([known.speed, known.geo, known.tier], ['fast', 'us', 'batch']);
  const odd = read({ speed: null, inference_geo: 1, service_tier: undefined });
  assert.deepEqual([odd.speed, odd.geo, odd.tier], ['', '', '']);
});
