import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readUsage } from '../../../src/agents/claude/parse/usage.ts';
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

describe('token classes', () => {
  const cases: [name: string, raw: object, expected: object, cacheSplit: boolean][] = [
    ['nothing', {}, {}, true],
    ['null counts', { input_tokens: null, output_tokens: null, cache_creation: null }, {}, true],
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
      const read = readUsage(raw as Record<string, unknown>, model);
      assert.deepEqual(read?.usage, { ...noUsage, ...expected });
      assert.equal(read?.cacheSplit, cacheSplit);
    });
  }
});

describe('a count that no sum can hold refuses the usage', () => {
  const bad = [-1, 0.5, '7', Number.MAX_SAFE_INTEGER + 1, 1e300, true, [1], {}];
  const places: ((count: unknown) => object)[] = [
    (count) => ({ input_tokens: count }),
    (count) => ({ output_tokens: count }),
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
        const raw = place(count) as Record<string, unknown>;
        assert.equal(readUsage(raw, model), undefined, JSON.stringify(count));
      }
    });
  }
  test('counts whose sum is too large', () => {
    const most = Number.MAX_SAFE_INTEGER;
    assert.equal(readUsage({ input_tokens: most, output_tokens: 1 }, model), undefined);
  });
});

describe('iterations', () => {
  const entry = (type: string, fields: object = {}): object => ({
    type,
    input_tokens: 10,
    output_tokens: 1,
    ...fields,
  });
  const parts = (...iterations: unknown[]): unknown =>
    readUsage({ input_tokens: 1, iterations }, model)?.parts;
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
    assert.deepEqual(readUsage({ iterations: 'many' }, model)?.parts, []);
  });
});

test('what decides the price beside the tokens', () => {
  const read = readUsage(
    { speed: 'fast', inference_geo: 'us', service_tier: 'batch', iterations: [] },
    model,
  );
  assert.deepEqual([read?.speed, read?.geo, read?.tier], ['fast', 'us', 'batch']);
  const odd = readUsage({ speed: null, inference_geo: 1, service_tier: undefined }, model);
  assert.deepEqual([odd?.speed, odd?.geo, odd?.tier], ['', '', '']);
});
