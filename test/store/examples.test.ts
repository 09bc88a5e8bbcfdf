import { describe, test } from 'node:test';
import { openForWriting } from '../../src/store/openStore.ts';
import { engines } from '../lib/engines.ts';
import { assertExample, examples } from '../lib/examples.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly, ingestSomehow } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';

for (const engine of engines) {
  describe(`particular worlds, ${engine}`, () => {
    for (const example of examples) {
      test(example.name, () => {
        for (let seed = 0; seed < 12; seed++) {
          using dir = tempDir();
          const { db } = openForWriting(':memory:', { engine });
          if (seed === 0) ingestPlainly(db, dir.path, example.files);
          else ingestSomehow(db, dir.path, example.files, seed);
          assertExample(db, example);
          assertRollups(db);
          db.close();
        }
      });
    }
  });
}
