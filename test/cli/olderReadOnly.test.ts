import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { reportDefinitions } from '../../src/reports/registry.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { currentVersion } from '../../src/store/schema/migrations.ts';
import { scribble } from '../lib/storePlace.ts';
import { unpack } from '../lib/transcriptSets.ts';
import { CliWorld } from './runCli.ts';

const packed = join(import.meta.dirname, '..', 'fixtures', 'stores', 'schema6.br');
/** Rights mean nothing to root: everything is run as nobody. */
const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

describe('a store of an older schema that nobody can write', {
  skip: process.platform !== 'linux',
}, () => {
  let world: CliWorld;
  let store: string;

  before(() => {
    world = new CliWorld();
    store = world.dir.at('medium', 'outlay.db');
    mkdirSync(dirname(store));
    mkdirSync(join(world.root, 'projects'), { recursive: true });
    mkdirSync(world.dir.at('data'));
    for (const [path, content] of unpack(readFileSync(packed))) {
      if (path === 'outlay.db') writeFileSync(store, content);
    }
    for (const folder of [world.root, world.dir.at('data')]) chmodSync(folder, 0o777);
    chmodSync(store, 0o444);
    chmodSync(dirname(store), 0o555);
    chmodSync(world.dir.path, 0o755);
  });
  after(() => {
    chmodSync(dirname(store), 0o755);
    world[Symbol.dispose]();
  });

  /** No command of these may end as a bug; those that cannot answer say why in one sentence. */
  function ask(commands: readonly string[], more: readonly string[]): string[] {
    const told: string[] = [];
    for (const command of commands) {
      const args = [...command.split(' '), ...more, '--store', store, '--config-dir', world.root];
      const { code, out, err } = world.runWith(asNobody, ...args);
      assert.ok([0, 2, 3].includes(code!), `${command}: ${code} ${err}`);
      assert.doesNotMatch(err + out, /This is a bug|no such|no column|\n {4}at /, command);
      if (code !== 3 || out !== '') continue;
      told.push(command);
      assert.match(err, /^The store .*outlay\.db .*(rights|OUTLAY_STORE).*\n$/, command);
    }
    assert.deepEqual(readdirSync(dirname(store)), ['outlay.db']);
    return told;
  }

  test('is not asked what only a newer schema knows', () => {
    const reports = reportDefinitions.map(({ name }) => name);
    const others = ['sessions', 'doctor', 'workers', 'index', 'reprice', 'retention', 'reset'];
    const writing = ['reset --yes', 'retention run --yes --message-days 90 --day-days 400'];
    const exports = ['export csv', 'export prometheus', 'track --session none'];
    const told = ask([...reports, ...others, ...writing, ...exports], ['--no-index']);
    const silent = ['budget list', 'doctor', 'workers', 'index', 'retention', 'trend'];
    for (const command of ['summary', 'sessions', ...writing]) assert.ok(told.includes(command));
    for (const command of silent) assert.ok(!told.includes(command), command);
    assert.ok(ask(['summary', 'budget check', 'index'], []).includes('summary'));
    const { err } = world.runWith(asNobody, 'summary', '--no-index', '--store', store);
    assert.match(err, /written by an older Outlay .* Copy it into a folder you may write to/);
  });

  test('is answered from where its tables are those of now', () => {
    chmodSync(dirname(store), 0o755);
    rmSync(store);
    const { db } = openForWriting(store);
    db.exec(`PRAGMA user_version = ${currentVersion() - 1}`);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    chmodSync(store, 0o444);
    chmodSync(dirname(store), 0o555);
    assert.deepEqual(ask(['summary', 'sessions', 'export csv'], ['--no-index']), []);
  });

  test('is told to be damaged where it is, not that it cannot be written', () => {
    scribble(store, 4096, 100_000);
    const { code, err } = world.runWith(asNobody, 'summary', '--no-index', '--store', store);
    assert.equal(code, 3);
    assert.match(err, /^The store .*outlay\.db is damaged\. .*\n$/);
  });
});
