import { describe, test } from 'node:test';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { engines } from '../lib/engines.ts';
import { assertExample, examples, orders } from '../lib/examples.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly, ingestSomehow } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';

for (const engine of engines) {
  describe(`particular worlds, ${engine}`, () => {
    for (const example of examples) {
      test(example.name, () => {
        const check = (ingest: (db: SqlDatabase, folder: string) => void): void => {
          using dir = tempDir();
          const { db } = openForWriting(':memory:', { engine });
          ingest(db, dir.path);
          assertExample(db, example);
          assertRollups(db);
          db.close();
        };
        for (const files of orders(example.files)) {
          check((db, folder) => ingestPlainly(db, folder, files));
        }
        for (let seed = 1; seed < 10; seed++) {
          check((db, folder) => ingestSomehow(db, folder, example.files, seed));
        }
      });
    }
  });
}
