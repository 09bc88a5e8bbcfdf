import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import type { Engine } from '../../src/store/driver/open.ts';
import type { SqlDatabase } from '../../src/store/driver/types.ts';
import { currentVersion, migrations, schemaState } from '../../src/store/schema/migrations.ts';
import { sumColumns } from '../../src/store/schema/rollupTables.ts';
import { schemaV1 } from '../../src/store/schema/schema.ts';
import { comparable, difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { examples } from '../lib/examples.ts';
import { ingestAll } from '../lib/ingest.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../lib/transcriptSets.ts';

/** The store as the first schema had it: roll-ups by session, agent and model only. */
function downToV1(db: SqlDatabase): void {
  const sums = sumColumns.map((name) => `sum(${name})`).join(', ');
  const tableOf = (name: string): string =>
    new RegExp(`CREATE TABLE ${name} \\([^;]*;`).exec(schemaV1)![0];
  const columnsOf = (name: string): string =>
    [...tableOf(name).matchAll(/(\w+) (?:INTEGER|TEXT|REAL)/g)]
      .map(([, column]) => column)
      .join(', ');
  db.exec(`
    CREATE TEMP TABLE bucket AS SELECT bucket, session, agent, model, ${sums} FROM spend_bucket
      GROUP BY bucket, session, agent, model;
    CREATE TEMP TABLE total AS SELECT session, agent, model, ${sums} FROM spend_total
      GROUP BY session, agent, model;
    DROP TABLE thinned; DROP TABLE thinned_place; DROP TABLE variant; DROP TABLE loss; DROP TABLE summary;
    ALTER TABLE cost_state DROP COLUMN started;
    ALTER TABLE message RENAME TO later; ${tableOf('message')}
    INSERT OR IGNORE INTO message SELECT ${columnsOf('message')} FROM later; DROP TABLE later;
    CREATE INDEX message_session ON message (session, at);
    CREATE INDEX message_at ON message (at, nano);
    DROP TABLE spend_bucket; DROP TABLE spend_total; DROP TABLE spend_slot; DROP TABLE spend_model; DROP TABLE facet; DROP INDEX event_at;
    ${tableOf('spend_bucket')} ${tableOf('spend_total')}
    INSERT INTO spend_bucket SELECT * FROM bucket; INSERT INTO spend_total SELECT * FROM total;
    DROP TABLE bucket; DROP TABLE total;
    UPDATE meta SET value = '1' WHERE key = 'minReader';
    PRAGMA user_version = 1;`);
}

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
