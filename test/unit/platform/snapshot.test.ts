import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../src/platform/sqlite/open.ts';
import {
  databaseBusy,
  databaseState,
  openSnapshot,
} from '../../../src/platform/sqlite/snapshot.ts';
import { engines } from '../../lib/engines.ts';

describe('a copy of another program’s database', () => {
  let folder: string;
  let temporary: string;
  const { TMPDIR, TEMP } = process.env;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-snapshot-'));
    temporary = mkdtempSync(join(tmpdir(), 'outlay-snapshot-'));
    Object.assign(process.env, { TMPDIR: temporary, TEMP: temporary });
  });
  afterEach(() => {
    delete process.env.TMPDIR;
    delete process.env.TEMP;
    if (TMPDIR !== undefined) process.env.TMPDIR = TMPDIR;
    if (TEMP !== undefined) process.env.TEMP = TEMP;
    for (const each of [folder, temporary]) rmSync(each, { recursive: true, force: true });
  });

  const rowsIn = (path: string): number | undefined => {
    using snapshot = openSnapshot(path);
    return snapshot?.db.prepare('SELECT count(*) AS rows FROM t').get<{ rows: number }>()?.rows;
  };

  for (const engine of engines) {
    it(`has what is in the log, and leaves nothing anywhere (${engine})`, () => {
      const path = join(folder, 'a.db');
      const db = openDatabase(path, { engine });
      db.exec('PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x)');
      db.exec('INSERT INTO t VALUES (1), (2)');
      const before = databaseState(path)!;
      assert.equal(rowsIn(path), 2);
      assert.deepEqual(databaseState(path), before);
      db.exec('INSERT INTO t VALUES (3)');
      assert.notEqual(databaseState(path)!.print, before.print);
      // Not even a writer in the middle of it is disturbed.
      db.exec('BEGIN EXCLUSIVE; INSERT INTO t VALUES (4)');
      assert.equal(rowsIn(path), 3);
      db.exec('COMMIT');
      db.close();
      assert.equal(rowsIn(path), 4);
      assert.deepEqual(readdirSync(folder), ['a.db']);
      assert.deepEqual(readdirSync(temporary), []);
    });
  }

  it('goes on while it is read, though it has no name any more', () => {
    const path = join(folder, 'a.db');
    const db = openDatabase(path);
    db.exec('PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    using snapshot = openSnapshot(path)!;
    if (process.platform !== 'win32') assert.deepEqual(readdirSync(temporary), []);
    db.exec('DELETE FROM t');
    db.close();
    assert.equal(snapshot.db.prepare('SELECT x FROM t').get<{ x: number }>()!.x, 1);
  });

  it('is of a database that nobody may write, and one with a journal left by a crash', () => {
    const path = join(folder, 'a.db');
    const db = openDatabase(path);
    db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    db.close();
    chmodSync(path, 0o400);
    assert.equal(rowsIn(path), 1);
    assert.equal(statSync(path).mode & 0o777, process.platform === 'win32' ? 0o444 : 0o400);
    // What begins like no journal is none.
    writeFileSync(`${path}-journal`, Buffer.alloc(512));
    assert.equal(rowsIn(path), 1);
  });

  it('is whole, however a writer in another process writes and moves its log', async () => {
    const path = join(folder, 'a.db');
    const write = `const { DatabaseSync } = require('node:sqlite');
      const db = new DatabaseSync(${JSON.stringify(path)});
      db.exec('PRAGMA journal_mode = wal; CREATE TABLE t (x); INSERT INTO t VALUES (0)');
      process.stdout.write('begun');
      process.stdin.on('data', () => process.exit());
      (function more() {
        db.exec("BEGIN; INSERT INTO t SELECT hex(randomblob(500)) FROM t LIMIT 20; COMMIT");
        const how = ['TRUNCATE', 'RESTART', 'PASSIVE', 'PASSIVE', 'PASSIVE'][Math.floor(Math.random() * 15)];
        if (how) db.exec('PRAGMA wal_checkpoint(' + how + ')');
        setTimeout(more, Math.random() * 20);
      })();`;
    const writer = spawn(process.execPath, ['-e', write], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(writer, 'exit');
    await once(writer.stdout, 'data');
    let rows = 0;
    let whole = 0;
    for (let i = 0; i < 300 && whole < 25; i++) {
      try {
        using snapshot = openSnapshot(path)!;
        assert.equal(snapshot.db.pragma('integrity_check'), 'ok');
        const sql = 'SELECT count(*) AS rows FROM t';
        const now = snapshot.db.prepare(sql).get<{ rows: number }>()!.rows;
        assert.ok(now >= rows, `${now} rows after ${rows}`);
        rows = now;
        whole++;
      } catch (error) {
        if ((error as { code?: unknown }).code !== databaseBusy) throw error;
      }
      await sleep(5);
    }
    writer.stdin.end('end');
    await ended;
    assert.equal(whole, 25, 'it could be copied');
    assert.ok(rows > 1);
  });

  it('is not made of nothing, and of no database fails as SQLite does', () => {
    assert.equal(openSnapshot(join(folder, 'none.db')), undefined);
    const path = join(folder, 'text.db');
    writeFileSync(path, 'This is no database. '.repeat(100));
    assert.throws(() => openSnapshot(path), /not a database/);
    assert.deepEqual(readdirSync(temporary), []);
    assert.deepEqual(readdirSync(folder), ['text.db']);
  });
});
