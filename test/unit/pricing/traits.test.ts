import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestTraits } from '../../../src/model/price.ts';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { nano, row } from './helpers.ts';

const book = createPriceBook();
const day = '2026-11-20';
const counts = { input: 1000, output: 200, cacheWrite5m: 300, cacheWrite1h: 400, cacheRead: 5000 };
const fast: RequestTraits = { speed: 'fast' };
const us: RequestTraits = { geo: 'us' };
const batch: RequestTraits = { tier: 'batch' };

test('fast mode multiplies where the model offers it, whenever it was recorded', () => {
  const factors = new Map([
    ['claude-fable-5-2', 2],
    ['claude-mythos-5-2', 2],
    ['claude-opus-5-5', 2],
    ['claude-opus-5', 2],
    ['claude-opus-4-8', 2],
    ['claude-opus-4-7', 6],
    ['claude-opus-4-6', 6],
  ]);
  for (const { id } of bundledCatalogue.models) {
    const standard = nano(book, counts, id, day);
    const factor = factors.get(id) ?? 1;
    assert.equal(nano(book, counts, id, day, fast), standard * factor, id);
    assert.equal(nano(book, counts, id, '2027-06-01', fast), standard * factor, id);
    assert.equal(row(book, counts, id, day, fast).endsWith('+fast'), factor > 1, id);
  }
});

test('words nobody knows cost what standard costs', () => {
  const standard = nano(book, counts, 'claude-opus-5-5', day);
  const others: RequestTraits[] = [
    { speed: 'standard', geo: 'global', tier: 'standard' },
    { speed: 'faster', geo: 'eu', tier: 'priority' },
    { speed: '', geo: 'not_available', tier: '' },
    { speed: undefined, geo: undefined, tier: undefined },
  ];
  for (const traits of others) {
    assert.equal(nano(book, counts, 'claude-opus-5-5', day, traits), standard);
    assert.equal(row(book, counts, 'claude-opus-5-5', day, traits), 'claude-opus-5-5@2026-09-22');
  }
});

test('requests kept in the United States cost a tenth more from Opus 4.6 and Sonnet 4.6 on', () => {
  const without = new Set([
    'claude-opus-4-5',
    'claude-opus-4-1',
    'claude-opus-4',
    'claude-3-opus',
    'claude-sonnet-4-5',
    'claude-sonnet-4',
    'claude-3-7-sonnet',
    'claude-3-5-sonnet',
    'claude-3-sonnet',
    'claude-haiku-4-5',
    'claude-3-5-haiku',
    'claude-3-haiku',
  ]);
  const even = { input: 10_000, output: 10_000, cacheRead: 10_000 };
  for (const { id } of bundledCatalogue.models) {
    const base = nano(book, even, id, day);
    const premium = nano(book, even, id, day, us);
    assert.equal(premium * 10, base * (without.has(id) ? 10 : 11), id);
  }
});

test('a fraction of a nano-dollar is rounded half up, once', () => {
  const price = (tokens: number): number =>
    nano(book, { cacheWrite5m: tokens }, 'claude-haiku-5-5', day, us);
  assert.deepEqual([1, 2, 3, 4].map(price), [138, 275, 413, 550]);
  // Two halves in two classes are one whole: each class is not rounded by itself.
  const both = { cacheWrite5m: 1, output: 1 };
  assert.equal(nano(book, both, 'claude-haiku-5-5', day, { ...us, ...batch }), 344);
});

test('Bedrock costs a tenth more from Claude 4.5 on, its global profile nothing', () => {
  const price = (model: string, traits: RequestTraits = {}): number =>
    nano(book, { input: 1000 }, model, day, traits);
  assert.equal(price('us.anthropic.claude-opus-4-5-20251101-v1:0'), 5_500_000);
  assert.equal(price('jp.anthropic.claude-haiku-4-5-20251001-v1:0'), 1_100_000);
  assert.equal(price('global.anthropic.claude-opus-4-5-20251101-v1:0'), 5_000_000);
  // Without a profile it is a call within one region.
  assert.equal(price('anthropic.claude-opus-4-5-20251101-v1:0'), 5_500_000);
  assert.equal(price('anthropic.claude-haiku-4-5-20251001-v1:0'), 1_100_000);
  assert.equal(price('in.anthropic.claude-opus-5'), 5_500_000);
  assert.equal(price('anthropic.claude-opus-4-1-20250805-v1:0'), 15_000_000);
  assert.equal(
    row(book, { input: 1000 }, 'anthropic.claude-opus-4-8', day),
    'claude-opus-4-8@2026-05-28+region',
  );
  assert.equal(price('us.anthropic.claude-opus-4-1-20250805-v1:0'), 15_000_000);
  assert.equal(price('eu.anthropic.claude-sonnet-4-20250514-v1:0'), 3_000_000);
  assert.equal(price('us.anthropic.claude-opus-5-5', us), 4_400_000, 'the premium is paid once');
});

test('the global and the regional id of one model do not get in each other’s way', () => {
  const fresh = createPriceBook();
  const ids = ['claude-opus-5', 'us.anthropic.claude-opus-5', 'claude-opus-5'];
  assert.deepEqual(
    ids.map((id) => nano(fresh, { input: 1000 }, id, day)),
    [5_000_000, 5_500_000, 5_000_000],
  );
  assert.equal(fresh.modelId('us.anthropic.claude-opus-5'), 'claude-opus-5');
});

test('a batch is half price; speed, place, band and batch stack, and the row says so', () => {
  const all: RequestTraits = { ...fast, ...us, ...batch };
  const opus = { input: 1000 };
  assert.equal(nano(book, opus, 'claude-opus-5-5', day, batch), 2_000_000);
  assert.equal(nano(book, opus, 'claude-opus-5-5', day, all), 4_400_000);
  assert.equal(
    row(book, opus, 'claude-opus-5-5', day, all),
    'claude-opus-5-5@2026-09-22+fast+us+batch',
  );
  const long = { input: 200_001 };
  assert.equal(
    nano(book, long, 'claude-opus-4-6', '2026-03-01', { ...fast, ...us }),
    13_200_066_000,
  );
  assert.equal(
    row(book, long, 'us.anthropic.claude-opus-4-6-v1', '2026-03-01', fast),
    'claude-opus-4-6@2026-02-05>200k+fast+region',
  );
});

test('web searches cost a cent each, whatever the speed, place or batch', () => {
  const search = { webSearches: 3 };
  for (const traits of [{}, fast, us, batch, { ...fast, ...us, ...batch }]) {
    assert.equal(nano(book, search, 'claude-opus-5-5', day, traits), 30_000_000);
  }
  const both = { webSearches: 1, input: 1000 };
  assert.equal(nano(book, both, 'claude-sonnet-4-6', day, us), 13_300_000);
});

test('nothing used costs nothing, and is priced', () => {
  assert.equal(nano(book, {}, 'claude-opus-5-5', day), 0);
});
