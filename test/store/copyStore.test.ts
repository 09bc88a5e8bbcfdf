import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { backUp, backupsOf } from '../../src/store/connection/backups.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { filesOfStore } from '../../src/store/connection/storeFiles.ts';
import { Lease } from '../../src/store/connection/writerLease.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { currentVersion, migrate } from '../../src/store/schema/migrations.ts';
import { copyStore } from '../../src/store/upkeep/copyStore.ts';
import { dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll, soleWriter } from '../lib/ingest.ts';
import { writeWorld } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { largeWorld } from '../lib/world.ts';

for (const engine of engines) {
  describe(`copies of a store, ${engine}`, () => {
    test('a copy says the same, is private, and belongs to no writer', () => {
      using dir = tempDir();
      writeWorld(dir.path, largeWorld(1, 60));
      const file = dir.at('outlay.db');
      const { db } = openForWriting(file, { engine });
      const lease = new Lease(db, 'editor');
      lease.acquire(Date.now());
      const writer = soleWriter(db, { assertWriter: () => lease.assertHeld() });
      ingestAll(db, dir.at('a'), { writer });
      writer.setMeta('clean', '0');

      const target = dir.at('new', 'place', 'copy.db');
      const copied = copyStore(file, target, { engine, replace: false });
      const { messages, sessions } = new StoreReader(db).kept();
      assert.deepEqual(copied, { messages, sessions });
      assert.ok(messages > 10);
      if (process.platform !== 'win32') assert.equal(statSync(target).mode & 0o777, 0o600);
      const copy = openForReading(target, { engine })!;
      assert.equal(dumpStore(copy), dumpStore(db));
      assert.equal(new StoreReader(copy).lease(), undefined);
      assert.equal(new StoreReader(copy).meta('clean'), '1');
      copy.close();
      assert.deepEqual(readdirSync(dir.at('new', 'place')), ['copy.db']);
      assert.equal(lease.current()?.holder, lease.holder, 'the store itself keeps its writer');
      db.close();
    });

    test('what is there stays, unless it is to be replaced', () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      openForWriting(file, { engine }).db.close();
      const target = dir.at('backup.db');
      writeFileSync(target, 'somebody else wrote this');
      assert.throws(() => copyStore(file, target, { engine, replace: false }), /is there already/);
      assert.equal(statSync(target).size, 24);
      copyStore(file, target, { engine, replace: true });
      const copy = openForReading(target, { engine });
      assert.ok(copy);
      copy.close();
      const left = readdirSync(dir.path).filter((name) => !name.startsWith('outlay.db'));
      assert.deepEqual(left, ['backup.db']);
    });

    test('never over the store itself, its log or its backups, nor over a store in use', () => {
      using dir = tempDir();
      const file = dir.at('outlay.db');
      const { db } = openForWriting(file, { engine });
      const backup = backUp(db, file, new Date());
      const used = dir.at('used.db');
      const { db: other } = openForWriting(used, { engine });
      for (const target of [file, `${file}-wal`, dir.at('.', 'outlay.db'), backup]) {
        assert.throws(() => copyStore(file, target, { engine, replace: true }), /store itself/);
      }
      assert.throws(() => copyStore(file, used, { engine, replace: true }), /store in use/);
      other.close();
      db.close();
      assert.throws(
        () => copyStore(dir.at('none.db'), used, { engine, replace: true }),
        /no store/,
      );
      assert.equal(existsSync(dir.at('none.db')), false);
    });
  });
}

for (const engine of engines) {
  test(`every copy is private from its first byte, and none is left half made (${engine})`, {
    skip: process.platform === 'win32',
  }, () => {
    using dir = tempDir();
    const file = dir.at('outlay.db');
    const { db } = openForWriting(file, { engine });
    const seen: [name: string, mode: number][] = [];
    /** The store, looked at when its copy is about to be filled; `fail` says whether that fails. */
    const watched = (fail: boolean): SqlDatabase => ({
      ...db,
      prepare: (sql) => {
        const statement = db.prepare(sql);
        if (!sql.startsWith('VACUUM INTO')) return statement;
        return {
          ...statement,
          run: (target) => {
            seen.push([String(target).slice(file.length), statSync(String(target)).mode & 0o777]);
            if (fail) writeFileSync(`${target}-journal`, 'half');
            if (fail) throw new Error('the disk is full');
            return statement.run(target!);
          },
        };
      },
    });
    const mask = process.umask(0);
    try {
      const backup = backUp(watched(false), file, new Date(1_800_000_000_000));
      assert.equal(statSync(backup).mode & 0o777, 0o600);
      assert.throws(() => backUp(watched(true), file, new Date(1_900_000_000_000)), /disk is full/);
      db.exec('PRAGMA user_version = 1');
      assert.throws(() => migrate(watched(true), file), /disk is full/);
      db.exec(`PRAGMA user_version = ${currentVersion()}`);
    } finally {
      process.umask(mask);
    }
    assert.equal(seen.length, 3);
    for (const [name, mode] of seen) {
      assert.equal(mode, 0o600, name);
      assert.match(name, /^\.(backup-[\dTZ-]+|before-v\d+)\.\d+-[0-9a-f]{8}\.part$/);
    }
    const kinds = filesOfStore(file).map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => kind !== 'log'),
      ['store', 'backup'],
    );
    db.close();
  });

  test(`what killed programs left is no backup, and goes with the next one (${engine})`, () => {
    using dir = tempDir();
    const file = dir.at('outlay.db');
    const { db } = openForWriting(file, { engine });
    const first = backUp(db, file, new Date('2026-11-01T00:00:00Z'));
    const second = backUp(db, file, new Date('2026-11-08T00:00:00Z'));
    const dead = `${file}.backup-2026-11-15T00-00-00-000Z.999999999-0a1b2c3d.part`;
    const alive = `${file}.backup-2026-11-15T00-00-00-000Z.${process.pid}-0a1b2c3d.part`;
    const old = `${file}.backup-2026-11-15T00-00-00-000Z.part-journal`;
    for (const path of [dead, `${dead}-journal`, alive, old]) writeFileSync(path, 'half');
    assert.deepEqual(backupsOf(file), [second, first]);
    const third = backUp(db, file, new Date('2026-11-15T00:00:00Z'));
    assert.deepEqual(backupsOf(file), [third, second]);
    const left = filesOfStore(file).filter(({ kind }) => kind === 'unfinished');
    assert.deepEqual(left.map(({ path }) => path).sort(), [alive, old].sort());
    db.close();
  });
}

test('the files of a store are its own and nothing else', () => {
  using dir = tempDir();
  const file = dir.at('outlay.db');
  const { db } = openForWriting(file);
  const backup = backUp(db, file, new Date(1_800_000_000_000));
  const own = [
    [`${file}.damaged-2026-11-22T10-00-00-000Z`, 'damaged'],
    [`${file}.damaged-2026-11-22T10-00-00-000Z-wal`, 'damaged'],
    [`${file}.before-v2`, 'migration'],
    // What killed programs leave, of this version and older ones.
    [`${file}.copy-4711`, 'unfinished'],
    [`${file}.backup-2026-11-22T10-00-00-000Z.part`, 'unfinished'],
    [`${file}.backup-2026-11-22T10-00-00-000Z.part-journal`, 'unfinished'],
    [`${file}.backup-2026-11-22T10-00-00-000Z.4711-0a1b2c3d.part`, 'unfinished'],
    [`${file}.backup-2026-11-22T10-00-00-000Z.4711-0a1b2c3d.part-journal`, 'unfinished'],
    [`${file}.before-v6.4711-0a1b2c3d.part`, 'unfinished'],
    [`${file}.before-v6.4711-0a1b2c3d.part-journal`, 'unfinished'],
    [`${file}.before-v6.7d8f4b0e-1111-4222-8333-444455556666`, 'unfinished'],
    [`${file}.before-v6.7d8f4b0e-1111-4222-8333-444455556666-journal`, 'unfinished'],
    [`${file}.4711-0a1b2c3d.part`, 'unfinished'],
  ] as const;
  for (const [path] of own) copyFileSync(backup, path);
  for (const name of ['outlay.db.txt', 'outlay.db2', 'my-outlay.db', 'outlay.db.backup-mine']) {
    writeFileSync(dir.at(name), 'x');
  }
  const expected = [
    [file, 'store'],
    [`${file}-shm`, 'log'],
    [`${file}-wal`, 'log'],
    [backup, 'backup'],
    ...own,
  ];
  const found = filesOfStore(file).map(({ path, kind }) => [path, kind]);
  assert.deepEqual(found.sort(), expected.map(([path, kind]) => [path, kind]).sort());
  assert.deepEqual(filesOfStore(dir.at('nowhere', 'outlay.db')), []);
  db.close();
});
