import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { rejectedAt, rubbishLines, usableMessages, writeRubbish } from '../lib/rubbish.ts';
import { tempDir } from '../lib/tempDir.ts';

for (const engine of engines) {
  test(`rubbish is counted by reason with its line, and stops nothing: ${engine}`, () => {
    using dir = tempDir();
    writeRubbish(dir.path);
    const { db } = openForWriting(':memory:', { engine });
    for (let time = 0; time < 2; time++) {
      ingestAll(db, dir.path);
      const rejected = db
        .prepare('SELECT reason, count, lines FROM rejected')
        .all<{ reason: string; count: number; lines: string }>()
        .map(({ reason, count, lines }) => ({ reason, count, lines }));
      assert.deepEqual(
        rejected.sort((a, b) => (a.reason < b.reason ? -1 : 1)),
        rejectedAt
          .map(({ reason, line }) => ({ reason, count: 1, lines: `[${line}]` }))
          .sort((a, b) => (a.reason < b.reason ? -1 : 1)),
      );
      const sums = db.prepare('SELECT sum(messages) AS n FROM spend_total').get<{ n: number }>();
      assert.equal(sums?.n, usableMessages);
      const read = db.prepare('SELECT sum(lines) AS n FROM file').get<{ n: number }>();
      assert.equal(read?.n, rubbishLines);
    }
    db.close();
  });
}
