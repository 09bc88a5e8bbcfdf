import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { migrations } from '../../src/store/schema/migrations.ts';
import { sumColumns } from '../../src/store/schema/rollupTables.ts';
import { schemaV1 } from '../../src/store/schema/schema.ts';
import { unpack, unpackSet } from './transcriptSets.ts';

const packed = join(import.meta.dirname, '..', 'fixtures', 'stores', 'schema6.br');
/** Where the transcripts stood when the store was made. */
const origin = '/outlay-fixture';
/** Sets the store has beside the made-up transcripts. */
export const oldStoreSets = ['claude-code-log', 'client-2.1.330'];

/** Unpacks a store of schema 6 as `outlay.db` into a folder, with its transcripts beside it. */
export function unpackOldStore(folder: string): void {
  for (const [path, content] of unpack(readFileSync(packed))) {
    const file = join(folder, ...path.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  for (const set of oldStoreSets) unpackSet(set, join(folder, set));
  const db = openDatabase(join(folder, 'outlay.db'));
  const move = (column: string): string =>
    `${column} = replace(${column}, '${origin}', '${folder}')`;
  db.exec(`UPDATE file SET ${move('path')}; UPDATE word SET ${move('text')};
    UPDATE message SET ${move('mid')}`);
  db.close();
}

/** Every configuration directory beside it, in the order they were read in. */
export function oldStoreRoots(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return folders.flatMap((name) =>
    name === 'world'
      ? [join(folder, 'world', 'a'), join(folder, 'world', 'b')]
      : [join(folder, name)],
  );
}

/** Makes of a store of today one as the first schema had it: roll-ups by session, agent and model only. */
export function downToV1(db: SqlDatabase): void {
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
    DROP TABLE request_event; DROP TABLE thinned_request; DROP TABLE background_item; DROP TABLE told_sum;
    ALTER TABLE event DROP COLUMN model; ALTER TABLE cost_state DROP COLUMN started; ALTER TABLE cost_state DROP COLUMN tokens;
    ALTER TABLE session DROP COLUMN source; ALTER TABLE session DROP COLUMN host; DROP TABLE told_background;
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

/** Makes of a store of today one of an earlier schema. */
export function downTo(version: number, store: string): void {
  const { db } = openForWriting(store);
  downToV1(db);
  db.close();
  openForWriting(store, { steps: migrations.slice(0, version) }).db.close();
}
