import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cacheLifetimeOf, cacheLifetimes } from '../../../src/pricing/cacheLifetimes.ts';

const halfAnHour = 1_800_000;

const known: readonly [
  product: string,
  provider: string,
  model: string,
  lifetime: number | 'recorded' | undefined,
][] = [
  ['Claude Code', '', 'claude-opus-5-5', 'recorded'],
  ['Claude Code', '', 'a-model-of-a-gateway', 'recorded'],
  ['Claude Desktop', '', 'claude-sonnet-5-5', 'recorded'],
  ['Codex', 'openai', 'gpt-6-sol', halfAnHour],
  ['Codex', '', 'gpt-6.2-astra', halfAnHour],
  ['Codex', 'openai', 'gpt-5.6-luna', halfAnHour],
  // Before GPT-5.6 caches are kept as well as can be.
  ['Codex', 'openai', 'gpt-5.5', undefined],
  ['Codex', 'openai', 'gpt-5', undefined],
  ['Codex', 'azure', 'gpt-6-sol', undefined],
  ['Copilot', '', 'gpt-6-sol', undefined],
  ['Copilot', 'github', 'claude-opus-5-5', undefined],
  ['OpenCode', 'github-copilot', 'claude-opus-5-5', undefined],
  ['OpenCode', 'anthropic', 'claude-opus-5-5', 'recorded'],
  ['OpenCode', 'openai', 'gpt-6-sol', halfAnHour],
  ['OpenCode', 'google', 'gemini-4-argon', undefined],
  ['OpenCode', 'xai', 'grok-4.7', undefined],
  ['API calls', '', 'gpt-6-sol', halfAnHour],
  ['API calls', '', 'claude-opus-5-5', 'recorded'],
  ['API calls', '', 'local', undefined],
];

describe('how long a cache lives', () => {
  for (const [product, provider, model, lifetime] of known) {
    test(`${product}${provider && ` through ${provider}`}, ${model}: ${lifetime ?? 'nobody knows'}`, () => {
      assert.equal(cacheLifetimeOf({ product, provider, model }), lifetime);
    });
  }

  test('each figure has its source and a day', () => {
    for (const { of, source, checked } of cacheLifetimes) {
      assert.ok(source.length > 20, of);
      assert.match(checked, /^2026-\d\d-\d\d$/, of);
    }
  });
});
