import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Engine } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { currentVersion, migrations, schemaState } from '../../src/store/schema/migrations.ts';
import { comparable, difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { examples } from '../lib/examples.ts';
import { ingestAll } from '../lib/ingest.ts';
import { downToV1 } from '../lib/oldStores.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../lib/transcriptSets.ts';

/** A store of the first schema that says what `fill` put in must say the same once it is migrated. */
function assertMigrates(engine: Engine, fill: (db: SqlDatabase, folder: string) => void): void {
  using dir = tempDir();
  const store = dir.at('data', 'outlay.db');
  const { db } = openForWriting(store, { engine });
  fill(db, dir.path);
  const expected = comparable(dumpStore(db));
  downToV1(db);
  db.close();
  const { db: migrated } = openForWriting(store, { engine });
  assert.equal(schemaState(migrated).version, currentVersion(migrations));
  // What tells responses apart was not kept, so transcripts are read again.
  fill(migrated, dir.path);
  const actual = comparable(dumpStore(migrated));
  assert.equal(actual === expected, true, difference(actual, expected));
  assertRollups(migrated);
  migrated.close();
}

for (const engine of engines) {
  describe(`roll-ups of the first schema are built anew, ${engine}`, () => {
    for (const set of Object.keys(expectedSets)) {
      test(set, () => {
        assertMigrates(engine, (db, folder) => {
          unpackSet(set, folder);
          ingestAll(db, folder);
        });
      });
    }
    for (const { name, files } of examples) {
      test(name, () => {
        assertMigrates(engine, (db, folder) => ingestPlainly(db, folder, files));
      });
    }
  });
}
