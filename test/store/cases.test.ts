import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { unpackCase } from '../lib/cases.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { tempDir } from '../lib/tempDir.ts';

/** What a case must come to: dollars of its messages, and how many they are. */
const expected: Readonly<Record<string, readonly [usd: number, messages: number]>> = {
  // claude-code#64880: six requests were answered under one message id.
  '10-api-reused-id': [10.5015, 6],
  // ccusage#913: a side question repeats a message of the main thread.
  '24-btw-replay': [6, 2],
  // agentsview#1370: a session sent to the background is copied under a new id.
  '59-handoff': [12, 3],
  // ClaudeCodeUsage#18, litellm#24176: a line of zeros comes first.
  '86-placeholder-then-real': [3.0135, 1],
};

for (const engine of engines) {
  describe(`small inputs with a known right value, ${engine}`, () => {
    for (const [name, [usd, messages]] of Object.entries(expected)) {
      test(name, () => {
        using dir = tempDir();
        unpackCase(name, dir.path);
        const { db } = openForWriting(':memory:', { engine });
        try {
          ingestAll(db, dir.path);
          const sql = 'SELECT sum(nano) AS nano, sum(messages) AS messages FROM spend_total';
          const row = { ...db.prepare(sql).get<{ nano: number; messages: number }>() };
          assert.deepEqual(row, { nano: Math.round(usd * 1e9), messages });
        } finally {
          db.close();
        }
      });
    }
  });
}
