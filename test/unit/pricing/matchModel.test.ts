import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { matchModel } from '../../../src/pricing/matchModel.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { catalogueIds } from '../../../src/pricing/rateTable.ts';

const ids = catalogueIds(bundledCatalogue);

const known: [written: string, id: string, regional?: true][] = [
  ['claude-opus-5-5', 'claude-opus-5-5'],
  ['claude-opus-5', 'claude-opus-5'],
  ['Claude-Opus-5', 'claude-opus-5'],
  [' claude-opus-5 ', 'claude-opus-5'],
  ['claude-opus-4-8[1m]', 'claude-opus-4-8'],
  ['CLAUDE-SONNET-4-5-20250929[1M]', 'claude-sonnet-4-5'],
  ['claude-opus-4-20250514', 'claude-opus-4'],
  ['claude-opus-4-0', 'claude-opus-4'],
  ['claude-sonnet-4-0', 'claude-sonnet-4'],
  ['claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
  ['claude-3-5-haiku-20241022', 'claude-3-5-haiku'],
  ['claude-3-7-sonnet-latest', 'claude-3-7-sonnet'],
  ['anthropic/claude-opus-4.6', 'claude-opus-4-6'],
  ['anthropic/claude-3.5-haiku', 'claude-3-5-haiku'],
  ['claude-haiku-4.5', 'claude-haiku-4-5'],
  ['anthropic.claude-opus-4-8', 'claude-opus-4-8', true],
  ['anthropic.claude-opus-4-6-v1', 'claude-opus-4-6', true],
  ['anthropic.claude-3-sonnet-20240229-v1:0:200k', 'claude-3-sonnet', true],
  ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet', true],
  ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5'],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5', true],
  ['us.anthropic.claude-opus-4-6-v1[1m]', 'claude-opus-4-6', true],
  ['apac.anthropic.claude-sonnet-4-20250514-v1:0', 'claude-sonnet-4', true],
  ['jp.anthropic.claude-opus-5', 'claude-opus-5', true],
  ['au.anthropic.claude-opus-5-5', 'claude-opus-5-5', true],
  ['us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5', true],
  [
    'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-7',
    'claude-opus-4-7',
    true,
  ],
  [
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-opus-4-7',
    'claude-opus-4-7',
  ],
  [
    'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0',
    'claude-haiku-4-5',
    true,
  ],
  [
    'arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-opus-5',
    'claude-opus-5',
    true,
  ],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
  ['claude-opus-4-6@default', 'claude-opus-4-6'],
  ['claude-3-5-sonnet-v2@20241022', 'claude-3-5-sonnet'],
];

for (const [written, id, regional = false] of known) {
  test(`${JSON.stringify(written)} is ${id}${regional ? ' in a region' : ''}`, () => {
    assert.deepEqual(matchModel(written, ids), { id, regional });
  });
}

const unknown = [
  '',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '<synthetic>',
  'claude',
  'claude-opus',
  'opus',
  'claude-opus-6',
  'claude-opus-5-55',
  'claude-opus-5-5-preview',
  'claude-opus-4-2',
  'claude-opus-4-2025051',
  'claude-opus-4-202505140',
  'claude-opus-5-v1:0',
  'glm-4.7',
  'gpt-9',
  'gpt',
  'gpt-5-turbo',
  'my-gpt-5',
  'gpt-5-2025-8-7',
  'gpt-5-latest-2025',
  'gpt-5/claude',
  'models/',
  'openai/claude-opus-5',
  'xanthropic/claude-opus-5',
  'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123',
  'us.anthropic.claude-opus-9-v1:0',
  `claude-opus-5${'-'.repeat(10_000)}`,
  'claude-opus-5\u0000',
];

for (const written of unknown) {
  test(`${JSON.stringify(written.slice(0, 60))} is no model, and comes back as written`, () => {
    assert.equal(matchModel(written, ids), undefined);
    const book = createPriceBook();
    assert.equal(book.modelId(written), written);
    assert.deepEqual(
      book.price(
        { input: 1, output: 1, cacheWrite5m: 1, cacheWrite1h: 1, cacheRead: 1, webSearches: 1 },
        written,
        {},
        0,
      ),
      { kind: 'unpriced', model: written },
    );
  });
}

const elsewhere: [written: string, id: string][] = [
  ['gpt-5.5', 'gpt-5.5'],
  ['openai/gpt-5.5', 'gpt-5.5'],
  ['openrouter/openai/GPT-5.5', 'gpt-5.5'],
  ['gpt-5-2025-08-07', 'gpt-5'],
  ['gpt-5.5-2026-04-23', 'gpt-5.5'],
  ['gpt-5-20250807', 'gpt-5'],
  ['azure/gpt-5-mini-2025-08-07', 'gpt-5-mini'],
  ['gpt-5-codex', 'gpt-5'],
  ['gpt-5.1-codex-mini', 'gpt-5-mini'],
  ['codex-mini', 'gpt-5-mini'],
  ['codex-mini-latest', 'codex-mini-latest'],
  ['gpt-5.3', 'gpt-5.3-codex'],
  ['gpt-5.6', 'gpt-5.6-sol'],
  ['gpt-6', 'gpt-6-astra'],
  ['gpt-4o-2024-11-20', 'gpt-4o'],
  ['gpt-4.1-2025-04-14', 'gpt-4.1'],
  ['o3-2025-04-16', 'o3'],
  ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
  ['google/gemini-2.5-flash-latest', 'gemini-2.5-flash'],
  ['gemini-pro-latest', 'gemini-3.1-pro-preview'],
  ['gemini-3-pro-preview', 'gemini-3.1-pro-preview'],
  ['x-ai/grok-4.7', 'grok-4.7'],
  ['moonshotai/kimi-k3', 'kimi-k3'],
];

for (const [written, id] of elsewhere) {
  test(`${JSON.stringify(written)} is ${id}, another vendor’s`, () => {
    assert.equal(createPriceBook().modelId(written), id);
  });
}

test('every name of another vendor’s model is found behind a path, before a date and before -latest', () => {
  const book = createPriceBook();
  for (const { id, aliases = [] } of bundledCatalogue.others!.models) {
    for (const name of [id, ...aliases]) {
      for (const path of ['', 'openai/', 'a/b/']) {
        for (const end of ['', '-2026-01-31', '-20260131', '-latest']) {
          // A name of its own comes before what its parts say.
          if (end === '-latest' && ['codex-mini', 'gpt-5-chat'].includes(name)) continue;
          assert.equal(book.modelId(`${path}${name}${end}`), id, `${path}${name}${end}`);
        }
      }
    }
  }
});

test('no name of Claude’s stands for more than it did', () => {
  const { others: _, ...claude } = bundledCatalogue;
  const before = catalogueIds(claude);
  const { ids: now, otherIds } = createPriceBook().table;
  const names = [...known.map(([name]) => name), ...unknown.filter((name) => /claude/.test(name))];
  const part = fc.constantFrom('', 'openai/', 'models/', 'x/', 'us.', 'anthropic.', 'gpt-5-');
  const end = fc.constantFrom('', '-latest', '-2026-01-31', '-20260131', '[1m]', '-v1:0', '-codex');
  fc.assert(
    fc.property(part, part, fc.constantFrom(...names), end, end, (one, two, name, last, more) => {
      const written = `${one}${two}${name}${last}${more}`;
      assert.deepEqual(matchModel(written, now, otherIds), matchModel(written, before), written);
    }),
    { numRuns: 5000 },
  );
});
