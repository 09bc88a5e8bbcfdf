import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import type { Usage } from '../../../src/model/tokens.ts';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { dayStart } from '../../../src/pricing/days.ts';
import { describePriceChanges } from '../../../src/pricing/diffBooks.ts';
import { listPrices } from '../../../src/pricing/listPrices.ts';
import { normaliseModel } from '../../../src/pricing/matchModel.ts';
import others from '../../../src/pricing/otherVendors.json' with { type: 'json' };
import schema from '../../../src/pricing/otherVendors.schema.json' with { type: 'json' };
import type { OtherVendorsJson, RatesJson } from '../../../src/pricing/otherVendors.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { gradeOf, tierOf } from '../../../src/pricing/tiers.ts';
import { at, nano, row, usage } from './helpers.ts';

const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
const table = others as unknown as OtherVendorsJson;
const book = createPriceBook();

describe('a sum of requests', () => {
  const long = usage({ input: 300_000 });
  const atMs = at('2026-11-20');

  it('has no rates of long prompts, whatever its turns: nobody knows which were long', () => {
    const one = book.price(long, 'gpt-5.4', {}, atMs);
    const sum = book.price(long, 'gpt-5.4', { requests: 3 }, atMs);
    assert.ok(one.kind === 'priced' && sum.kind === 'priced');
    assert.equal(one.nanoUsd, 2 * sum.nanoUsd);
    // Nor where nobody knows of how many it is the sum.
    assert.deepEqual(book.price(long, 'gpt-5.4', { requests: 0 }, atMs), sum);
    assert.equal(one.row, `${sum.row}>272k`);
    assert.equal(book.cardOf(long, 'gpt-5.4', { requests: 3 }, atMs)?.row, sum.row);
    assert.deepEqual(
      book.bandsOf(long, 'gpt-5.4', { requests: 3 }, atMs)?.map(({ card }) => card.row),
      [sum.row],
    );
    assert.deepEqual(book.price(long, 'gpt-5.4', { requests: 1 }, atMs), one);
  });
});

describe('the table of other vendors’ models', () => {
  it('has the shape its schema describes', () => {
    assert.deepEqual(validator.safeParse(others).error?.issues ?? [], []);
  });

  it('is refused by the schema where it would price wrongly', () => {
    const [first] = table.models;
    const [price] = first!.rows;
    const rows = [
      { ...price, input: 5 },
      { ...price, output: '-5' },
      { ...price, cacheRead: '1e3' },
      { ...price, cached: '1' },
      { ...price, from: '9 November 2026' },
      { ...price, from: undefined },
      { ...price, above: { promptTokens: 272_000, input: '1' } },
      { ...price, above: [{ promptTokens: 272_000, input: '1', output: '2' }] },
    ];
    const models = [
      ...rows.map((bad) => ({ ...first, rows: [bad] })),
      { ...first, id: 'claude-gpt' },
      { ...first, aliases: ['claude-gpt'] },
      { ...first, provider: 'anthropic' },
      { ...first, tiers: { fast: '2' } },
      { ...first, rows: [] },
    ];
    for (const bad of models) {
      assert.equal(validator.safeParse({ ...others, models: [bad] }).success, false);
    }
    assert.equal(validator.safeParse({ ...others, models: [first] }).success, true);
  });

  it('has days of the calendar, rows that follow each other, and sources that are explained', () => {
    const used = new Set<string>();
    for (const { id, rows } of table.models) {
      const days = rows.map(({ from }) => from ?? '');
      assert.deepEqual(days, [...new Set(days)].sort(), id);
      for (const { from, checked, source } of rows) {
        if (from !== null) assert.notEqual(dayStart(from), undefined, id);
        assert.ok((from ?? '') <= checked, id);
        used.add(source);
      }
    }
    assert.deepEqual([...used].sort(), Object.keys(table.sources).sort());
    assert.notEqual(dayStart(table.checked), undefined);
  });

  it('has no name twice, and none of a Claude model', () => {
    const models = [...bundledCatalogue.models, ...bundledCatalogue.others!.models];
    const names = models.flatMap(({ id, aliases = [] }) =>
      [id, ...aliases].map((name) => normaliseModel(name).name),
    );
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});

const million = 1_000_000;
const fresh = { input: 100_000, cacheRead: 900_000, output: 10_000 };
const short = { input: 100_000, output: 10_000 };
const long = { input: 300_000, output: 1000 };
const cached = { input: 10_000, cacheRead: 100_000, cacheWrite5m: 100_000, output: 5000 };

/** Worked by hand from the published tables. */
const worked: [model: string, day: string, tier: string, counts: Partial<Usage>, usd: number][] = [
  // 0.1 × 1.25 + 0.9 × 0.125 + 0.01 × 10
  ['gpt-5', '2025-09-01', '', fresh, 0.3375],
  ['gpt-5', '2025-09-01', 'priority', fresh, 0.675],
  ['gpt-5', '2025-09-01', 'flex', fresh, 0.16875],
  // (0.25 + 0.1 × 2) × 1.8
  ['gpt-5-mini', '2026-01-01', 'priority', { input: million, output: 100_000 }, 0.81],
  // Nothing is told of priority for nano.
  ['gpt-5-nano', '2026-01-01', 'priority', { input: million }, 0.05],
  ['gpt-5-pro', '2026-01-01', '', { cacheRead: 10_000 }, 0.15],
  ['codex-mini-latest', '2025-06-01', '', { cacheRead: million }, 0.375],
  ['codex-mini', '2025-12-01', '', { cacheRead: million }, 0.025],
  // The band begins above 272,000 and takes the whole request.
  ['gpt-5.5', '2026-06-01', '', { input: 272_000, output: 1000 }, 1.39],
  ['gpt-5.5', '2026-06-01', '', { input: 272_001, output: 1000 }, 2.76501],
  ['gpt-5.5', '2026-06-01', 'priority', { input: 272_001, output: 1000 }, 6.912525],
  // 0.05 + 0.05 + 0.625 + 0.15; from the day of the cut 0.04 + 0.04 + 0.5 + 0.1
  ['gpt-5.6-sol', '2026-08-20', '', cached, 0.875],
  ['gpt-5.6-sol', '2026-08-21', '', cached, 0.68],
  ['gpt-5.6-sol', '2026-08-20', '', long, 3.045],
  ['gpt-5.6-sol', '2026-08-21', '', long, 2.43],
  ['gpt-5.6-sol', '2026-08-21', 'priority', long, 4.86],
  ['gpt-5.6-terra', '2026-07-29', '', short, 0.4],
  ['gpt-5.6-terra', '2026-07-30', '', short, 0.32],
  ['gpt-5.6-luna', '2026-07-29', '', short, 0.16],
  ['gpt-5.6-luna', '2026-07-30', '', short, 0.032],
  ['gpt-5.6-luna', '2026-07-30', 'flex', short, 0.016],
  ['gpt-5.6-luna', '2026-07-30', '', { input: 272_001, output: 1000 }, 0.1106004],
  ['gpt-6-astra', '2026-09-03', '', { input: 1000, cacheWrite1h: 2000, output: 100 }, 0.04],
  // A model's first price also holds for what is dated before it.
  ['gpt-6-astra', '2026-09-01', '', { input: 1000 }, 0.01],
  ['gpt-6-sol', '2026-09-22', 'batch', short, 0.15],
  ['gpt-6-luna', '2026-09-22', 'flex', { ...fresh, cacheRead: 172_000 }, 0.00836],
  ['gpt-6-luna', '2026-09-22', 'flex', { ...fresh, cacheRead: 172_001 }, 0.01547001],
  ['gpt-6.1-sol', '2026-09-29', '', { cacheRead: 100_000 }, 0.01],
  ['gpt-6.1-terra', '2026-10-26', '', short, 0.15],
  ['gpt-6.2-astra', '2026-11-20', '', short, 1.2],
  ['gpt-6.2-astra', '2026-11-20', 'batch', short, 0.6],
  ['gpt-4.1', '2025-10-01', 'priority', { input: million }, 3.5],
  ['gpt-4.1-nano', '2025-10-01', 'priority', { input: million }, 0.1],
  ['gpt-4o', '2025-10-01', 'batch', { cacheRead: million }, 0.625],
  // One date of the model had another price, and no rate for cache reads.
  ['gpt-4o-2024-05-13', '2025-10-01', '', { input: 1000, cacheRead: 1000 }, 0.01],
  ['gpt-4o-2024-08-06', '2025-10-01', '', { input: 1000, cacheRead: 1000 }, 0.00375],
  ['o3', '2025-10-01', 'flex', { input: million, output: 100_000 }, 1.4],
  ['gemini-2.5-pro', '2026-01-01', '', { input: 200_000, output: 1000 }, 0.26],
  ['gemini-2.5-pro', '2026-01-01', 'batch', { input: 200_001, output: 1000 }, 0.5150025],
  ['grok-4.7', '2026-11-01', '', { input: 250_000, output: 1000 }, 1.012],
  ['text-embedding-3-small', '2026-11-01', '', { input: million }, 0.02],
  ['text-embedding-3-large', '2026-11-01', 'batch', { input: million }, 0.065],
  ['models/gemini-embedding-001', '2026-11-01', '', { input: million }, 0.15],
  // No rate of its own for writes: the input rate, whatever the lifetime.
  ['kimi-k3', '2026-11-01', '', { cacheWrite5m: 50_000, cacheWrite1h: 50_000 }, 0.3],
  ['mai-code-2-flash', '2026-11-01', '', { output: million }, 0.25],
];

describe('a model on the user’s own hardware', () => {
  const day = '2026-11-20';
  const counts = { input: 1000, output: 1000 };

  it('costs nothing, searches included, by a row of the list, under its own name and in a tier of its own', () => {
    const searched = usage({ ...counts, webSearches: 5 });
    const price = book.price(searched, 'local/qwen3-coder:30b', {}, at(day));
    assert.ok(price.kind === 'priced');
    assert.deepEqual(
      [price.nanoUsd, price.model, price.row],
      [0, 'local/qwen3-coder:30b', 'local'],
    );
    assert.equal(book.modelId('local/qwen3-coder:30b'), 'local/qwen3-coder:30b');
    assert.equal(tierOf('local/qwen3-coder:30b', book), 'local');
    assert.equal(book.cardOfRow('local')?.row, 'local');
  });

  it('has no price where nobody says it is local', () => {
    assert.equal(book.price(usage(counts), 'qwen3-coder:30b', {}, at(day)).kind, 'unpriced');
  });

  it('costs what the list says where a gateway on this machine sells it', () => {
    for (const model of ['gpt-5', 'openai/gpt-5', 'claude-opus-5-5', 'anthropic/claude-opus-5-5']) {
      assert.deepEqual(
        book.price(usage(counts), `local/${model}`, {}, at(day)),
        book.price(usage(counts), model, {}, at(day)),
        model,
      );
    }
  });

  it('costs what its user says, whether of one or of all', () => {
    const own = createPriceBook(
      parsePriceOverrides({
        models: {
          local: { input: 0.1, output: 0.2 },
          'llama4:70b': { input: 1, output: 2 },
        },
      }).overrides,
    );
    assert.equal(nano(own, counts, 'local/qwen3-coder:30b', day), 300_000);
    assert.equal(tierOf('local/qwen3-coder:30b', own), 'local');
    assert.equal(nano(own, counts, 'local/llama4:70b', day), 3_000_000);
  });
});

describe('prices of other vendors’ models', () => {
  for (const [model, day, tier, counts, usd] of worked) {
    it(`${model} on ${day}${tier === '' ? '' : `, ${tier}`}: ${JSON.stringify(counts)} is $${usd}`, () => {
      assert.equal(nano(book, counts, model, day, { tier }), Math.round(usd * 1e9));
    });
  }

  it('name the row by period, band and tier', () => {
    const rowOf = (counts: Partial<Usage>, model: string, day: string, tier?: string): string =>
      row(book, counts, model, day, { tier });
    assert.equal(rowOf(short, 'gpt-5.6-sol', '2026-08-20'), 'gpt-5.6-sol');
    assert.equal(rowOf(short, 'gpt-5.6-sol', '2026-08-21'), 'gpt-5.6-sol@2026-08-21');
    const above = 'gpt-5.6-sol@2026-08-21>272k+priority';
    assert.equal(rowOf(long, 'gpt-5.6', '2026-08-21', 'priority'), above);
    assert.equal(rowOf(long, 'gpt-5.6', '2026-08-21', 'fast'), above);
    assert.equal(rowOf(short, 'gpt-5', '2026-08-21', 'flex'), 'gpt-5+flex');
    assert.equal(rowOf(short, 'gpt-5', '2026-08-21', 'batch'), 'gpt-5+batch');
    for (const tier of ['', 'default', 'auto', 'standard', undefined]) {
      assert.equal(rowOf(short, 'gpt-5', '2026-08-21', tier), 'gpt-5');
    }
    // What the model has no factor for is not named.
    for (const tier of ['batch', 'priority', 'flex']) {
      assert.equal(rowOf(short, 'gemini-2.5-pro', '2026-08-21', tier), 'gemini-2.5-pro');
    }
    assert.equal(rowOf(short, 'gpt-5-pro', '2026-08-21', 'flex'), 'gpt-5-pro');
  });

  it('change at midnight UTC', () => {
    const price = (ms: number): unknown => {
      const found = book.price(usage(short), 'gpt-5.6-luna', {}, ms);
      return found.kind === 'priced' && [found.row, found.nanoUsd];
    };
    const cut = at('2026-07-30');
    assert.deepEqual(price(cut - 1), ['gpt-5.6-luna', 160_000_000]);
    assert.deepEqual(price(cut), ['gpt-5.6-luna@2026-07-30', 32_000_000]);
  });

  it('are those of the table, for every model, row, band and tier', () => {
    const tokens = fc.oneof(fc.nat(3), fc.nat(150_000), fc.nat(2_000_000));
    const model = fc.constantFrom(...table.models);
    const days = table.models.flatMap(({ rows }) => rows.flatMap(({ from }) => from ?? []));
    const moments = [...new Set(days)].flatMap((day) => [at(day) - 1, at(day)]);
    const when = fc.oneof(
      fc.constantFrom(...moments),
      fc.integer({ min: at('2025-01-01'), max: at('2027-01-01') }),
    );
    const reached = new Set<string>();
    fc.assert(
      fc.property(
        model,
        when,
        fc.constantFrom('', 'priority', 'flex', 'batch'),
        fc.record({
          input: tokens,
          output: tokens,
          cacheRead: tokens,
          cacheWrite5m: tokens,
          cacheWrite1h: tokens,
          webSearches: fc.constant(0),
        }),
        ({ id, rows, tiers = {} }, ms, tier, counts) => {
          const day = new Date(ms).toISOString().slice(0, 10);
          const period = rows.findLast(({ from }) => from === null || from <= day) ?? rows[0]!;
          const writes = counts.cacheWrite5m + counts.cacheWrite1h;
          const prompt = counts.input + counts.cacheRead + writes;
          const isLong = period.above !== undefined && prompt > period.above.promptTokens;
          const rates: RatesJson = isLong ? period.above! : period;
          const factor = tiers[tier as keyof typeof tiers] ?? '1';
          const sum =
            BigInt(counts.input) * micro(rates.input) +
            BigInt(counts.output) * micro(rates.output) +
            BigInt(counts.cacheRead) * micro(rates.cacheRead ?? rates.input) +
            BigInt(writes) * micro(rates.cacheWrite ?? rates.input);
          // Rates are in millionths, so is the factor: a nano-dollar is 10^9 of the product.
          const unit = 1_000_000_000n;
          const expected = (2n * sum * micro(factor) + unit) / (2n * unit);
          const found = book.price(counts, id, { tier }, ms);
          assert.ok(found.kind === 'priced');
          assert.equal(BigInt(found.nanoUsd), expected, `${found.row} ${JSON.stringify(counts)}`);
          assert.equal(found.otherVendor, true);
          reached.add(found.row);
        },
      ),
      { numRuns: 20_000 },
    );
    assert.ok(reached.size > 200, `${reached.size} rows`);
  });

  it('are laid under a user’s own, which keep tiers and what they do not name', () => {
    const { overrides, problems } = parsePriceOverrides({
      models: { 'gpt-5.6-luna': { input: 0.1, from: '2026-10-01' } },
    });
    assert.deepEqual(problems, []);
    const own = createPriceBook(overrides);
    const name = 'gpt-5.6-luna@2026-10-01+override+priority';
    const traits = { tier: 'priority' };
    assert.equal(row(own, short, 'openai/gpt-5.6-luna', '2026-11-01', traits), name);
    // (0.1 × 0.1 + 0.01 × 1.2) × 2
    assert.equal(nano(own, short, 'gpt-5.6-luna', '2026-11-01', traits), 44_000_000);
    assert.equal(nano(own, { cacheRead: 100_000 }, 'gpt-5.6-luna', '2026-11-01'), 2_000_000);
    assert.equal(row(own, short, 'gpt-5.6-luna', '2026-09-30'), 'gpt-5.6-luna@2026-07-30');
    assert.deepEqual(describePriceChanges(book, own), [
      'gpt-5.6-luna from 2026-10-01: input $0.20 → $0.10, input above 272000 prompt tokens $0.40 → $0.10',
    ]);
  });

  it('may be the user’s for a name behind a path alone', () => {
    const { overrides } = parsePriceOverrides({ models: { 'at-home/gpt-5': { local: true } } });
    const own = createPriceBook(overrides);
    assert.equal(nano(own, short, 'at-home/gpt-5', '2026-11-01'), 0);
    assert.equal(nano(own, short, 'openai/gpt-5', '2026-11-01'), 225_000_000);
  });

  it('are another catalogue’s by their tiers too', () => {
    const { others: known } = bundledCatalogue;
    const models = known!.models.map((model) =>
      model.id === 'gpt-5' ? { ...model, tiers: { priority: '3', batch: '0.5' } } : model,
    );
    const newer = createPriceBook(undefined, {
      ...bundledCatalogue,
      others: { ...known!, models },
    });
    assert.notEqual(newer.revision, book.revision);
    assert.deepEqual(describePriceChanges(book, newer), [
      'gpt-5: priority ×2 → ×3, flex ×0.5 → not offered',
    ]);
  });
});

/** A decimal of at most six places in millionths. */
function micro(text: string): bigint {
  const [whole, fraction = ''] = text.split('.');
  assert.ok(fraction.length <= 6, text);
  return BigInt(whole! + fraction.padEnd(6, '0'));
}

describe('other vendors’ models', () => {
  it('have a grade by their input rate', () => {
    const expected = new Map([
      ['gpt-5', 'standard'],
      ['gpt-5-mini', 'mini'],
      ['gpt-5.6-sol', 'premium'],
      ['gpt-6-sol', 'standard'],
      ['gpt-6.1-terra', 'mini'],
      ['gpt-6-astra', 'premium'],
      ['gemini-2.5-pro', 'standard'],
      ['grok-4.7', 'standard'],
      ['mai-code-2', 'mini'],
      ['text-embedding-3-large', 'mini'],
    ]);
    for (const [model, tier] of expected) {
      assert.equal(tierOf(model, book), tier, model);
      assert.equal(gradeOf(tierOf(`openai/${model}`, book)), tier, model);
    }
    for (const { id, provider } of table.models) {
      if (provider === 'local') assert.equal(tierOf(id, book), 'local');
      else assert.ok(['mini', 'standard', 'premium'].includes(tierOf(id, book)), id);
    }
  });

  it('are listed behind Claude’s, vendor by vendor, with their tiers and who says so', () => {
    const list = listPrices(book);
    const providers = [...new Set(list.map(({ provider }) => provider))];
    const vendors = ['openai', 'google', 'xai', 'moonshot', 'microsoft', 'local'];
    assert.deepEqual(providers, ['anthropic', ...vendors]);
    const order = list.map(({ provider }) => providers.indexOf(provider));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    const { row, from, until, batch, priority, flex, fast, usGeo, source, checked } = list.findLast(
      ({ model }) => model === 'gpt-5.6-sol',
    )!;
    assert.deepEqual([row, from, until], ['gpt-5.6-sol@2026-08-21', '2026-08-21', null]);
    assert.deepEqual([batch, priority, flex, fast, usGeo], [0.5, 2, 0.5, null, null]);
    assert.deepEqual([source, checked], [table.sources['openai-august'], '2026-11-29']);
  });
});
