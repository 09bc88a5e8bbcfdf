import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';

const good = { 'glm-4.7': { input: 0.6, output: 2.2 } };

test('nothing is no overrides and no problem', () => {
  for (const data of [undefined, null, {}, { models: {} }]) {
    assert.deepEqual(parsePriceOverrides(data), { overrides: { rows: [] }, problems: [] });
  }
});

test('everything that can be said is read', () => {
  const { overrides, problems } = parsePriceOverrides({
    multiplier: 0.9,
    note: 'contract 17',
    models: {
      'glm-4.7': { input: 0.6, output: '2.20', cacheRead: 0, tier: 'standard', note: 'gateway' },
      'claude-opus-5-5': [
        { cacheRead: 0.15, from: '2026-12-01', until: '2027-01-01' },
        { multiplier: 0.8, from: '2027-01-01' },
      ],
      'qwen3-coder:30b': { local: true },
      'claude-haiku-5-5': {
        input: 0.09,
        above: { promptTokens: 150_000, input: 0.4, cacheWrite: 0.6 },
        webSearchPerThousand: 5,
      },
    },
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(overrides, {
    multiplier: '0.9',
    rows: [
      {
        model: 'glm-4.7',
        rates: { input: '0.6', output: '2.2', cacheRead: '0' },
        local: false,
        tier: 'standard',
      },
      {
        model: 'claude-opus-5-5',
        rates: { cacheRead: '0.15' },
        local: false,
        from: '2026-12-01',
        until: '2027-01-01',
      },
      {
        model: 'claude-opus-5-5',
        rates: {},
        local: false,
        from: '2027-01-01',
        multiplier: '0.8',
      },
      { model: 'qwen3-coder:30b', rates: {}, local: true },
      {
        model: 'claude-haiku-5-5',
        rates: { input: '0.09' },
        local: false,
        webSearchPerThousand: '5',
        above: {
          promptTokens: 150_000,
          rates: { input: '0.4', cacheWrite5m: '0.6', cacheWrite1h: '0.6' },
        },
      },
    ],
  });
});

test('Claude Code’s managed modelPricing is understood', () => {
  const rates = { input: 4, output: 20, cacheRead: 0.4, cacheWrite: 5 };
  const { overrides, problems } = parsePriceOverrides({
    multiplier: 0.85,
    overrides: { 'claude-opus-5': rates },
  });
  assert.deepEqual(problems, []);
  assert.equal(overrides.multiplier, '0.85');
  assert.deepEqual(overrides.rows[0]?.rates, {
    input: '4',
    output: '20',
    cacheRead: '0.4',
    cacheWrite5m: '5',
    cacheWrite1h: '5',
  });
});

const id = 'claude-opus-5-5';
const refused: [what: string, model: string, entry: unknown, says: RegExp][] = [
  ['a negative rate', id, { input: -3 }, /models\["claude-opus-5-5"\]\.input is negative \(-3\)/],
  ['an absurd rate', 'x', { input: 10_001, output: 1 }, /\.input is 10001, which no model costs/],
  [
    'not a number',
    id,
    { input: Number.NaN },
    /\.input is NaN\. Write US dollars per million tokens/,
  ],
  ['infinity', id, { input: Number.POSITIVE_INFINITY }, /\.input is Infinity/],
  ['a word', id, { input: 'cheap' }, /\.input is the text "cheap"/],
  ['a price with its sign', id, { input: '$3' }, /\.input is the text "\$3"/],
  ['null', id, { output: null }, /\.output is null/],
  ['a list for a rate', id, { output: [20] }, /\.output is a list/],
  ['an object for a rate', id, { output: { usd: 20 } }, /\.output is an object/],
  ['a truth value', id, { output: true }, /\.output is of type boolean/],
  ['per-token units', 'x', { input: 3e-6, output: 1.5e-5 }, /3e-?0?6|0\.000003, which looks like/],
  ['per-token units', id, { output: 2e-5 }, /looks like a price per single token/],
  ['per-thousand units', id, { input: 0.004 }, /a hundredth or less of the list price 4/],
  ['another vendor’s', 'gpt-5.5', { output: 3000 }, /a hundred times or more the list price 30/],
  ['cents per token', id, { output: 2000 }, /a hundred times or more the list price 20/],
  ['a free Claude', id, { input: 0, output: 0 }, /\.input is 0\. Write "local": true/],
  ['a model free by accident', 'x', { input: 0, output: 0 }, /costs nothing\. Write "local": true/],
  ['half a new model', 'x', { input: 3 }, /needs both input and output/],
  ['a new model without a rate', 'x', { multiplier: 2 }, /needs both input and output/],
  ['nothing said', id, {}, /changes nothing/],
  ['only days', id, { from: '2026-12-01' }, /changes nothing/],
  ['a misspelt class', id, { cachRead: 0.1 }, /\.cachRead is not known\. Use one of input, output/],
  ['another currency', id, { input: 3, currency: 'EUR' }, /\.currency is not known/],
  ['a day that is none', id, { input: 3, from: '2026-02-30' }, /\.from is not a day/],
  ['a day as a number', id, { input: 3, until: 20_261_231 }, /\.until is not a day/],
  [
    'an end before the beginning',
    id,
    { input: 3, from: '2026-12-02', until: '2026-12-01' },
    /ends/,
  ],
  ['a multiplier of zero', id, { multiplier: 0 }, /\.multiplier is 0\. Write a number above 0/],
  ['a negative multiplier', id, { multiplier: -1 }, /\.multiplier is -1/],
  ['a huge multiplier', id, { multiplier: 101 }, /\.multiplier is 101/],
  ['a vanishing multiplier', id, { multiplier: 1e-12 }, /\.multiplier is 1e-12/],
  ['local as a word', id, { local: 'yes' }, /\.local is the text "yes"\. Write true or false/],
  ['a tier nobody knows', 'x', { input: 1, output: 1, tier: 'gold' }, /\.tier is not known/],
  ['a band without an edge', id, { above: { input: 9 } }, /above\.promptTokens is missing/],
  ['a band that is no object', id, { above: 200_000 }, /\.above is 200000, not an object/],
  ['a list of nothing good', id, [3], /\[0\] is 3, not an object/],
  ['a rate in place of an entry', id, 3, /is 3, not an object/],
  ['a region', 'us.anthropic.claude-opus-5-5', { input: 3 }, /names one region.*claude-opus-5-5/],
  ['an empty id', '', { input: 1, output: 1 }, /\[""\] is not a model id/],
  ['the synthetic model', '<synthetic>', { local: true }, /is not a model id/],
  ['a line break', 'x\ny', { local: true }, /is not a model id/],
];

for (const [what, model, entry, says] of refused) {
  test(`${what} is refused by name, and the rest holds: ${model} ${JSON.stringify(entry)}`, () => {
    const { overrides, problems } = parsePriceOverrides({ models: { [model]: entry, ...good } });
    assert.deepEqual(
      overrides.rows.map((row) => row.model),
      ['glm-4.7'],
    );
    assert.ok(problems.length > 0);
    assert.match(problems.join('\n'), says);
    for (const problem of problems) {
      assert.match(problem, /^models\[.*\. \S.*; until then it is ignored\.$/s);
    }
  });
}

test('__proto__ as a key of its own is refused by name', () => {
  const data = JSON.parse(
    '{"__proto__":1,"models":{"__proto__":{"input":3,"output":1},"glm-4.7":{"input":0.6,"output":2.2,"__proto__":{"local":true}}}}',
  );
  const { overrides, problems } = parsePriceOverrides(data);
  assert.deepEqual(overrides.rows, []);
  assert.equal(problems.filter((problem) => problem.includes('__proto__')).length, 3);
  assert.equal(Object.hasOwn(Object.prototype, 'input'), false);
});

test('a bad multiplier at the top leaves the models in force', () => {
  for (const multiplier of [0, -1, 100.5, '90 %', null, {}]) {
    const { overrides, problems } = parsePriceOverrides({ multiplier, models: good });
    assert.equal(overrides.multiplier, undefined);
    assert.equal(overrides.rows.length, 1);
    assert.match(problems.join(), /^multiplier is /);
  }
  assert.equal(parsePriceOverrides({ multiplier: 100 }).overrides.multiplier, '100');
});

test('what is no object at all is refused as a whole', () => {
  for (const data of [3, 'x', [], true]) {
    const { overrides, problems } = parsePriceOverrides(data);
    assert.deepEqual(overrides.rows, []);
    assert.match(problems.join(), /^prices is .*, not an object/);
  }
  assert.match(parsePriceOverrides({ models: [] }).problems.join(), /^models is a list/);
  assert.match(parsePriceOverrides({ modles: {} }).problems.join(), /modles is not known/);
});

test('two entries for one day and model: the first holds, the second is named', () => {
  const cases: [object, number][] = [
    [{ 'claude-opus-5': { input: 4 }, 'claude-opus-5[1m]': { input: 3 } }, 1],
    [{ 'claude-opus-5': { input: 4 }, 'claude-opus-5-20260724': { input: 3 } }, 1],
    [{ 'GLM-4.7': { local: true }, 'glm-4-7': { local: true } }, 1],
    [
      {
        a: [
          { local: true, until: '2026-05-01' },
          { local: true, from: '2026-04-30' },
        ],
      },
      1,
    ],
    [
      {
        a: [
          { local: true, until: '2026-05-01' },
          { local: true, from: '2026-05-01' },
        ],
      },
      2,
    ],
  ];
  for (const [models, kept] of cases) {
    const { overrides, problems } = parsePriceOverrides({ models });
    assert.equal(overrides.rows.length, kept, JSON.stringify(models));
    assert.equal(problems.length, 2 - kept);
    if (kept === 1)
      assert.match(problems[0]!, /covers days an earlier entry for .* already covers/);
  }
});

test('thousands of entries stop somewhere', () => {
  const models = Object.fromEntries(
    Array.from({ length: 1100 }, (_, index) => [`model-${index}`, { local: true }]),
  );
  const { overrides, problems } = parsePriceOverrides({ models });
  assert.equal(overrides.rows.length, 1000);
  assert.match(problems[0]!, /more than 1000 entries/);
});

test('whatever is thrown at it, what it accepts makes a price book', () => {
  const value = fc.oneof(
    fc.double(),
    fc.constantFrom('1.5', '3', 0, 5, true, null, '2026-12-01', [], {}),
    fc.string(),
  );
  const keys = [
    'input',
    'output',
    'cacheRead',
    'cacheWrite',
    'from',
    'until',
    'local',
    'multiplier',
  ];
  const entry = fc.dictionary(fc.constantFrom(...keys, 'tier', 'above', 'x'), value);
  const model = fc.oneof(
    fc.constantFrom('claude-opus-5-5', 'claude-haiku-5-5', '__proto__', 'constructor', 'toString'),
    fc.string(),
  );
  const data = fc.record({
    multiplier: value,
    models: fc.dictionary(model, fc.oneof(entry, fc.array(entry), value)),
  });
  fc.assert(
    fc.property(fc.oneof(data, fc.anything()), (input) => {
      const { overrides } = parsePriceOverrides(input);
      const book = createPriceBook(overrides);
      for (const { model: name, from } of overrides.rows) {
        const at = from === undefined ? 0 : Date.parse(from);
        const used = {
          input: 1000,
          output: 10,
          cacheWrite5m: 5,
          cacheWrite1h: 5,
          cacheRead: 7,
          webSearches: 1,
        };
        const price = book.price(used, name, {}, at);
        assert.ok(price.kind === 'priced' && Number.isSafeInteger(price.nanoUsd), name);
      }
    }),
    { numRuns: 1000 },
  );
});
