import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ClientPriceList, ClientPriceSource } from '../../../src/model/clientPrices.ts';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { clientModels, extendCatalogue } from '../../../src/pricing/clientModels.ts';
import { describePriceChanges } from '../../../src/pricing/diffBooks.ts';
import { listPrices, type PriceListing } from '../../../src/pricing/listPrices.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook, type RateBook } from '../../../src/pricing/priceBook.ts';
import { tierOf } from '../../../src/pricing/tiers.ts';
import { at, nano, row, usage } from './helpers.ts';

const served = {
  inputTokens: 5,
  outputTokens: 25,
  promptCacheWriteTokens: 6.25,
  promptCacheReadTokens: 0.5,
};
const managed = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.4 };
const day = '2026-12-24';
const million = { input: 1_000_000 };
const plain = createPriceBook();

function list(data: unknown, source: ClientPriceSource = 'client'): ClientPriceList {
  return { source, data };
}

function bookOf(lists: readonly ClientPriceList[], own: unknown = {}): RateBook {
  return createPriceBook(parsePriceOverrides(own).overrides, extendCatalogue(clientModels(lists)));
}

function idsOf(data: unknown, source?: ClientPriceSource): string[] {
  return clientModels([list(data, source)]).map(({ id }) => id);
}

function isUnpriced(book: RateBook, model: string, speed?: string): boolean {
  return book.price(usage(million), model, { speed }, at(day)).kind === 'unpriced';
}

function listed(book: RateBook): PriceListing {
  return listPrices(book).find(({ model }) => model === 'claude-opus-9')!;
}

describe('a model only Claude Code has a price of', () => {
  const book = bookOf([list({ 'claude-opus-9': served })]);

  it('is priced by it, whenever it was used, and the row says whose price it is', () => {
    assert.equal(nano(book, million, 'claude-opus-9', day), 5e9);
    assert.equal(nano(book, { output: 1_000_000 }, 'claude-opus-9', '2024-01-01'), 25e9);
    assert.equal(nano(book, { cacheWrite5m: 1_000_000 }, 'claude-opus-9', day), 6.25e9);
    assert.equal(nano(book, { cacheRead: 1_000_000 }, 'claude-opus-9', day), 0.5e9);
    assert.equal(nano(book, { webSearches: 1000 }, 'claude-opus-9', day), 10e9);
    assert.equal(row(book, million, 'claude-opus-9-20261220[1m]', day), 'claude-opus-9@client');
    assert.equal(isUnpriced(plain, 'claude-opus-9'), true);
  });

  it('costs twice its input for an hour in the cache, unless the list says otherwise', () => {
    const hour = { cacheWrite1h: 1_000_000 };
    assert.equal(nano(book, hour, 'claude-opus-9', day), 10e9);
    const told = bookOf([list({ 'claude-opus-9': { ...served, promptCacheWrite1hTokens: 7 } })]);
    assert.equal(nano(told, hour, 'claude-opus-9', day), 7e9);
  });

  it('costs a tenth more in the United States and in a region of Bedrock', () => {
    assert.equal(nano(book, million, 'claude-opus-9', day, { geo: 'us' }), 5.5e9);
    assert.equal(
      row(book, million, 'claude-opus-9', day, { geo: 'us' }),
      'claude-opus-9@client+us',
    );
    const bedrock = 'eu.anthropic.claude-opus-9-v1:0';
    assert.equal(row(book, million, bedrock, day), 'claude-opus-9@client+region');
  });

  it('is listed as what it is', () => {
    const { origin, row, from, until, source, checked, tier } = listed(book);
    assert.deepEqual(
      { origin, row, from, until, checked, tier },
      {
        ...{ origin: 'client', row: 'claude-opus-9@client', from: null, until: null },
        ...{ checked: null, tier: 'opus' },
      },
    );
    assert.match(source!, /^Claude Code's own price, as served to it/);
    assert.deepEqual(describePriceChanges(plain, book).length, 1);
    assert.equal(book.cardOfRow('claude-opus-9@client+us')?.row, 'claude-opus-9@client+us');
  });

  it('is reconciled with what Claude Code itself reckons: it is in the list price', () => {
    const dearer = bookOf([list({ 'claude-opus-9': served })], { multiplier: 2 });
    const price = dearer.listPrice(usage(million), 'claude-opus-9', {}, at(day));
    assert.equal(price.kind === 'priced' && price.nanoUsd, 5e9);
    assert.equal(row(dearer, million, 'claude-opus-9', day), 'claude-opus-9@client*2');
  });

  it('has the tier of its family, else that of its rate', () => {
    const others = bookOf([
      list({ 'claude-nova-1': served, 'claude-nova-2': { ...served, inputTokens: 1 } }),
    ]);
    assert.equal(tierOf('claude-opus-9', book), 'opus');
    assert.equal(tierOf('claude-nova-1', others), 'premium');
    assert.equal(tierOf('claude-nova-2', others), 'mini');
  });

  it('costs what the user says, and where the user says nothing what Claude Code does', () => {
    const own = { models: { 'claude-opus-9': { input: 1, output: 2, from: '2026-12-25' } } };
    const mine = bookOf([list({ 'claude-opus-9': served })], own);
    assert.equal(row(mine, million, 'claude-opus-9', day), 'claude-opus-9@client');
    assert.equal(nano(mine, million, 'claude-opus-9', '2026-12-25'), 1e9);
    assert.equal(nano(mine, { cacheRead: 1_000_000 }, 'claude-opus-9', '2026-12-25'), 0.5e9);
    const always = bookOf([list({ 'claude-opus-9': served })], {
      models: { 'claude-opus-9': { input: 1, output: 2 } },
    });
    assert.equal(row(always, million, 'claude-opus-9', day), 'claude-opus-9@client+override');
  });
});

describe('what a list says beside the five rates', () => {
  it('is another price for long prompts', () => {
    const longPrompt = { ...served, abovePromptTokens: 200_000, inputTokens: 10 };
    const book = bookOf([list({ 'claude-opus-9': { ...served, longPrompt } })]);
    assert.equal(nano(book, { input: 200_000 }, 'claude-opus-9', day), 1e9);
    assert.equal(nano(book, { input: 200_001 }, 'claude-opus-9', day), 2_000_010_000);
    assert.equal(row(book, million, 'claude-opus-9', day), 'claude-opus-9@client>200k');
    // Twice the input of its own band.
    assert.equal(nano(book, { cacheWrite1h: 1_000_000 }, 'claude-opus-9', day), 20e9);
  });

  it('is a price for web searches', () => {
    const book = bookOf([list({ 'claude-opus-9': { ...served, webSearchRequests: 0.014 } })]);
    assert.equal(nano(book, { webSearches: 1 }, 'claude-opus-9', day), 14_000_000);
  });

  it('is a factor for fast mode, where every rate is the same multiple', () => {
    const fast = {
      inputTokens: 30,
      outputTokens: 150,
      promptCacheWriteTokens: 37.5,
      promptCacheReadTokens: 3,
    };
    const book = bookOf([list({ 'claude-opus-9': { ...served, fast } })]);
    assert.equal(nano(book, million, 'claude-opus-9', day, { speed: 'fast' }), 30e9);
    assert.equal(
      row(book, million, 'claude-opus-9', day, { speed: 'fast' }),
      'claude-opus-9@client+fast',
    );
    for (const odd of [{ promptCacheReadTokens: 0.5 }, { promptCacheWrite1hTokens: 61 }]) {
      const own = bookOf([list({ 'claude-opus-9': { ...served, fast: { ...fast, ...odd } } })]);
      assert.equal(isUnpriced(own, 'claude-opus-9', 'fast'), true, 'better none than a wrong one');
      assert.equal(isUnpriced(own, 'claude-opus-9'), false);
      assert.equal(listed(own).fastUnpriced, true);
      assert.notEqual(own.revision, book.revision);
      assert.match(describePriceChanges(book, own).join(), /fast mode ×6 → unpriced/);
    }
  });

  it('is nothing in managed settings: charged as written, both lifetimes alike', () => {
    const data = { multiplier: 0.5, overrides: { 'claude-opus-9': managed } };
    const book = bookOf([list(data, 'managed')]);
    const traits = { speed: 'fast', geo: 'us' };
    assert.equal(nano(book, million, 'claude-opus-9', day, traits), 4e9);
    assert.equal(row(book, million, 'claude-opus-9', day, traits), 'claude-opus-9@managed');
    assert.equal(nano(book, { cacheWrite1h: 1_000_000 }, 'claude-opus-9', day), 5e9);
    assert.equal(nano(book, { cacheWrite5m: 1_000_000 }, 'claude-opus-9', day), 5e9);
    assert.equal(listed(book).origin, 'managed');
  });
});

describe('of several prices', () => {
  it('the first list has the say', () => {
    const lists = [
      list({ overrides: { 'claude-opus-9': managed } }, 'managed'),
      list({ 'claude-opus-9': served, 'claude-opus-10': served }),
      list({ 'claude-opus-10': { ...served, inputTokens: 99 } }),
    ];
    const book = bookOf(lists);
    assert.equal(row(book, million, 'claude-opus-9', day), 'claude-opus-9@managed');
    assert.equal(nano(book, million, 'claude-opus-10', day), 5e9);
  });

  it('a model of the catalogue keeps its own, however it is written', () => {
    const known = bundledCatalogue.models.flatMap(({ id, aliases = [] }) => [
      ...[id, `${id}-20991231`, `${id}[1m]`, id.toUpperCase(), `anthropic/${id}`],
      ...[`us.anthropic.${id}-v1:0`, ...aliases],
    ]);
    const data = Object.fromEntries(known.map((name) => [name, served]));
    assert.deepEqual(clientModels([list(data), list({ overrides: data }, 'managed')]), []);
  });
});

describe('what cannot be used', () => {
  it('is left out as a whole, and the others hold', () => {
    const band = { ...served, abovePromptTokens: 200_000 };
    const hostile: unknown[] = [
      ...[null, undefined, 7, 'x', true, [], [served], {}],
      { ...served, inputTokens: '5' },
      { ...served, outputTokens: -1 },
      { ...served, outputTokens: null },
      { ...served, promptCacheWriteTokens: Number.NaN },
      { ...served, promptCacheReadTokens: Number.POSITIVE_INFINITY },
      { ...served, inputTokens: 1e300 },
      { ...served, inputTokens: 0.000005 },
      { ...served, inputTokens: 0, outputTokens: 0 },
      { ...served, promptCacheWrite1hTokens: null },
      { ...served, webSearchRequests: '0.01' },
      { ...served, webSearchRequests: -1 },
      ...[null, 3, {}, served].map((longPrompt) => ({ ...served, longPrompt })),
      ...[0, -1, 1.5, 1e300, '200000'].map((abovePromptTokens) => ({
        ...served,
        longPrompt: { ...band, abovePromptTokens },
      })),
      ...[null, [], {}, { ...served, inputTokens: 'x' }].map((fast) => ({ ...served, fast })),
    ];
    hostile.forEach((entry, index) => {
      const ids = idsOf({ 'claude-opus-9': entry, 'claude-opus-10': served });
      assert.deepEqual(ids, ['claude-opus-10'], `${index}: ${JSON.stringify(entry)}`);
    });
    for (const key of ['input', 'output', 'cacheWrite', 'cacheRead']) {
      for (const value of [undefined, null, '4', -4, 1e9]) {
        const entry = { ...managed, [key]: value };
        const ids = idsOf({ overrides: { 'claude-opus-9': entry, b: managed } }, 'managed');
        assert.deepEqual(ids, ['b'], `${key} ${value}`);
      }
    }
  });

  it('is a list that is none', () => {
    for (const data of [null, undefined, 7, 'x', [], [['a', served]], { overrides: [managed] }]) {
      assert.deepEqual(idsOf(data), []);
      assert.deepEqual(idsOf(data, 'managed'), []);
    }
  });

  it('is a name that is no model’s, or a price of one region', () => {
    const names = ['', ' ', '__proto__', '\u001b[31m', 'a b', 'x'.repeat(300), 'a\u202eb'];
    const regional = ['us.anthropic.claude-opus-9-v1:0', 'anthropic.claude-opus-9-v1:0'];
    const entries = [...names, ...regional].map((name) => [name, served]);
    // As JSON.parse makes it: `__proto__` is a key like any other.
    const data = JSON.parse(
      `{${entries.map(([name]) => `${JSON.stringify(name)}:${JSON.stringify(served)}`).join()}}`,
    );
    assert.deepEqual(idsOf(data), []);
    const inherited = JSON.parse(`{"claude-opus-9": {"__proto__": ${JSON.stringify(served)}}}`);
    assert.deepEqual(idsOf(inherited), []);
  });

  it('is what goes beyond a number of models', () => {
    const many = Array.from({ length: 5000 }, (_, n) => [`claude-new-${n}`, served]);
    const ids = idsOf(Object.fromEntries(many));
    assert.equal(ids.length, 200);
    const rubbish = Object.fromEntries(many.map(([name]) => [name, 0]));
    assert.deepEqual(idsOf({ ...rubbish, last: served }), [], 'what is looked at is bounded too');
  });

  it('throws nothing, whatever it is', () => {
    const shape = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom('constructor', 'toString', '__proto__', 'claude-opus-9', 'overrides'),
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            Object.fromEntries(
              [...Object.keys(served), 'longPrompt', 'fast', 'webSearchRequests'].map((key) => [
                key,
                fc.oneof(fc.double(), fc.jsonValue(), fc.constant(served)),
              ]),
            ),
          ),
        ),
      ),
    );
    fc.assert(
      fc.property(shape, fc.constantFrom('client', 'managed'), (data, source) => {
        const book = bookOf([list(data, source)]);
        for (const { rates } of listPrices(book).slice(plain.table.models.size)) {
          for (const rate of Object.values(rates)) assert.ok(rate >= 0 && rate <= 20_000);
        }
      }),
    );
  });
});

it('without a price of Claude Code’s the catalogue and every revision are what they were', () => {
  assert.equal(extendCatalogue([]), bundledCatalogue);
  assert.equal(bookOf([]).revision, plain.revision);
  assert.equal(bookOf([list({ 'claude-opus-5': served })]).revision, plain.revision);
  assert.notEqual(bookOf([list({ 'claude-opus-9': served })]).revision, plain.revision);
});
