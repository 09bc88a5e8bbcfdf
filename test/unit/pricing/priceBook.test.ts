import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenClasses } from '../../../src/model/tokens.ts';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { at, type Card, cardClasses, nano, row, usage } from './helpers.ts';

const book = createPriceBook();
const usd = (dollars: number): number => Math.round(dollars * 1e9);

/** Every price there is, typed a second time from the published tables. */
const cards: [model: string, day: string, card: Card][] = [
  ['claude-fable-5-2', '2026-11-20', [8, 10, 16, 0.2, 40]],
  ['claude-mythos-5-2', '2026-11-20', [8, 10, 16, 0.2, 40]],
  ['claude-fable-5-1', '2026-11-20', [10, 12.5, 20, 0.25, 50]],
  ['claude-mythos-5-1', '2026-11-20', [10, 12.5, 20, 0.25, 50]],
  ['claude-fable-5', '2026-11-20', [10, 12.5, 20, 1, 50]],
  ['claude-mythos-5', '2026-11-20', [10, 12.5, 20, 1, 50]],
  ['claude-mythos-preview', '2026-11-20', [25, 31.25, 50, 2.5, 125]],
  ['claude-opus-5-5', '2026-11-20', [4, 5, 8, 0.2, 20]],
  ['claude-opus-5', '2026-11-20', [5, 6.25, 10, 0.5, 25]],
  ['claude-opus-4-8', '2026-11-20', [5, 6.25, 10, 0.5, 25]],
  ['claude-opus-4-7', '2026-11-20', [5, 6.25, 10, 0.5, 25]],
  ['claude-opus-4-6', '2026-11-20', [5, 6.25, 10, 0.5, 25]],
  ['claude-opus-4-6', '2026-02-20', [5, 6.25, 10, 0.5, 25]],
  ['claude-opus-4-5', '2026-11-20', [5, 6.25, 10, 0.5, 25]],
  ['claude-opus-4-1', '2025-11-20', [15, 18.75, 30, 1.5, 75]],
  ['claude-opus-4', '2025-11-20', [15, 18.75, 30, 1.5, 75]],
  ['claude-3-opus', '2025-03-20', [15, 18.75, 30, 1.5, 75]],
  ['claude-sonnet-5-5', '2026-10-01', [2, 2.5, 4, 0.2, 10]],
  ['claude-sonnet-5-5', '2026-11-20', [2, 2.5, 4, 0.1, 10]],
  ['claude-sonnet-5', '2026-08-20', [2, 2.5, 4, 0.2, 10]],
  ['claude-sonnet-5', '2026-11-20', [2, 2.5, 4, 0.2, 10]],
  ['claude-sonnet-4-6', '2026-02-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-sonnet-4-6', '2026-11-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-sonnet-4-5', '2026-11-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-sonnet-4', '2025-11-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-3-7-sonnet', '2025-11-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-3-5-sonnet', '2025-03-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-3-sonnet', '2025-03-20', [3, 3.75, 6, 0.3, 15]],
  ['claude-haiku-5-5', '2026-11-20', [0.1, 0.125, 0.2, 0.01, 0.5]],
  ['claude-haiku-4-5', '2026-11-20', [1, 1.25, 2, 0.1, 5]],
  ['claude-3-5-haiku', '2025-11-20', [0.8, 1, 1.6, 0.08, 4]],
  ['claude-3-haiku', '2025-03-20', [0.25, 0.3, 0.5, 0.03, 1.25]],
];

for (const [model, day, card] of cards) {
  test(`${model} on ${day} costs ${card.join(' / ')}`, () => {
    for (const [index, name] of cardClasses.entries()) {
      // Ten thousand tokens stay below every band.
      assert.equal(nano(book, { [name]: 10_000 }, model, day), usd(card[index]! / 100), name);
    }
  });
}

test('no model of the catalogue is missing from that table', () => {
  assert.deepEqual(
    bundledCatalogue.models.map(({ id }) => id).sort(),
    [...new Set(cards.map(([model]) => model))].sort(),
  );
});

const bands: [model: string, day: string, threshold: number, card: Card][] = [
  ['claude-haiku-5-5', '2026-11-20', 100_000, [0.5, 0.625, 1, 0.05, 2.5]],
  ['claude-opus-4-6', '2026-03-12', 200_000, [10, 12.5, 20, 1, 37.5]],
  ['claude-sonnet-4-6', '2026-03-12', 200_000, [6, 7.5, 12, 0.6, 22.5]],
  ['claude-sonnet-4-5', '2026-11-20', 200_000, [6, 7.5, 12, 0.6, 22.5]],
  ['claude-sonnet-4', '2025-11-20', 200_000, [6, 7.5, 12, 0.6, 22.5]],
];

for (const [model, day, threshold, card] of bands) {
  test(`${model} costs ${card.join(' / ')} strictly above ${threshold} prompt tokens`, () => {
    const low = cards.find(([name]) => name === model)![2];
    for (const [index, name] of cardClasses.entries()) {
      if (name === 'output') continue;
      const price = (tokens: number): number => nano(book, { [name]: tokens }, model, day);
      assert.equal(price(threshold), usd((low[index]! * threshold) / 1e6), name);
      assert.equal(price(threshold + 1), usd((card[index]! * (threshold + 1)) / 1e6), name);
    }
    const whole = { input: threshold - 10, cacheRead: 5, cacheWrite5m: 3, cacheWrite1h: 2 };
    const [input, write5m, write1h, read, output] = card;
    const { cacheRead: _, ...shorter } = whole;
    assert.ok(!row(book, { ...shorter, output: 900_000 }, model, day).includes('>'));
    assert.equal(
      nano(book, { ...whole, cacheRead: 6, output: 1000 }, model, day),
      usd(((threshold - 10) * input + 6 * read + 3 * write5m + 2 * write1h + 1000 * output) / 1e6),
      'one token too many moves every class',
    );
    assert.equal(
      row(book, { input: threshold + 1 }, model, day).split('>')[1],
      `${threshold / 1000}k`,
    );
  });
}

test('the flat models stay flat at a million tokens', () => {
  const banded = new Set(['claude-haiku-5-5', 'claude-sonnet-4-5', 'claude-sonnet-4']);
  for (const [model, , card] of cards.filter(([name]) => !banded.has(name))) {
    assert.equal(nano(book, { input: 1_000_000 }, model, '2026-11-20'), usd(card[0]), model);
  }
});

test('prices change at midnight UTC', () => {
  const long = { input: 240_000 };
  const change = 1_773_360_000_000;
  assert.equal(change, at('2026-03-13'));
  const price = (counts: object, model: string, ms: number): unknown => {
    const result = book.price(usage(counts), model, {}, ms);
    return result.kind === 'priced' ? [result.nanoUsd, result.row] : undefined;
  };
  assert.deepEqual(price(long, 'claude-sonnet-4-6', change - 1000), [
    usd(1.44),
    'claude-sonnet-4-6@2026-02-17>200k',
  ]);
  assert.deepEqual(price(long, 'claude-sonnet-4-6', change - 1), [
    usd(1.44),
    'claude-sonnet-4-6@2026-02-17>200k',
  ]);
  assert.deepEqual(price(long, 'claude-sonnet-4-6', change), [
    usd(0.72),
    'claude-sonnet-4-6@2026-03-13',
  ]);
  const read = { cacheRead: 1_000_000 };
  const october = at('2026-10-07');
  assert.deepEqual(price(read, 'claude-sonnet-5-5', october - 1), [
    usd(0.2),
    'claude-sonnet-5-5@2026-09-28',
  ]);
  assert.deepEqual(price(read, 'claude-sonnet-5-5', october), [
    usd(0.1),
    'claude-sonnet-5-5@2026-10-07',
  ]);
});

test('the first price of a model also holds for what is dated before it', () => {
  for (const when of ['1970-01-01', '2026-01-01', '2026-09-28']) {
    assert.equal(row(book, {}, 'claude-sonnet-5-5', when), 'claude-sonnet-5-5@2026-09-28');
  }
  assert.equal(row(book, {}, 'claude-sonnet-5-5', '2099-01-01'), 'claude-sonnet-5-5@2026-10-07');
});

test('sums others have published come out the same', () => {
  const million = Object.fromEntries(tokenClasses.map((name) => [name, 1_000_000]));
  const both = { input: 1_000_000, output: 1_000_000 };
  const day = '2026-11-20';
  assert.equal(nano(book, million, 'claude-sonnet-4-6', day), usd(28.05));
  assert.equal(nano(book, both, 'claude-opus-4-6', day), usd(30));
  assert.equal(nano(book, both, 'claude-opus-4-1', day), usd(90));
  assert.equal(nano(book, both, 'claude-haiku-4-5-20251001', day), usd(6));
  assert.equal(nano(book, { input: 1_000_000 }, 'claude-opus-4-8[1m]', day), usd(5));
  assert.equal(nano(book, { output: 1_000_000 }, 'claude-opus-4-8', day), usd(25));
  assert.equal(nano(book, { input: 300_000 }, 'claude-sonnet-4-5', day), usd(1.8));
  assert.equal(nano(book, { input: 200_000, output: 10_000 }, 'claude-sonnet-4', day), usd(0.75));
  assert.equal(nano(book, { input: 10_000, output: 300_000 }, 'claude-sonnet-4', day), usd(4.53));
  assert.equal(nano(book, { cacheWrite5m: 10, cacheWrite1h: 20 }, 'claude-fable-5', day), 525_000);
  const opus47 = { input: 1000, output: 500, cacheWrite5m: 500, cacheWrite1h: 1500 };
  assert.equal(nano(book, { ...opus47, cacheRead: 10_000 }, 'claude-opus-4-7', day), usd(0.040625));
  assert.equal(nano(book, { input: 50_000 }, 'claude-haiku-4-5', day), usd(0.05));
});

test('totals of real transcripts come out the same', () => {
  const totals: [string, number[], number][] = [
    ['claude-haiku-4-5', [82, 29, 0, 101_026, 531_565], 0.2554355],
    ['claude-opus-4-6', [4962, 95_379, 0, 2_395_531, 111_784_516], 82.256853],
    ['claude-opus-4-7', [1574, 128_455, 596_016, 681_952, 20_025_150], 23.77644],
    ['claude-opus-5-5', [2123, 19_421, 31_730, 15_862, 304_155], 0.743289],
  ];
  for (const [model, [input, output, cacheWrite5m, cacheWrite1h, cacheRead], dollars] of totals) {
    const counts = { input, output, cacheWrite5m, cacheWrite1h, cacheRead } as object;
    assert.equal(nano(book, counts, model, '2026-11-20'), usd(dollars), model);
  }
});
