import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { indexOnce } from '../../../src/watchers/indexOnce.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { tempDir } from '../../lib/tempDir.ts';

function config(folder: string, storeFile: string): IndexerConfig {
  return {
    storeFile,
    mode: 'once',
    role: 'terminal',
    configDirs: [folder],
    rootsSetting: [],
    env: {},
    home: folder,
    priceOverrides: {},
    storeTitles: true,
    polling: 'never',
    paused: false,
  };
}

const { revision } = createPriceBook();
const line = `${JSON.stringify({
  type: 'assistant',
  sessionId: 's',
  timestamp: '2026-11-20T10:00:00.000Z',
  message: { id: 'm', model: 'claude-opus-5-5', usage: { output_tokens: 1 } },
})}\n`;

describe('indexing once', () => {
  it('starts nothing where nothing is new', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const wish = config(dir.path, dir.at('store/outlay.db'));
    const first = await indexOnce(wish, revision);
    assert.deepEqual(first, { fresh: 1, transcripts: 1, behind: false });
    const said: FromIndexer[] = [];
    const second = await indexOnce(wish, revision, (message) => said.push(message));
    assert.deepEqual([second.fresh, said], [0, []]);
    const repriced = await indexOnce(wish, 'other prices');
    assert.equal(repriced.fresh, 1);
  });

  it('sets a damaged store aside, and says so', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('projects/p'), { recursive: true });
    writeFileSync(dir.at('projects/p/s.jsonl'), line);
    const file = dir.at('outlay.db');
    writeFileSync(file, 'no database, but long enough to be looked at as one'.repeat(40));
    const said: FromIndexer[] = [];
    await indexOnce(config(dir.path, file), revision, (message) => said.push(message));
    assert.match(JSON.stringify(said), /was damaged/);
    assert.equal(readdirSync(dir.path).filter((name) => name.includes('.damaged-')).length, 1);
  });

  it('leaves a file alone that is no store and was named by mistake', async () => {
    using dir = tempDir();
    const file = dir.at('picture.png');
    const content = 'a picture, so to speak '.repeat(40);
    writeFileSync(file, content);
    await assert.rejects(indexOnce(config(dir.path, file), revision), /is no SQLite file/);
    assert.equal(readFileSync(file, 'utf8'), content);
    assert.deepEqual(readdirSync(join(dir.path)), ['picture.png']);
  });
});
