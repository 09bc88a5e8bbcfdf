import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Engine, sqliteCode } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { dropMessageIndexes, NewStore } from '../../src/store/connection/newStore.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { Lease } from '../../src/store/connection/writerLease.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { assertExample, examples, orders } from '../lib/examples.ts';
import { soleWriter } from '../lib/ingest.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly, ingestSomehow, readAgain } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { playWorld, type WorldFile } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

/** Worlds tried; `OUTLAY_TEST_RUNS=5000` for a long night. */
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 150);

/** A store that is built at once from some files, then goes on with others as any store. */
function builtAtOnce(
  engine: Engine,
  folder: string,
  files: readonly WorldFile[],
  later: readonly WorldFile[] = [],
): SqlDatabase {
  const { db } = openForWriting(':memory:', { engine });
  const indexes = dropMessageIndexes(db);
  ingestPlainly(db, folder, files, { isNewStore: true });
  for (const sql of indexes) db.exec(sql);
  soleWriter(db, { isNewStore: true }).complete();
  ingestPlainly(db, folder, later);
  return db;
}

const schemaOf = (db: SqlDatabase): unknown[] =>
  db
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name')
    .all()
    .map((row) => ({ ...row }));

describe('a store that is built at once', () => {
  test('is the one that is built bit by bit, wherever the building ends', () => {
    using dir = tempDir();
    let count = 0;
    fc.assert(
      fc.property(worlds, fc.nat(), fc.boolean(), (ops, seed, isFirst) => {
        const files = playWorld(ops);
        const folder = dir.at(String(count++));
        mkdirSync(folder);
        const engine = engines[Number(isFirst)]!;
        const cut = seed % (files.length + 1);
        const db = builtAtOnce(engine, folder, files.slice(0, cut), files.slice(cut));
        assertRollups(db);
        const actual = dumpStore(db);
        readAgain(db, folder, files, seed);
        assert.equal(dumpStore(db), actual, 'reading again changes nothing');
        assert.equal(soleWriter(db).reprice(), 0, 'nor does pricing again');
        const { db: other } = openForWriting(':memory:', { engine });
        ingestPlainly(other, folder, files);
        const expected = dumpStore(other);
        assert.equal(actual === expected, true, difference(actual, expected));
        assert.deepEqual(schemaOf(db), schemaOf(other));
        db.close();
        other.close();
      }),
      { numRuns: runs },
    );
  });

  for (const engine of engines) {
    test(`says of particular worlds what it must, ${engine}`, () => {
      for (const example of examples) {
        for (const files of orders(example.files)) {
          using dir = tempDir();
          const db = builtAtOnce(engine, dir.path, files);
          assertExample(db, example);
          assertRollups(db);
          db.close();
        }
      }
    });

    test(`goes on in any way when it has taken its place, ${engine}`, () => {
      using dir = tempDir();
      for (const example of examples.slice(0, 20)) {
        const folder = dir.at(example.name.replaceAll(/\W/g, '-'));
        mkdirSync(folder);
        const db = builtAtOnce(engine, folder, []);
        ingestSomehow(db, folder, example.files, 3);
        assertExample(db, example);
        db.close();
      }
    });
  }
});

for (const engine of engines) {
  describe(`a store in the making, ${engine}`, () => {
    const begin = (file: string): NewStore => NewStore.begin(file, { engine })!;
    const entries = (file: string): string[] => readdirSync(dirname(file)).sort();

    test('is seen when it is published, in a log’s mode, with its writer, for nobody else to read', () => {
      using dir = tempDir();
      const file = dir.at('new/outlay.db');
      const store = begin(file);
      const { db } = store;
      const holder = 'me';
      db.transaction(() => new Lease(db, 'terminal', undefined, holder).seize(Date.now()));
      assert.equal(openForReading(file, { engine }), undefined);
      store.makeIndexes();
      assert.equal(store.publish(), true);
      const { db: opened } = openForWriting(file, { engine });
      assert.equal(opened.pragma('journal_mode'), 'wal');
      assert.equal(new Lease(opened, 'terminal').current()?.holder, holder);
      const { db: plain } = openForWriting(':memory:', { engine });
      assert.deepEqual(schemaOf(opened), schemaOf(plain));
      plain.close();
      opened.close();
      assert.deepEqual(entries(file), ['outlay.db']);
    });

    test('gives way to one that was faster', () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      const store = begin(file);
      const { db } = openForWriting(file, { engine });
      soleWriter(db).setMeta('whose', 'theirs');
      store.makeIndexes();
      assert.equal(store.publish(), false);
      const row = db.prepare("SELECT value FROM meta WHERE key = 'whose'").get();
      assert.equal(row?.value, 'theirs');
      db.close();
      assert.deepEqual(entries(file), ['outlay.db']);
    });

    test('is not begun where there is anything of a store', () => {
      for (const name of ['', '-wal', '-shm', '.backup-2026-11-20T10-00-00Z', '.before-v8']) {
        using dir = tempDir();
        const file = dir.at('outlay.db');
        writeFileSync(file + name, '');
        assert.equal(NewStore.begin(file, { engine }), undefined, name);
      }
      assert.equal(NewStore.begin(':memory:', { engine }), undefined);
    });

    test('takes no place beside a log without its store', () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      const store = begin(file);
      writeFileSync(`${file}-wal`, 'frames of another store');
      store.makeIndexes();
      assert.equal(store.publish(), false);
      assert.deepEqual(entries(file), ['outlay.db-wal']);
    });

    test('leaves nothing when the disk is full, or it is damaged, or given up', () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      const full = begin(file);
      full.db.exec(`PRAGMA max_page_count = ${Number(full.db.pragma('page_count'))}`);
      const writer = soleWriter(full.db, { isNewStore: true });
      assert.throws(
        () => writer.setMeta('x', 'y'.repeat(100_000)),
        (error: unknown) => sqliteCode(error) === 'SQLITE_FULL',
      );
      full.discard();
      full.discard();
      assert.deepEqual(entries(file), []);
      const damaged = begin(file);
      damaged.makeIndexes();
      const [part] = entries(file);
      const fd = openSync(dir.at(part!), 'r+');
      writeSync(fd, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * 5);
      closeSync(fd);
      // What is in memory is not read again.
      damaged.db.exec('PRAGMA shrink_memory');
      assert.throws(() => damaged.publish());
      assert.deepEqual(entries(file), []);
    });

    test('of a program that was killed is removed by the next', () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      for (const end of ['', '-journal', '-wal', '-shm']) {
        // No process has this number.
        writeFileSync(`${file}.4194305-0123abcd.part${end}`, 'half a store');
      }
      const store = begin(file);
      assert.equal(entries(file).filter((name) => name.includes('4194305')).length, 0);
      store.discard();
      assert.equal(existsSync(file), false);
    });
  });
}
