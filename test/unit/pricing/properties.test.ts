import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RequestTraits } from '../../../src/model/price.ts';
import type { Usage } from '../../../src/model/tokens.ts';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { decimal, decimalText } from '../../../src/pricing/decimal.ts';
import { createPriceBook, type RateBook } from '../../../src/pricing/priceBook.ts';
import { costOf, exactCostOf, type RateCard, rateCard } from '../../../src/pricing/rateCard.ts';
import { usage } from './helpers.ts';

const keys = [
  'input',
  'output',
  'cacheWrite5m',
  'cacheWrite1h',
  'cacheRead',
  'webSearches',
] as const;
const contract = createPriceBook({ rows: [], multiplier: '0.873214567' });
const models = fc.constantFrom(
  ...bundledCatalogue.models.flatMap(({ id }) => [id, `us.anthropic.${id}-v1:0`]),
);
const traits: fc.Arbitrary<RequestTraits> = fc.record({
  speed: fc.constantFrom('fast', 'standard', undefined),
  geo: fc.constantFrom('us', 'global', undefined),
  tier: fc.constantFrom('batch', 'standard', undefined),
});
const times = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2027, 0) });
const books = fc.constantFrom(createPriceBook(), contract);

function usages(max: number): fc.Arbitrary<Usage> {
  const count = fc.integer({ min: 0, max });
  return fc.record({
    input: count,
    output: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    cacheRead: count,
    webSearches: count,
  });
}

/** The cost by another way: fractions of whole numbers from the published texts alone. */
function cards(book: RateBook): fc.Arbitrary<RateCard> {
  const periods = [...book.table.models.values()].flatMap((model) => model.periods);
  return fc
    .tuple(fc.constantFrom(...periods), fc.subarray(['6', '2', '1.1', '0.5']))
    .map(([period, factors]) => rateCard('row', period.rates, period, factors.map(decimal)));
}

test('ordinary numbers and big integers give the same cost', () => {
  fc.assert(
    fc.property(
      fc.oneof(cards(createPriceBook()), cards(contract)),
      usages(20_000_000),
      (card, used) => {
        assert.equal(costOf(card, used), exactCostOf(card, used));
      },
    ),
    { numRuns: 2000 },
  );
});

test('they do so around the largest sum numbers carry as well', () => {
  const card = rateCard(
    'row',
    {
      input: decimal('0.0001'),
      output: decimal('0.125'),
      cacheWrite5m: decimal('0'),
      cacheWrite1h: decimal('0'),
      cacheRead: decimal('0'),
    },
    [...createPriceBook().table.models.values()][0]!.periods[0]!,
    [decimal('1.1')],
  );
  assert.equal(card.scale, 100);
  assert.equal(card.input, 11);
  const edge = Math.floor(Number.MAX_SAFE_INTEGER / 11);
  for (let step = -50; step <= 50; step += 1) {
    const used = usage({ input: edge + step });
    assert.equal(costOf(card, used), exactCostOf(card, used), String(step));
  }
});

test('a cost is rounded half up from the exact product', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5_000_000 }),
      fc.constantFrom('0.01', '0.125', '0.03', '31.25'),
      fc.constantFrom('1', '1.1', '0.5', '0.9', '0.123456789'),
      (tokens, rate, factor) => {
        const period = [...createPriceBook().table.models.values()][0]!.periods[0]!;
        const card = rateCard('row', { ...period.rates, cacheRead: decimal(rate) }, period, [
          decimal(factor),
        ]);
        const [whole, fraction = ''] = decimalText(decimal(rate)).split('.');
        const [factorWhole, factorFraction = ''] = factor.split('.');
        // rate × factor × 1000 × tokens as a fraction, rounded by integer division.
        const top =
          BigInt(whole + fraction) * BigInt(factorWhole + factorFraction) * 1000n * BigInt(tokens);
        const bottom = 10n ** BigInt(fraction.length + factorFraction.length);
        assert.equal(
          costOf(card, usage({ cacheRead: tokens })),
          Number((top * 2n + bottom) / (bottom * 2n)),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

test('every priced cost is a whole, non-negative number', () => {
  const wild = fc.oneof(
    usages(Number.MAX_SAFE_INTEGER),
    usages(100),
    fc.record(
      Object.fromEntries(keys.map((key) => [key, fc.double()])),
    ) as unknown as fc.Arbitrary<Usage>,
  );
  fc.assert(
    fc.property(
      books,
      wild,
      fc.oneof(models, fc.string()),
      traits,
      fc.oneof(times, fc.double()),
      (book, used, model, request, ms) => {
        const price = book.price(used, model, request, ms);
        if (price.kind === 'unpriced') assert.equal(price.model, model);
        else assert.ok(Number.isSafeInteger(price.nanoUsd) && price.nanoUsd >= 0);
      },
    ),
    { numRuns: 3000 },
  );
});

test('what is not a count has no price', () => {
  const book = createPriceBook();
  for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) {
    const price = book.price(usage({ input: bad }), 'claude-opus-5-5', {}, Date.UTC(2026, 10));
    assert.equal(price.kind, 'unpriced', String(bad));
  }
});

test('two parts of a request cost what the whole costs, to within the rounding', () => {
  fc.assert(
    fc.property(
      books,
      usages(15_000),
      usages(15_000),
      models,
      traits,
      times,
      (book, a, b, model, request, ms) => {
        // Sixty thousand prompt tokens each: together above one band at most, so only equal rows compare.
        const whole = usage(Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])));
        const [one, two, both] = [a, b, whole].map((used) => book.price(used, model, request, ms));
        assert.ok(one?.kind === 'priced' && two?.kind === 'priced' && both?.kind === 'priced');
        if (one.row !== both.row || two.row !== both.row) return;
        assert.ok(Math.abs(both.nanoUsd - one.nanoUsd - two.nanoUsd) <= 1);
      },
    ),
    { numRuns: 1000 },
  );
});

test('one token more never costs less', () => {
  fc.assert(
    fc.property(
      books,
      usages(110_000),
      fc.constantFrom(...keys),
      models,
      traits,
      times,
      (book, used, key, model, request, ms) => {
        const less = book.price(used, model, request, ms);
        const more = book.price({ ...used, [key]: used[key] + 1 }, model, request, ms);
        assert.ok(less.kind === 'priced' && more.kind === 'priced');
        assert.ok(more.nanoUsd >= less.nanoUsd);
      },
    ),
    { numRuns: 1000 },
  );
});

test('a book gives one answer whatever it was asked before', () => {
  const asked = createPriceBook();
  fc.assert(
    fc.property(usages(200_000), models, traits, times, (used, model, request, ms) => {
      assert.deepEqual(
        asked.price(used, model, request, ms),
        createPriceBook().price(used, model, request, ms),
      );
    }),
    { numRuns: 200 },
  );
});

test('endless made-up models do not disturb the known ones', () => {
  const book = createPriceBook();
  for (let index = 0; index < 10_000; index += 1) {
    assert.equal(book.price(usage({ input: 1 }), `made-up-${index}`, {}, 0).kind, 'unpriced');
  }
  const price = book.price(usage({ input: 1 }), 'claude-opus-5-5', {}, 0);
  assert.equal(price.kind === 'priced' && price.nanoUsd, 4000);
});
