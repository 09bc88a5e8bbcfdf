import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../src/platform/sqlite/open.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import { indexOnce } from '../../../src/watchers/indexOnce.ts';
import type { IndexerConfig } from '../../../src/watchers/messages.ts';
import { engines } from '../../lib/engines.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { tempDir } from '../../lib/tempDir.ts';

/** Messages of a session as the store has them. */
function messagesOf({ storeFile, engine }: IndexerConfig, sid: string): number {
  const db = openForReading(storeFile, { engine });
  if (db === undefined) return 0;
  const reader = new StoreReader(db);
  try {
    return reader.sessionById(sid)?.messages ?? 0;
  } finally {
    reader.close();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let left = 400; !isSo(); left--) {
    assert.ok(left > 0, 'it did not come');
    await sleep(50);
  }
}

describe('databases and folders of other agents', () => {
  for (const engine of engines) {
    it(`are followed while their agents write (${engine})`, async () => {
      using dir = tempDir();
      const copilot = dir.at('copilot');
      const files = dir.at('opencode/storage/message/ses_old');
      mkdirSync(copilot);
      mkdirSync(files, { recursive: true });
      const database = dir.at('copilot/session-store.db');
      const writing = openDatabase(database, { engine });
      writing.exec(`PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;
        CREATE TABLE assistant_usage_events (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT,
          model TEXT, input_tokens INTEGER, output_tokens INTEGER, created_at TEXT)`);
      const add = writing.prepare(
        "INSERT INTO assistant_usage_events VALUES (NULL, 's-1', 'gpt-5.4', 100, 10, '2026-11-29 02:33:41')",
      );
      const answer = (created: number): string =>
        JSON.stringify({
          ...{ role: 'assistant', modelID: 'gpt-5.4', providerID: 'openai' },
          tokens: { input: 100, output: 10, reasoning: 0, cache: { read: 0, write: 0 } },
          time: { created, completed: created + 5 },
        });
      add.run();
      writeFileSync(`${files}/msg_1.json`, answer(1_795_920_000_000));
      const config = indexerConfig(dir.path, {
        storeFile: dir.at('outlay.db'),
        role: 'terminal',
        configDirs: [copilot, dir.at('opencode')],
        engine,
      });
      const indexer = new Indexer(config, () => {});
      try {
        await indexer.start();
        assert.equal(messagesOf(config, 's-1'), 1);
        assert.equal(messagesOf(config, 'ses_old'), 1);
        const { size } = statSync(database);
        add.run();
        await until(() => messagesOf(config, 's-1') === 2);
        assert.equal(statSync(database).size, size, 'only its log has grown');
        writeFileSync(`${files}/msg_2.json`, answer(1_795_920_001_000));
        await until(() => messagesOf(config, 'ses_old') === 2);
        writing.close();
      } finally {
        await indexer.stop();
      }
      const outcome = await indexOnce(config, createPriceBook().revision);
      assert.equal(outcome.transcripts, 2);
      assert.deepEqual([messagesOf(config, 's-1'), messagesOf(config, 'ses_old')], [2, 2]);
    });
  }
});
