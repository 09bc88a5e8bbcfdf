import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { comparable, difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll, soleWriter } from '../lib/ingest.ts';
import { oldStoreRoots, oldStoreSets, unpackOldStore } from '../lib/oldStores.ts';
import { assertRollups } from '../lib/rollups.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';
import { expectedSets } from '../lib/transcriptSets.ts';

/** A folder with a store of schema 6. */
function oldStore(): TempDir {
  const dir = tempDir();
  unpackOldStore(dir.path);
  return dir;
}

/** Opens the store, so that it is migrated. */
function openOld(dir: TempDir, engine: Engine): SqlDatabase {
  return openForWriting(dir.at('outlay.db'), { engine }).db;
}

function readAll(db: SqlDatabase, roots: readonly string[]): void {
  const writer = soleWriter(db);
  for (const root of roots) ingestAll(db, root, { writer });
  writer.reprice();
}

interface Sums {
  readonly nano: number;
  readonly messages: number;
}

/** What the sessions of a configuration directory come to, or all. */
function sumsOf(db: SqlDatabase, root = ''): Sums {
  const sql = `SELECT sum(nano) AS nano, sum(messages) AS messages FROM spend_total t
    JOIN session s ON s.id = t.session JOIN word w ON w.id = s.root WHERE w.text LIKE ? || '%'`;
  return { ...db.prepare(sql).get<Sums>(root)! };
}

for (const engine of engines) {
  describe(`a store of Outlay 0.5.1, ${engine}`, () => {
    let fresh: string;
    let old: TempDir;
    before(() => {
      old = oldStore();
    });
    after(() => old[Symbol.dispose]());

    test('says what it said before anything is read again', () => {
      const db = openOld(old, engine);
      assert.deepEqual(sumsOf(db), { nano: 91_257_709_565, messages: 1037 });
      assertRollups(db);
      db.close();
    });

    test('equals a fresh one once its transcripts have been read again', () => {
      const { db: empty } = openForWriting(':memory:', { engine });
      readAll(empty, oldStoreRoots(old.path));
      fresh = comparable(dumpStore(empty));
      empty.close();
      const db = openOld(old, engine);
      readAll(db, oldStoreRoots(old.path).reverse());
      const actual = comparable(dumpStore(db));
      assert.equal(actual === fresh, true, difference(actual, fresh));
      assertRollups(db);
      db.close();
    });

    test('keeps what its transcripts no longer hold', () => {
      using partly = oldStore();
      const db = openOld(partly, engine);
      const roots = oldStoreSets.map((set) => partly.at(set));
      const before = roots.map((root) => sumsOf(db, root));
      for (const root of roots) {
        // Every other transcript has been deleted.
        const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.jsonl'))
          .sort();
        for (const name of files.filter((_, i) => i % 2 === 0)) rmSync(join(root, name));
      }
      readAll(db, roots);
      assert.deepEqual(
        roots.map((root) => sumsOf(db, root)),
        before,
      );
      for (const [i, set] of oldStoreSets.entries()) {
        const { usd, messages } = expectedSets[set]!;
        assert.deepEqual(before[i], { nano: Math.round(Number(usd) * 1e9), messages });
      }
      assertRollups(db);
      db.close();
    });
  });
}
