import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook, type RateBook } from '../../../src/pricing/priceBook.ts';
import { at, nano, row, usage } from './helpers.ts';

const day = '2026-11-20';
const input = { input: 1000 };

function bookWith(data: unknown): RateBook {
  const { overrides, problems } = parsePriceOverrides(data);
  assert.deepEqual(problems, []);
  return createPriceBook(overrides);
}

test('a model of the user’s own: named rates, the others from its input', () => {
  const book = bookWith({ models: { 'glm-4.7': { input: 0.6, output: 2.2 } } });
  const price = (counts: object): number => nano(book, counts, 'glm-4.7', day);
  assert.equal(price({ input: 1000 }), 600_000);
  assert.equal(price({ output: 1000 }), 2_200_000);
  assert.equal(price({ cacheWrite5m: 1000 }), 750_000);
  assert.equal(price({ cacheWrite1h: 1000 }), 1_200_000);
  assert.equal(price({ cacheRead: 1000 }), 60_000);
  assert.equal(price({ webSearches: 1 }), 10_000_000);
  assert.equal(row(book, input, 'glm-4.7', day), 'glm-4.7+override');
  const offered = { speed: 'fast', geo: 'us', tier: 'batch' };
  assert.equal(nano(book, input, 'glm-4.7', day, offered), 300_000, 'only the batch is halved');
  for (const written of ['GLM-4.7', 'glm-4-7', 'glm-4.7[1m]', 'glm-4.7-20260101']) {
    assert.equal(book.modelId(written), 'glm-4.7', written);
  }
  assert.equal(book.modelId('glm-4.70'), 'glm-4.70');
});

test('a dated id has its own price where the user gives it one', () => {
  const book = bookWith({
    models: { 'glm-4.7': { input: 1, output: 1 }, 'glm-4.7-20260101': { input: 2, output: 2 } },
  });
  const price = (model: string): number => nano(book, input, model, day);
  assert.deepEqual(
    ['glm-4.7', 'glm-4.7-20260101', 'glm-4.7-20260202'].map(price),
    [1_000_000, 2_000_000, 1_000_000],
  );
});

test('ids that are also properties of objects can be priced', () => {
  const book = bookWith({ models: { constructor: { input: 1, output: 2 } } });
  assert.equal(nano(book, input, 'constructor', day), 1_000_000);
  assert.equal(book.price(usage(input), 'toString', {}, 0).kind, 'unpriced');
});

test('a class that is not named keeps the catalogue’s rate, and its changes through time', () => {
  const book = bookWith({ models: { 'claude-sonnet-5-5': { input: 1.5 } } });
  assert.equal(nano(book, input, 'claude-sonnet-5-5', day), 1_500_000);
  assert.equal(nano(book, { cacheRead: 1000 }, 'claude-sonnet-5-5', '2026-10-06'), 200_000);
  assert.equal(nano(book, { cacheRead: 1000 }, 'claude-sonnet-5-5', '2026-10-07'), 100_000);
  assert.equal(nano(book, { cacheWrite5m: 1000 }, 'claude-sonnet-5-5', day), 2_500_000);
  assert.equal(row(book, input, 'claude-sonnet-5-5', day), 'claude-sonnet-5-5@2026-10-07+override');
});

test('fast mode, place and batch still multiply a rate of the user’s own', () => {
  const book = bookWith({ models: { 'claude-opus-5-5': { input: 3 } } });
  const traits = { speed: 'fast', geo: 'us', tier: 'batch' };
  assert.equal(nano(book, input, 'claude-opus-5-5', day, traits), 3_300_000);
  assert.equal(nano(book, input, 'eu.anthropic.claude-opus-5-5', day), 3_300_000);
});

test('dates: a row holds from its day until the day before its end', () => {
  const book = bookWith({
    models: {
      'claude-opus-5-5': { input: 3, from: '2026-12-01', until: '2027-01-01' },
      x: [
        { input: 1, output: 1, until: '2026-05-01' },
        { input: 2, output: 2, from: '2026-06-01' },
      ],
    },
  });
  const opus = (ms: number): unknown => {
    const price = book.price(usage(input), 'claude-opus-5-5', {}, ms);
    return price.kind === 'priced' && [price.nanoUsd, price.row];
  };
  const list = [4_000_000, 'claude-opus-5-5@2026-09-22'];
  const own = [3_000_000, 'claude-opus-5-5@2026-12-01+override'];
  assert.deepEqual(opus(0), list);
  assert.deepEqual(opus(at('2026-12-01') - 1), list);
  assert.deepEqual(opus(at('2026-12-01')), own);
  assert.deepEqual(opus(at('2027-01-01') - 1), own);
  assert.deepEqual(opus(at('2027-01-01')), list);
  const x = (when: string): unknown => {
    const price = book.price(usage(input), 'x', {}, at(when));
    return price.kind === 'priced' ? price.nanoUsd : price.kind;
  };
  assert.deepEqual(
    ['2020-01-01', '2026-04-30', '2026-05-01', '2026-05-31', '2026-06-01', '2030-01-01'].map(x),
    [1_000_000, 1_000_000, 'unpriced', 'unpriced', 2_000_000, 2_000_000],
  );
});

test('a rate of the user’s own holds at any length, unless one for long prompts is named', () => {
  const long = { input: 100_000, output: 1000, cacheRead: 1 };
  const flat = bookWith({ models: { 'claude-haiku-5-5': { input: 0.08 } } });
  assert.equal(nano(flat, long, 'claude-haiku-5-5', day), 8_000_000 + 2_500_000 + 50);
  const banded = bookWith({
    models: { 'claude-haiku-5-5': { input: 0.08, above: { promptTokens: 50_000, input: 0.3 } } },
  });
  const short = { input: 50_000 };
  assert.equal(nano(banded, short, 'claude-haiku-5-5', day), 4_000_000);
  assert.equal(nano(banded, { input: 50_001 }, 'claude-haiku-5-5', day), 15_000_300);
  assert.equal(
    row(banded, { input: 50_001 }, 'claude-haiku-5-5', day),
    'claude-haiku-5-5@2026-10-07+override>50k',
  );
  const own = bookWith({
    models: { x: { input: 1, output: 5, above: { promptTokens: 272_001, output: 9 } } },
  });
  assert.equal(nano(own, { input: 300_000, output: 1000 }, 'x', day), 300_000_000 + 9_000_000);
  assert.equal(row(own, { input: 300_000 }, 'x', day), 'x+override>272001');
});

test('a local model costs nothing by a row of its own, and what the user says it costs', () => {
  const book = bookWith({
    models: {
      'qwen3-coder:30b': { local: true },
      'claude-opus-5': { local: true },
      'claude-haiku-5-5': { local: true },
      rig: { local: true, output: 0.4 },
    },
  });
  const all = { input: 300_000, output: 10, cacheWrite5m: 1, cacheWrite1h: 1, cacheRead: 1 };
  for (const model of ['qwen3-coder:30b', 'claude-opus-5', 'claude-haiku-5-5']) {
    assert.equal(nano(book, { ...all, webSearches: 2 }, model, day), 0, model);
    assert.ok(row(book, all, model, day).endsWith('+override'));
    assert.equal(book.knownTier(model), 'local');
  }
  assert.equal(nano(book, { input: 1000, output: 1000 }, 'rig', day), 400_000);
});

test('multipliers: the global one scales every cost, a model’s own comes on top', () => {
  const book = bookWith({
    multiplier: 0.9,
    models: { 'claude-opus-5-5': { multiplier: 0.5 }, x: { input: 1, output: 1 } },
  });
  assert.equal(nano(book, input, 'claude-opus-5', day), 4_500_000);
  assert.equal(row(book, input, 'claude-opus-5', day), 'claude-opus-5@2026-07-24*0.9');
  assert.equal(nano(book, input, 'claude-opus-5-5', day), 1_800_000);
  assert.equal(
    row(book, input, 'claude-opus-5-5', day, { speed: 'fast' }),
    'claude-opus-5-5@2026-09-22+override*0.45+fast',
  );
  assert.equal(nano(book, input, 'x', day), 900_000);
  assert.equal(nano(book, { webSearches: 1 }, 'claude-opus-5', day), 9_000_000);
  assert.equal(nano(book, { input: 100_001 }, 'claude-haiku-5-5', day), 45_000_450, 'bands too');
});

test('a third of a cent stays exact: big rates take the long way round', () => {
  const book = bookWith({
    multiplier: 0.333333333,
    models: { x: { input: 0.123456789, output: 1 } },
  });
  // 0.123456789 × 0.333333333 × 1000 × 1e9 tokens = 41152262958.8477… nano-dollars
  assert.equal(nano(book, { input: 1_000_000_000 }, 'x', day), 41_152_262_959);
});

test('the revision changes with every rate and rule, and only with them', () => {
  const revision = (data?: unknown): string => bookWith(data).revision;
  const plain = revision();
  assert.match(plain, /^[0-9a-f]{16}$/);
  assert.equal(revision(), plain);
  assert.equal(revision({ multiplier: 1, note: 'x' }), plain);
  const variants = [
    { multiplier: 0.9 },
    { models: { x: { input: 1, output: 1 } } },
    { models: { x: { input: 1, output: 2 } } },
    { models: { x: { input: 1, output: 1, from: '2026-01-01' } } },
    { models: { x: { input: 1, output: 1, until: '2026-01-01' } } },
    { models: { x: { input: 1, output: 1, cacheRead: 0.2 } } },
    { models: { x: { input: 1, output: 1, webSearchPerThousand: 1 } } },
    { models: { y: { input: 1, output: 1 } } },
    { models: { x: { local: true } } },
    { models: { 'claude-opus-5-5': { multiplier: 0.9 } } },
    { models: { 'claude-opus-5-5': { cacheRead: 0.1 } } },
    { models: { 'claude-haiku-5-5': { above: { promptTokens: 90_000 } } } },
  ].map(revision);
  assert.equal(new Set([plain, ...variants]).size, variants.length + 1);
  const ab = { a: { local: true }, b: { local: true } };
  const ba = { b: { local: true }, a: { local: true } };
  assert.equal(revision({ models: ab }), revision({ models: ba }));
});
