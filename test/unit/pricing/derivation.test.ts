import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { combineUsage, noUsage, type Usage } from '../../../src/model/tokens.ts';
import { decimal, decimalText, plus, roundedTo } from '../../../src/pricing/decimal.ts';
import { derivationOf } from '../../../src/pricing/derivation.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook, type RateBook } from '../../../src/pricing/priceBook.ts';

const day = Date.UTC(2026, 10, 20);
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 300) * 5;

const { overrides: own } = parsePriceOverrides({
  multiplier: 0.87,
  models: {
    'claude-opus-4-7': { input: 4.4, output: 21.37, multiplier: 1.003 },
    'glm-4.7': { input: 0.6, output: 2.2 },
  },
});
const books: readonly RateBook[] = [createPriceBook(), createPriceBook(own)];
const models = [...books[1]!.table.models.keys(), 'nobody-knows'];

const tokens = fc.oneof(fc.nat(5), fc.nat(3_000_000), fc.constant(0), fc.nat(2 ** 40));
const usage: fc.Arbitrary<Usage> = fc.record({
  input: tokens,
  output: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  cacheRead: tokens,
  webSearches: fc.nat(20),
});
const traits = fc.record({
  speed: fc.constantFrom('', 'standard', 'fast'),
  geo: fc.constantFrom('', 'us', 'global'),
  tier: fc.constantFrom('', 'standard', 'batch', 'priority', 'flex', 'fast'),
});
const written = fc
  .tuple(fc.constantFrom('', 'us.anthropic.', 'eu.anthropic.'), fc.constantFrom(...models))
  .map(([prefix, model]) => prefix + model);

describe('a derivation', () => {
  it('comes to what the price book says, to the last digit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...books),
        written,
        traits,
        fc.array(usage, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: Date.UTC(2024, 0), max: day }),
        (book, model, requestTraits, turns, at) => {
          const whole = turns.reduce((a, b) => combineUsage(a, b), noUsage);
          const iterations = turns.length > 1 ? turns : [];
          const price = book.price(whole, model, requestTraits, at, iterations);
          const asked = { usage: whole, iterations, written: model, traits: requestTraits, at };
          const derived = derivationOf(book, asked);
          if (price.kind === 'unpriced') {
            // An amount that is too large has no price, and more digits than a number carries.
            assert.ok(derived === undefined || derived.nano > Number.MAX_SAFE_INTEGER);
            return;
          }
          assert.equal(derived?.nano, price.nanoUsd);
          assert.equal(derived?.bands[0]?.row, price.row);
          assert.equal(derived?.bands[1]?.row, price.above?.row);
          assert.equal(derived?.model, price.model);
        },
      ),
      { numRuns: runs },
    );
  });

  it('names rates, factors and products as they are added up', () => {
    const derived = derivationOf(books[0]!, {
      usage: { ...noUsage, input: 3, output: 7, webSearches: 2 },
      iterations: [],
      written: 'claude-opus-4-8',
      traits: { speed: 'fast', geo: 'us' },
      at: day,
    })!;
    const [band] = derived.bands;
    assert.deepEqual(
      band!.factors.map(({ trait, factor }) => [trait, decimalText(factor)]),
      [
        ['fast', '2'],
        ['us', '1.1'],
      ],
    );
    assert.deepEqual(
      band!.lines.map(({ key, count, rate, per, dollars }) => [
        ...[key, count, decimalText(rate), per, decimalText(dollars)],
      ]),
      [
        ['input', 3, '5', 1_000_000, '0.000033'],
        ['output', 7, '25', 1_000_000, '0.000385'],
        // The fee for a search knows neither speed nor region.
        ['webSearches', 2, '10', 1000, '0.02'],
      ],
    );
    assert.equal(decimalText(derived.dollars), '0.020418');
    assert.equal(derived.nano, 20_418_000);
  });

  it('names the tier of another vendor’s model and its band', () => {
    const derived = derivationOf(books[0]!, {
      usage: { ...noUsage, input: 2001, cacheRead: 270_000, cacheWrite5m: 300, output: 10 },
      iterations: [],
      written: 'openai/gpt-5.6-sol',
      traits: { tier: 'priority' },
      at: day,
    })!;
    const [band] = derived.bands;
    assert.equal(derived.model, 'gpt-5.6-sol');
    assert.equal(band!.row, 'gpt-5.6-sol@2026-08-21>272k+priority');
    assert.equal(band!.above, 272_000);
    assert.deepEqual(
      band!.factors.map(({ trait, factor }) => [trait, decimalText(factor)]),
      [['priority', '2']],
    );
    assert.deepEqual(
      band!.lines.map(({ key, count, rate, dollars }) => [
        ...[key, count, decimalText(rate), decimalText(dollars)],
      ]),
      [
        ['input', 2001, '8', '0.032016'],
        ['output', 10, '30', '0.0006'],
        ['cacheWrite5m', 300, '10', '0.006'],
        ['cacheRead', 270_000, '0.8', '0.432'],
      ],
    );
    assert.equal(derived.nano, 470_616_000);
  });
});

describe('decimals', () => {
  it('are added exactly, and rounded half up', () => {
    assert.equal(decimalText(plus(decimal('0.1'), decimal('0.2'))), '0.3');
    assert.equal(
      decimalText(plus(decimal('1'), decimal('0.000000000000001'))),
      '1.000000000000001',
    );
    for (const [text, places, expected] of [
      ['0.5', 0, 1n],
      ['0.49999', 0, 0n],
      ['1.0000000005', 9, 1_000_000_001n],
      ['1.00000000049', 9, 1_000_000_000n],
      ['3', 2, 300n],
    ] as const) {
      assert.equal(roundedTo(decimal(text), places), expected, text);
    }
  });
});
