import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as NodeSqlite from 'node:sqlite';
import { describe, test } from 'node:test';
import { backUp } from '../../src/store/connection/backups.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof NodeSqlite;
const sid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;
const gone = `p/${sid('1')}.jsonl`;

function session(world: CliWorld, digit: string): void {
  const dollar = usageOf({ input: 200_000 });
  const record = answerRecord(digit, 'claude-opus-4-7', dollar, { sessionId: sid(digit) });
  world.transcript(`p/${sid(digit)}.jsonl`, [record]);
}

/**
 * A store, closed as it should be, with two sessions of a dollar each; the transcript of one is gone
 * and stands in the backup only.
 */
function storeWithBackup(world: CliWorld): string {
  session(world, '1');
  const store = world.dir.at('outlay.db');
  assert.equal(world.on('index', '--store', store).code, 0);
  const { db } = openForWriting(store);
  backUp(db, store, new Date());
  db.close();
  rmSync(world.dir.at('config', 'projects', gone));
  session(world, '2');
  assert.equal(world.on('index', '--store', store).code, 0);
  return store;
}

/** Overwrites every page of a table or index but the first page of the file. */
function smash(store: string, name: string): void {
  const db = new DatabaseSync(store);
  const pages = db.prepare('SELECT pageno FROM dbstat WHERE name = ?').all(name);
  db.close();
  const file = openSync(store, 'r+');
  for (const { pageno } of pages) {
    if (pageno !== 1)
      writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (Number(pageno) - 1) * 4096);
  }
  closeSync(file);
}

function total(world: CliWorld, store: string): { usd: number; said: string } {
  let said = '';
  for (let tries = 0; tries < 3; tries++) {
    const { code, out, err } = world.on('summary', '--period', 'all', '--json', '--store', store);
    said += err;
    if (code === 0) return { usd: JSON.parse(out).total_cost_usd, said };
    assert.equal(code, 3, err);
  }
  throw new Error(`never healthy: ${said}`);
}

describe('damage is never final', () => {
  for (const name of ['message', 'spend_bucket', 'file', 'meta', 'lease', 'word', 'session']) {
    test(`pages of ${name}, after a clean end`, () => {
      using world = new CliWorld();
      const store = storeWithBackup(world);
      assert.equal(total(world, store).usd, 2);
      smash(store, name);
      session(world, '3');
      const { usd, said } = total(world, store);
      assert.equal(usd, 3, said);
      assert.match(said, /was damaged .*Kept as .*; restored .*backup/);
      assert.equal(world.on('budget', 'check', '--store', store).code, 0);
    });
  }

  test('found while nothing is new, and without a backup', () => {
    using world = new CliWorld();
    session(world, '1');
    const store = world.dir.at('outlay.db');
    assert.equal(total(world, store).usd, 1);
    smash(store, 'spend_bucket');
    const { usd, said } = total(world, store);
    assert.equal(usd, 1, said);
    assert.match(said, /there was no sound backup/);
  });

  for (const name of ['message', 'file', 'session']) {
    test(`reset works, whatever is there: ${name}`, () => {
      using world = new CliWorld();
      const store = storeWithBackup(world);
      smash(store, name);
      const { code, err } = world.on('reset', '--yes', '--store', store);
      assert.equal(code, 0, err);
      assert.equal(total(world, store).usd, 1, 'what is on disk');
    });
  }

  test('a missing store is restored for a question that reads nothing new', () => {
    using world = new CliWorld();
    const store = storeWithBackup(world);
    rmSync(store);
    const { code, out } = world.on('summary', '--no-index', '--store', store);
    assert.equal(code, 0);
    assert.match(out, /\$1\.00/);
    assert.match(out, /The store was missing: restored .*backup/);
  });

  for (const what of ['missing', 'empty']) {
    test(`a store that is ${what} is restored from its backup, and it is said`, () => {
      using world = new CliWorld();
      const store = storeWithBackup(world);
      if (what === 'empty') truncateSync(store, 0);
      else rmSync(store);
      for (const end of ['-wal', '-shm']) rmSync(store + end, { force: true });
      const { usd, said } = total(world, store);
      assert.equal(usd, 2, said);
      assert.match(said, new RegExp(`The store was ${what}: restored .*backup`));
      assert.deepEqual(
        readdirSync(world.dir.path).filter((name) => /lock|part/.test(name)),
        [],
      );
    });
  }
});
