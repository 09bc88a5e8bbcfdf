import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextParts } from '../../../src/analysisThread/taskContext.ts';
import { noUsage } from '../../../src/model/tokens.ts';
import { clientModels } from '../../../src/pricing/clientModels.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { tempDir } from '../../lib/tempDir.ts';

test('the thread prices by what Claude Code knows and by prices of the user’s own', () => {
  using dir = tempDir();
  const entry = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.4 };
  const data = { overrides: { 'claude-opus-9': entry, 'claude-opus-10': entry } };
  const settings = {
    ...defaultSettings(),
    priceOverrides: { models: { 'claude-opus-10': { input: 1, output: 2 } } },
  };
  const origin = {
    ...{ storeFile: dir.at('outlay.db'), dataFolder: dir.path, keptFolder: dir.path },
    ...{ settings, now: 0, home: '', problems: [], folders: [] },
    clientModels: clientModels([{ source: 'managed', data }]),
  };
  // As it comes to the thread.
  const { book } = contextParts(structuredClone(origin));
  const rows = ['claude-opus-9', 'claude-opus-10', 'claude-opus-11'].map((model) => {
    const price = book.price({ ...noUsage, input: 1 }, model, {}, 0);
    return price.kind === 'priced' ? price.row : price.kind;
  });
  assert.deepEqual(rows, ['claude-opus-9@managed', 'claude-opus-10@managed+override', 'unpriced']);
});
