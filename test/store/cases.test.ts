import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { expectedCases, unpackCase } from '../lib/cases.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { tempDir } from '../lib/tempDir.ts';

for (const engine of engines) {
  describe(`small inputs with a known right value, ${engine}`, () => {
    for (const [name, { usd, messages }] of Object.entries(expectedCases)) {
      test(name, () => {
        using dir = tempDir();
        unpackCase(name, dir.path);
        const { db } = openForWriting(':memory:', { engine });
        try {
          ingestAll(db, dir.path);
          const sql = 'SELECT sum(nano) AS nano, sum(messages) AS messages FROM spend_total';
          const row = { ...db.prepare(sql).get<{ nano: number; messages: number }>() };
          assert.deepEqual(row, { nano: Math.round(Number(usd) * 1e9), messages });
        } finally {
          db.close();
        }
      });
    }
  });
}
