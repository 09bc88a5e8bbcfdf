import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { dayStart, daysOld } from '../../../src/pricing/days.ts';
import { describePriceChanges, diffBooks } from '../../../src/pricing/diffBooks.ts';
import { listPrices } from '../../../src/pricing/listPrices.ts';
import { parsePriceOverrides } from '../../../src/pricing/parseOverrides.ts';
import { createPriceBook, type RateBook } from '../../../src/pricing/priceBook.ts';
import { gradeOf, tierOf } from '../../../src/pricing/tiers.ts';
import { at, row } from './helpers.ts';

const plain = createPriceBook();

function bookWith(models: object): RateBook {
  const { overrides, problems } = parsePriceOverrides({ models });
  assert.deepEqual(problems, []);
  return createPriceBook(overrides);
}

test('the list has one row a rate, named as figures name it', () => {
  const list = listPrices(plain);
  assert.equal(
    list.length,
    [...bundledCatalogue.models, ...bundledCatalogue.others!.models].flatMap(({ rows }) => rows)
      .length,
  );
  assert.deepEqual(
    list.find((entry) => entry.row === 'claude-haiku-5-5@2026-10-07'),
    {
      model: 'claude-haiku-5-5',
      provider: 'anthropic',
      tier: 'haiku',
      retired: false,
      ends: null,
      row: 'claude-haiku-5-5@2026-10-07',
      from: '2026-10-07',
      until: null,
      rates: {
        input: 0.1,
        output: 0.5,
        cacheWrite5m: 0.125,
        cacheWrite1h: 0.2,
        cacheRead: 0.01,
      },
      above: {
        promptTokens: 100_000,
        rates: { input: 0.5, output: 2.5, cacheWrite5m: 0.625, cacheWrite1h: 1, cacheRead: 0.05 },
      },
      webSearchPerThousand: 10,
      fast: null,
      fastRemoved: null,
      fastUnpriced: false,
      usGeo: 1.1,
      bedrockRegion: 1.1,
      batch: 0.5,
      priority: null,
      flex: null,
      multiplier: 1,
      origin: 'catalogue',
      source: bundledCatalogue.sources['haiku-5-5'],
      checked: '2026-11-21',
    },
  );
  const sonnet = list.filter((entry) => entry.model === 'claude-sonnet-4-6');
  assert.deepEqual(
    sonnet.map((entry) => [entry.from, entry.until, entry.above?.promptTokens]),
    [
      ['2026-02-17', '2026-03-13', 200_000],
      ['2026-03-13', null, undefined],
    ],
  );
  for (const entry of list) {
    assert.equal(row(plain, {}, entry.model, entry.from ?? '1970-01-01'), entry.row);
  }
});

test('the list shows what the user changed, and when it ends', () => {
  const book = bookWith({
    'claude-opus-5-5': { input: 3, from: '2026-12-01', until: '2027-01-01' },
    'glm-4.7': { input: 0.6, output: 2.2 },
  });
  const list = listPrices(book);
  assert.deepEqual(
    list
      .filter((entry) => entry.model === 'claude-opus-5-5')
      .map(({ row: name, from, until, rates, origin }) => [name, from, until, rates.input, origin]),
    [
      ['claude-opus-5-5@2026-09-22', '2026-09-22', '2026-12-01', 4, 'catalogue'],
      ['claude-opus-5-5@2026-12-01+override', '2026-12-01', '2027-01-01', 3, 'override'],
      ['claude-opus-5-5@2026-09-22', '2027-01-01', null, 4, 'catalogue'],
    ],
  );
  const own = list.at(-1)!;
  assert.deepEqual(
    [own.model, own.tier, own.row, own.from, own.until, own.origin, own.source, own.checked],
    ['glm-4.7', 'mini', 'glm-4.7+override', null, null, 'override', null, null],
  );
});

test('equal books have no changes to describe', () => {
  assert.deepEqual(describePriceChanges(plain, createPriceBook()), []);
});

test('changes are described in words, with their days', () => {
  const after = bookWith({
    'claude-opus-5-5': { input: 3, cacheRead: 0.15, from: '2026-12-01', until: '2027-01-01' },
    'claude-haiku-5-5': { above: { promptTokens: 100_000, input: 0.4 } },
    'claude-sonnet-5-5': { input: 1.5 },
    'glm-4.7': { input: 0.6, output: 2.2 },
    qwen: { local: true, from: '2026-01-01' },
  });
  assert.deepEqual(describePriceChanges(plain, after), [
    'claude-opus-5-5 from 2026-12-01 until before 2027-01-01: input $4.00 → $3.00, cacheRead $0.20 → $0.15',
    'claude-sonnet-5-5: input $2.00 → $1.50',
    'claude-haiku-5-5: input above 100000 prompt tokens $0.50 → $0.40',
    'glm-4.7: gets a price: input $0.60, output $2.20, cacheWrite5m $0.75, cacheWrite1h $1.20, cacheRead $0.06 per million tokens',
    'qwen from 2026-01-01: gets a price: input $0.00, output $0.00, cacheWrite5m $0.00, cacheWrite1h $0.00, cacheRead $0.00 per million tokens',
  ]);
  assert.deepEqual(
    diffBooks(after, plain).map(({ model, kind, from, until }) => [model, kind, from, until]),
    [
      ['claude-opus-5-5', 'changed', '2026-12-01', '2027-01-01'],
      ['claude-sonnet-5-5', 'changed', null, null],
      ['claude-haiku-5-5', 'changed', null, null],
      ['glm-4.7', 'gone', null, null],
      ['qwen', 'gone', '2026-01-01', null],
    ],
  );
});

test('a newer catalogue’s changes are described as well', () => {
  const models = bundledCatalogue.models.map((model) => {
    if (model.id === 'claude-opus-4-8') {
      const { fast: _, ...rest } = model;
      return rest;
    }
    if (model.id === 'claude-sonnet-4-5') {
      const { above: _, ...flat } = model.rows[0]!;
      return { ...model, rows: [flat] };
    }
    return model;
  });
  const newer = createPriceBook(undefined, {
    ...bundledCatalogue,
    models,
    webSearchPerThousand: '12',
  });
  const changes = describePriceChanges(plain, newer);
  assert.ok(changes.includes('claude-opus-5-5: web search $10.00 → $12.00 per thousand'));
  assert.ok(
    changes.includes(
      'claude-opus-4-8: fast mode ×2 → not offered, web search $10.00 → $12.00 per thousand',
    ),
  );
  assert.ok(
    changes.includes(
      'claude-sonnet-4-5: no other rates above 200000 prompt tokens any more, web search $10.00 → $12.00 per thousand',
    ),
  );
});

test('every difference between two books has another revision', () => {
  const after = bookWith({ 'claude-opus-5-5': { cacheRead: 0.15 } });
  assert.equal(diffBooks(plain, after).length, 1);
  assert.notEqual(plain.revision, after.revision);
});

test('tiers: Claude’s families, the user’s own, unknown only when nothing is recognised', () => {
  const book = bookWith({
    small: { input: 1, output: 2 },
    middle: { input: 1.01, output: 2 },
    large: { input: 4, output: 2 },
    'my-rig': { local: true },
    graded: { input: 9, output: 9, tier: 'mini' },
    'claude-opus-5': { local: true },
  });
  const expected: [string, string, string][] = [
    ['claude-haiku-5-5', 'haiku', 'mini'],
    ['claude-3-5-haiku', 'haiku', 'mini'],
    ['claude-sonnet-5-5', 'sonnet', 'standard'],
    ['claude-3-7-sonnet-20250219', 'sonnet', 'standard'],
    ['claude-opus-4-1', 'opus', 'premium'],
    ['claude-fable-5-2', 'fable', 'premium'],
    ['claude-mythos-preview', 'mythos', 'premium'],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'haiku', 'mini'],
    ['claude-opus-6', 'opus', 'premium'],
    ['claude-4-1-haiku', 'haiku', 'mini'],
    ['small', 'mini', 'mini'],
    ['middle', 'standard', 'standard'],
    ['large', 'premium', 'premium'],
    ['my-rig', 'local', 'local'],
    ['graded', 'mini', 'mini'],
    ['claude-opus-5', 'local', 'local'],
    ['gpt-5', 'standard', 'standard'],
    ['gpt-9', 'unknown', 'unknown'],
    ['claude-epic-7', 'unknown', 'unknown'],
    ['my-claude-opus', 'unknown', 'unknown'],
    ['claude-opusculum', 'unknown', 'unknown'],
    ['__proto__', 'unknown', 'unknown'],
    ['constructor', 'unknown', 'unknown'],
  ];
  for (const [model, tier, grade] of expected) {
    assert.equal(tierOf(model, book), tier, model);
    assert.equal(gradeOf(tierOf(model, book)), grade, model);
  }
  assert.equal(tierOf('claude-opus-5'), 'opus');
});

test('the age of a catalogue is counted in whole days', () => {
  assert.equal(daysOld('2026-11-21', at('2026-11-21T23:59:59Z')), 0);
  assert.equal(daysOld('2026-11-21', at('2026-11-22')), 1);
  assert.equal(daysOld('2026-11-21', at('2027-11-21')), 365);
  assert.equal(daysOld('2026-11-21', at('2026-01-01')), 0);
  assert.throws(() => daysOld('yesterday', 0), RangeError);
  assert.equal(plain.catalogueDate, bundledCatalogue.checked);
});

test('days are days of the calendar', () => {
  assert.equal(dayStart('2028-02-29'), Date.UTC(2028, 1, 29));
  for (const bad of ['2026-02-29', '2026-13-01', '2026-1-1', '2026-01-01T00:00Z', '', 'x']) {
    assert.equal(dayStart(bad), undefined, bad);
  }
});
