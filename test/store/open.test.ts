import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { HumanError } from '../../src/model/errors.ts';
import { openDatabase, sqliteCode } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { backUp } from '../../src/store/connection/backups.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { isDamage, storeError } from '../../src/store/connection/storeErrors.ts';
import {
  currentVersion,
  type Migration,
  migrations,
  schemaState,
} from '../../src/store/schema/migrations.ts';
import { whileBusy } from '../../src/watchers/retryBusy.ts';
import { dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll, soleWriter } from '../lib/ingest.ts';
import { build, dumpOf, filesBeside, human, same, scribble, workplace } from '../lib/storePlace.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';

const modeOf = (file: string): number => statSync(file).mode & 0o777;

for (const engine of engines) {
  describe(`opening a store, ${engine}`, () => {
    test('makes folder and file, for nobody else to read', () => {
      using dir = workplace();
      assert.equal(openForReading(dir.store, { engine }), undefined);
      const { db, newer, damage } = openForWriting(dir.store, { engine });
      assert.deepEqual([newer, damage, db.engine], [false, undefined, engine]);
      ingestAll(db, dir.path);
      if (process.platform !== 'win32') {
        assert.equal(modeOf(dir.at('data')), 0o700);
        for (const suffix of ['', '-wal', '-shm']) assert.equal(modeOf(dir.store + suffix), 0o600);
        assert.equal(modeOf(backUp(db, dir.store, new Date())), 0o600);
      }
      db.close();
    });

    test('an empty file is no store yet', () => {
      using dir = workplace();
      mkdirSync(dir.at('data'));
      writeFileSync(dir.store, '');
      assert.equal(openForReading(dir.store, { engine }), undefined);
      openForWriting(dir.store, { engine }).db.close();
      openForReading(dir.store, { engine })!.close();
    });

    test('one that somebody else is just making is waited for', async () => {
      using dir = workplace();
      openForWriting(dir.store, { engine }).db.close();
      const other = openDatabase(dir.store, { engine });
      other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM word WHERE id > 0');
      assert.throws(() => openForWriting(dir.store, { engine }), /is busy: another program/);
      const waiting = whileBusy(() => openForWriting(dir.store, { engine }));
      other.exec('COMMIT');
      other.close();
      (await waiting).db.close();
    });

    test('a new one is made whole or not at all', () => {
      using dir = workplace();
      const steps = [...migrations, { version: 99, minReader: 1, sql: 'INSERT INTO nowhere' }];
      assert.throws(() => openForWriting(dir.store, { engine, steps }));
      assert.equal(openForReading(dir.store, { engine }), undefined);
      openForWriting(dir.store, { engine }).db.close();
      assert.deepEqual(filesBeside(dir.store), ['outlay.db']);
    });

    test('a reader cannot write', () => {
      using dir = workplace();
      openForWriting(dir.store, { engine }).db.close();
      const db = openForReading(dir.store, { engine })!;
      assert.throws(() => db.exec("INSERT INTO word (text) VALUES ('x')"), /readonly/i);
      db.close();
    });

    test('a place that cannot be a store is refused in words', () => {
      using dir = workplace();
      writeFileSync(dir.at('file'), 'x');
      assert.throws(
        () => openForWriting(dir.at('file', 'outlay.db'), { engine }),
        human(/storePath/),
      );
      mkdirSync(dir.at('folder.db'));
      assert.throws(
        () => openForWriting(dir.at('folder.db'), { engine }),
        human(/it is a folder.*storePath/),
      );
    });
  });

  describe(`versions meet, ${engine}`, () => {
    const present = currentVersion();
    const later = present + 1;
    const minReaderNow = migrations.at(-1)!.minReader;

    /** A later step that old readers understand, or not. */
    const second = (
      minReader: number,
      sql = 'CREATE TABLE later (x INTEGER) STRICT',
    ): Migration[] => [...migrations, { version: later, minReader, sql }];

    test('an older store is copied and brought up to date', () => {
      using dir = workplace();
      const before = build(dir, dir.store, engine);
      const { db, newer } = openForWriting(dir.store, { engine, steps: second(1) });
      assert.deepEqual([newer, schemaState(db)], [false, { version: later, minReader: 1 }]);
      assert.equal(dumpStore(db), before);
      db.prepare('SELECT * FROM later').all();
      db.close();
      const copy = `${dir.store}.before-v${later}`;
      assert.equal(dumpOf(copy, engine), before);
      if (process.platform !== 'win32') assert.equal(modeOf(copy), 0o600);
      const old = openDatabase(copy, { engine });
      assert.equal(schemaState(old).version, present);
      old.close();
      openForWriting(dir.store, { engine, steps: second(1) }).db.close();
      assert.deepEqual(filesBeside(dir.store), ['outlay.db', `outlay.db.before-v${later}`]);
    });

    test('a copy is made of what is in the log, too, and an old one gives way', () => {
      using dir = workplace();
      const first = openForWriting(dir.store, { engine });
      ingestAll(first.db, dir.path);
      writeFileSync(`${dir.store}.before-v${later}`, 'an older copy');
      openForWriting(dir.store, { engine, steps: second(1) }).db.close();
      same(dumpOf(`${dir.store}.before-v${later}`, engine), dumpStore(first.db));
      first.db.close();
    });

    test('a step that fails leaves the store as it was', () => {
      using dir = workplace();
      const before = build(dir, dir.store, engine);
      const steps = second(1, 'CREATE TABLE later (x); INSERT INTO nowhere VALUES (1)');
      assert.throws(() => openForWriting(dir.store, { engine, steps }), /nowhere/);
      const { db } = openForWriting(dir.store, { engine });
      assert.deepEqual(schemaState(db), { version: present, minReader: minReaderNow });
      assert.throws(() => db.prepare('SELECT * FROM later'), /no such table/);
      assert.equal(dumpStore(db), before);
      db.close();
    });

    test('a newer store that may be read is read and not migrated down', () => {
      using dir = workplace();
      const before = build(dir, dir.store, engine);
      openForWriting(dir.store, { engine, steps: second(1) }).db.close();
      const { db, newer } = openForWriting(dir.store, { engine });
      assert.deepEqual([newer, schemaState(db).version], [true, later]);
      db.close();
      assert.equal(dumpOf(dir.store, engine), before);
    });

    test('a newer store that may not be read is refused with what to do', () => {
      using dir = workplace();
      build(dir, dir.store, engine);
      openForWriting(dir.store, { engine, steps: second(later) }).db.close();
      const bytes = readFileSync(dir.store);
      const refusal = human(/newer Outlay.*Update Outlay/);
      assert.throws(() => openForWriting(dir.store, { engine }), refusal);
      assert.throws(() => openForReading(dir.store, { engine }), refusal);
      assert.ok(readFileSync(dir.store).equals(bytes), 'not a byte was written');
    });
  });

  describe(`full disk, ${engine}`, () => {
    test('is said in words, loses nothing, and goes on when there is room', () => {
      using dir = workplace('claude-code-viewer');
      const expected = build(dir, dir.at('clean', 'outlay.db'), engine);
      const { db } = openForWriting(dir.store, { engine });
      const writer = soleWriter(db);
      const limit = (pages: number): unknown => db.pragma(`max_page_count = ${pages}`);
      const pages = Number(db.pragma('page_count'));
      let full = 0;
      for (let room = pages + 1; ; room += 3) {
        limit(room);
        try {
          ingestAll(db, dir.path, { writer, chunkBytes: 2000 });
          break;
        } catch (error) {
          assert.throws(
            () => {
              throw storeError(dir.store, error);
            },
            human(/disk is full.*nothing is lost/),
          );
          assert.equal(isDamage(error), false);
          full++;
          assertAddsUp(db);
        }
      }
      assert.ok(full > 3, `${full} times full`);
      same(dumpStore(db), expected);
      db.close();
    });
  });
}

function assertAddsUp(db: SqlDatabase): void {
  const sums = db
    .prepare(
      `SELECT coalesce(sum(nano), 0) AS m, (SELECT coalesce(sum(nano), 0) FROM spend_total) AS t
       FROM message WHERE counted = 1`,
    )
    .get<{ m: number; t: number }>()!;
  assert.equal(sums.m, sums.t);
}

/** Everything in a folder, to the byte. */
function bytesIn(dir: TempDir): [name: string, bytes: string, mode: number][] {
  return readdirSync(dir.path)
    .sort()
    .map((name) => [name, readFileSync(dir.at(name), 'base64'), modeOf(dir.at(name))]);
}

for (const engine of engines) {
  describe(`what is not Outlay's, ${engine}`, () => {
    const notes = "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine');";
    const meta = 'CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;';
    const many = Array.from({ length: 300 }, (_, i) => `CREATE TABLE t${i} (text TEXT);`).join('');
    const kinds: Record<string, string> = {
      'without a version': notes,
      'with a version': `PRAGMA user_version = 1; ${notes}`,
      'with the present version': `PRAGMA user_version = ${currentVersion()}; ${notes}`,
      'with an older version and a table of ours': `PRAGMA user_version = 5; ${meta}`,
      'that says it is ours': `PRAGMA user_version = 5; ${meta} INSERT INTO meta VALUES ('minReader', '1');`,
      'with many tables': `PRAGMA user_version = 3; ${many}`,
      'with large pages': `PRAGMA page_size = 65536; PRAGMA user_version = 3; ${many}`,
      'with a version and nothing in it': 'PRAGMA user_version = 9;',
      'in WAL mode': `PRAGMA journal_mode = WAL; PRAGMA user_version = 40; ${notes}`,
    };
    for (const [name, sql] of Object.entries(kinds)) {
      test(`a database ${name} is left as it is`, () => {
        using dir = tempDir();
        const file = dir.at('notes.db');
        const foreign = openDatabase(file, { engine });
        foreign.exec(sql);
        foreign.close();
        const before = bytesIn(dir);
        assert.throws(() => openForWriting(file, { engine }), human(/another program's database/));
        assert.throws(() => openForReading(file, { engine }), human(/another program's database/));
        assert.deepEqual(bytesIn(dir), before);
      });
    }

    test('a database in use, its log not yet in it, is left as it is', () => {
      using dir = tempDir();
      const file = dir.at('notes.db');
      const foreign = openDatabase(file, { engine });
      foreign.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = 40; ${notes}`);
      const before = bytesIn(dir).filter(([name]) => !name.endsWith('-shm'));
      assert.throws(() => openForWriting(file, { engine }), human(/another program's database/));
      assert.throws(() => openForReading(file, { engine }), human(/another program's database/));
      const after = bytesIn(dir).filter(([name]) => !name.endsWith('-shm'));
      assert.deepEqual(after, before);
      foreign.close();
    });

    test('no file is renamed for want of being a store', () => {
      using dir = tempDir();
      writeFileSync(dir.at('thumbs.db'), 'a text '.repeat(2000));
      const damaged = openDatabase(dir.at('other.db'), { engine });
      damaged.exec(many);
      damaged.close();
      scribble(dir.at('other.db'), 100, 60_000);
      const before = bytesIn(dir);
      assert.throws(() => openForWriting(dir.at('thumbs.db'), { engine }), human(/no SQLite file/));
      assert.throws(() => openForWriting(dir.at('other.db'), { engine }), human(/damaged/));
      assert.deepEqual(bytesIn(dir), before);
    });

    test('a store under any name, its first page overwritten, is known by what is left of it', () => {
      using dir = workplace();
      const store = dir.at('data', 'spend.sqlite');
      build(dir, store, engine);
      scribble(store, 0, 4096);
      const { db, damage } = openForWriting(store, { engine });
      assert.match(damage!.keptAs!, /spend\.sqlite\.damaged-/);
      db.close();
    });

    test('what is no file is refused in words', { skip: process.platform === 'win32' }, () => {
      using dir = tempDir();
      for (const file of [dir.path, '/dev/null']) {
        const words = human(/cannot be the store: it is (a folder|no regular file)\..*storePath/);
        assert.throws(() => openForWriting(file, { engine }), words);
        assert.throws(() => openForReading(file, { engine }), words);
      }
    });

    test('a store is known as one while it is written, and after a crash', () => {
      using dir = workplace();
      const { db } = openForWriting(dir.store, { engine });
      openForWriting(dir.store, { engine }).db.close();
      openForReading(dir.store, { engine })!.close();
      for (const suffix of ['', '-wal', '-shm']) {
        writeFileSync(dir.at(`crashed.db${suffix}`), readFileSync(dir.store + suffix));
      }
      db.close();
      openForReading(dir.at('crashed.db'), { engine })!.close();
      rmSync(dir.at('crashed.db-shm'));
      openForWriting(dir.at('crashed.db'), { engine }).db.close();
    });
  });
}

for (const engine of engines) {
  test(`a folder that went a moment ago is a store that cannot be opened: ${engine}`, () => {
    using dir = tempDir();
    const file = dir.at('gone', 'outlay.db');
    assert.throws(
      () => openDatabase(file, { engine, readonly: true }),
      (error) => !(error instanceof HumanError) && sqliteCode(error) === 'SQLITE_CANTOPEN',
    );
  });
}
