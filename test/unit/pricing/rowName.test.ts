import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import {
  formatRowName,
  parseRowName,
  periodRowName,
  type RowTrait,
  traitsOfRow,
} from '../../../src/pricing/rowName.ts';

const idText = fc.stringMatching(/^[a-z][a-z0-9.:/@>+*-]{0,20}[a-z0-9]$/);
const day = fc.constantFrom(null, '2025-09-29', '2026-11-01');
const factor = fc.constantFrom('1', '0.9', '1.125');

/** Names of periods as they come: an id of the catalogue, or any id with `@client` or `+override`. */
const period = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^claude-[a-z0-9-]{0,9}[a-z0-9]$/), day, factor)
    .map(([id, from, by]) => periodRowName(id, from, false, by)),
  fc
    .tuple(idText, fc.constantFrom('client', 'managed'), factor)
    .map(([id, by, times]) => periodRowName(id, by, false, times)),
  fc.tuple(idText, day, factor).map(([id, from, by]) => periodRowName(id, from, true, by)),
);
const traits = fc
  .tuple(
    fc.constantFrom('fast', undefined),
    fc.constantFrom('region', 'us', undefined),
    fc.constantFrom('batch', 'priority', 'flex', undefined),
  )
  .map((all) => all.filter((trait): trait is RowTrait => trait !== undefined));
const above = fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined });

describe('names of price rows', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.record({ period, above, traits }, { noNullPrototype: true }), (name) => {
        assert.deepEqual(parseRowName(formatRowName(name)), name);
      }),
    );
  });

  it('say what they always said', () => {
    const row = 'claude-sonnet-4-5@2025-09-29+override*0.9>200k+fast+region+batch';
    const period = periodRowName('claude-sonnet-4-5', '2025-09-29', true, '0.9');
    const name = { period, above: 200_000, traits: ['fast', 'region', 'batch'] } as const;
    assert.equal(formatRowName(name), row);
    assert.deepEqual(traitsOfRow(row), { speed: 'fast', geo: 'us', tier: 'batch' });
    const priority = 'gpt-5.6-sol@2026-08-21>272k+priority';
    assert.deepEqual(parseRowName(priority), {
      period: 'gpt-5.6-sol@2026-08-21',
      above: 272_000,
      traits: ['priority'],
    });
    const none = { speed: undefined, geo: undefined };
    assert.deepEqual(traitsOfRow(priority), { ...none, tier: 'priority' });
    assert.deepEqual(traitsOfRow('gpt-5+flex'), { ...none, tier: 'flex' });
    assert.deepEqual(traitsOfRow('my+fast+override'), {
      speed: undefined,
      geo: undefined,
      tier: undefined,
    });
  });

  it('lead back to the card of every row of the book', () => {
    const book = createPriceBook();
    const usage = { input: 1, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
    const asked = [undefined, 'fast'].flatMap((speed) =>
      [undefined, 'batch', 'priority', 'flex'].map((tier) => [speed, tier] as const),
    );
    const found = new Set<string>();
    for (const model of book.table.models.values()) {
      for (const { fromMs } of model.periods) {
        for (const input of [1, 1_900_000]) {
          for (const [speed, tier] of asked) {
            const at = Math.max(0, fromMs);
            const traits = { speed, geo: 'us', tier };
            const card = book.cardOf({ ...usage, input, webSearches: 0 }, model.id, traits, at);
            if (card === undefined) continue;
            assert.deepEqual(book.cardOfRow(card.row), card);
            found.add(card.row);
          }
        }
      }
    }
    for (const row of ['gpt-5.5>272k+priority', 'gpt-5+flex', 'gpt-4o+batch']) {
      assert.ok(found.has(row), row);
    }
  });
});
