import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { noUsage } from '../../../src/model/tokens.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { tierOf } from '../../../src/pricing/tiers.ts';

/**
 * Every price row of Claude's models as the catalogue had them when it knew no others: name, tier, rates
 * in nano-dollars a token (input, output, writes, reads) and a search, scale. Rows may be added, none changes.
 */
const before = readFileSync(
  join(import.meta.dirname, '../../fixtures/pricing/claudeRows.txt'),
  'utf8',
);

describe('price rows of Claude’s models', () => {
  it('are what they were before other vendors’ were known', () => {
    const book = createPriceBook();
    const now = new Set<string>();
    for (const { id, provider, periods } of book.table.models.values()) {
      if (provider !== 'anthropic') continue;
      for (const { fromMs, above } of periods) {
        for (const [where, speed, geo, tier] of traitSets) {
          for (const input of above === undefined ? [1] : [1, above.promptTokens + 1]) {
            const card = book.cardOf(
              { ...noUsage, input },
              `${where}${id}`,
              { speed, geo, tier },
              Math.max(0, fromMs),
            )!;
            const { row, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches } = card;
            const rates = [card.input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches];
            now.add([row, tierOf(id, book), ...rates, card.scale].join(' '));
          }
        }
      }
    }
    const lines = before.trimEnd().split('\n');
    assert.equal(lines.length, 222);
    assert.deepEqual(
      lines.filter((line) => !now.has(line)),
      [],
    );
  });
});

const traitSets = ['', 'us.anthropic.'].flatMap((where) =>
  ['', 'fast'].flatMap((speed) =>
    // Tiers only other vendors have a price of change nothing.
    ['', 'us'].flatMap((geo) =>
      ['', 'batch', 'priority', 'flex', 'fast'].map((tier) => [where, speed, geo, tier] as const),
    ),
  ),
);
