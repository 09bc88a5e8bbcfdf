import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import type * as NodeSqlite from 'node:sqlite';
import { describe, test } from 'node:test';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { currentVersion, migrations, schemaState } from '../../src/store/schema/migrations.ts';
import { downTo } from '../lib/oldStores.ts';
import { answerRecord, CliWorld, costState, usageOf } from './runCli.ts';

const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof NodeSqlite;
const sid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;
const opus = 'claude-opus-4-7';
const dollar = usageOf({ input: 200_000 });

function oneSession(world: CliWorld, digit = '1'): void {
  const record = answerRecord(digit, opus, dollar, { sessionId: sid(digit) });
  world.transcript(`p/${sid(digit)}.jsonl`, [record]);
}

describe('what a figure is made of', () => {
  test('tokens of other models inside a response count for these, whatever order they stand in', () => {
    using world = new CliWorld();
    const iterations = [
      { type: 'message', ...usageOf({ input: 200_000 }) },
      { type: 'advisor_message', model: 'claude-haiku-4-5', ...usageOf({ input: 1_000_000 }) },
    ];
    const record = answerRecord('1', opus, { ...dollar, iterations }, { sessionId: sid('1') });
    world.transcript(`p/${sid('1')}.jsonl`, [record]);
    const { sessions, totals } = world.json('sessions');
    assert.equal(sessions.length, 1);
    assert.equal(totals.messages, 1);
    assert.equal(totals.usd, 2);
    assert.deepEqual(
      [sessions[0].models[opus].usd, sessions[0].models['claude-haiku-4-5'].usd],
      [1, 1],
    );
    const [message] = world.json('session').topMessages;
    assert.equal(message.usd, 2);
    assert.deepEqual(
      message.parts.map(({ kind, usd }: { kind: string; usd: number }) => [kind, usd]),
      [['advisor', 1]],
    );
  });

  test('messages after the last total are not yet confirmed; without a total all are', () => {
    using world = new CliWorld();
    const sessionId = sid('1');
    const later = { sessionId, timestamp: '2026-11-20T11:00:00.000Z' };
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', opus, dollar, { sessionId }),
      costState(1.25, sessionId),
      answerRecord('2', opus, dollar, later),
    ]);
    oneSession(world, '3');
    const { sessions } = world.json('sessions');
    const [first] = sessions.filter((one: { sessionId: string }) => one.sessionId === sessionId);
    assert.deepEqual([first.usd, first.backgroundUsd, first.unconfirmedUsd], [2, 0.25, 1]);
    const { out } = world.on('session', sessionId);
    assert.match(
      out,
      /Claude Code says \$1\.25, the same: \$2\.00 in messages and \$0\.25 overhead; \$1\.00 came after that\./,
    );
    assert.doesNotMatch(world.on('session', sid('3')).out, /Claude Code says/);
  });

  test("a model the catalogue does not know takes Claude Code's own cost, and it is said", () => {
    using world = new CliWorld();
    const sessionId = sid('1');
    const state = { ...costState(0.75, sessionId), modelUsage: { 'model-x': { costUSD: 0.75 } } };
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'model-x', dollar, { sessionId }),
      state,
    ]);
    const { totals } = world.json('sessions');
    assert.deepEqual([totals.usd, totals.unpricedMessages], [0.75, 0]);
    assert.equal(world.json('session').topMessages[0].pricedBy, 'client');
    assert.match(
      world.on('sessions', '--notes').out,
      /took their cost from Claude Code's own totals/,
    );
  });
});

describe('states of the store', () => {
  test("Node's own SQLite answers the same", () => {
    using world = new CliWorld();
    oneSession(world);
    const native = world.json('sessions');
    world.env = { OUTLAY_NO_NATIVE: '1' };
    assert.deepEqual(world.json('sessions'), native);
    const store = world.dir.at('other.db');
    assert.deepEqual(world.json('sessions', '--store', store), native);
    assert.equal(world.json('doctor', '--store', store).store.engine, 'node:sqlite');
  });

  test('a store of a newer Outlay is read, and it is said that it is only read', () => {
    using world = new CliWorld();
    oneSession(world);
    const store = world.dir.at('newer.db');
    world.json('sessions', '--store', store);
    const db = new DatabaseSync(store);
    db.exec('PRAGMA user_version = 99');
    db.close();
    oneSession(world, '2');
    const read = world.on('sessions', '--store', store, '--json');
    assert.equal(read.code, 3);
    const { totals, notes } = JSON.parse(read.out);
    assert.equal(totals.usd, 1);
    assert.match(notes[0], /newer Outlay/);
    const again = new DatabaseSync(store);
    again.exec("UPDATE meta SET value = '99' WHERE key = 'minReader'");
    again.close();
    const refused = world.on('sessions', '--store', store);
    assert.equal(refused.code, 3);
    assert.match(refused.err, /Update Outlay to read it/);
  });

  test('a configuration directory without projects is no data', () => {
    using world = new CliWorld();
    mkdirSync(world.root, { recursive: true });
    const { code, out } = world.run('sessions', '--config-dir', world.root);
    assert.equal(code, 0);
    assert.match(out, /No sessions found/);
    assert.match(world.on('index').out, /0 transcripts found/);
  });

  test('an unreadable settings folder or price file never stops a figure', () => {
    using world = new CliWorld();
    oneSession(world);
    mkdirSync(world.dir.at('data', 'config.json'), { recursive: true });
    mkdirSync(world.dir.at('data', 'prices.json'), { recursive: true });
    const { totals, notes } = world.json('sessions');
    assert.equal(totals.usd, 1);
    assert.equal(notes.length, 2);
    assert.match(notes[0], /config\.json cannot be read \(EISDIR\)/);
    assert.match(notes[1], /prices\.json cannot be read \(EISDIR\)/);
  });

  test('a file where the projects should be is no data yet, and doctor names it', () => {
    using world = new CliWorld();
    mkdirSync(world.root, { recursive: true });
    writeFileSync(world.dir.at('config', 'projects'), '');
    assert.equal(world.run('sessions', '--config-dir', world.root).code, 0);
    assert.match(world.on('doctor').out, /not there \(yet\)/);
  });
});

describe('a store an older Outlay wrote last', () => {
  test('is migrated before it is read, also where nothing new is to be read', () => {
    using world = new CliWorld();
    oneSession(world);
    const store = world.dir.at('old', 'outlay.db');
    const old = migrations.slice(0, -1);
    openForWriting(store, { steps: old }).db.close();
    const { code, out, err } = world.run('report', '--no-index', '--store', store);
    assert.equal(code, 0, err);
    assert.match(out, /No data: no sessions found/);
    const db = openForReading(store)!;
    assert.equal(schemaState(db).version, currentVersion());
    db.close();
  });

  test('is read again at once, not with the command after', () => {
    using world = new CliWorld();
    oneSession(world);
    const store = world.dir.at('old', 'outlay.db');
    world.on('index', '--store', store);
    downTo(5, store);
    assert.match(world.on('index', '--store', store).out, /1 with something new/);
    assert.match(world.on('index', '--store', store).out, /0 with something new/);
  });
});

describe('a store that is none', () => {
  test('another program’s database is refused by every command, and stays as it is', () => {
    using world = new CliWorld();
    oneSession(world);
    const file = world.dir.at('places.sqlite');
    const db = new DatabaseSync(file);
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA user_version = 77; CREATE TABLE moz_places (url TEXT)',
    );
    db.close();
    const before = readFileSync(file);
    for (const command of [
      'summary',
      'index',
      'doctor',
      'reset',
      'retention',
      'reprice',
      'sessions',
    ]) {
      const { code, out, err } = world.on(command, '--store', file);
      assert.deepEqual([code, out], [3, ''], `${command}: ${err}`);
      assert.match(
        err,
        /^[^\n]*places\.sqlite is another program's database\.[^\n]*OUTLAY_STORE\.\n$/,
      );
    }
    assert.ok(readFileSync(file).equals(before));
    assert.deepEqual(
      readdirSync(world.dir.path).filter((name) => name.startsWith('places')),
      ['places.sqlite'],
    );
  });
});

describe('failures are said once, with what to do', () => {
  const onLinux = process.platform === 'linux';
  /** Rights mean nothing to root: what only reads is run as nobody. */
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

  test('a full disk behind standard output is no alert', { skip: !onLinux }, () => {
    using world = new CliWorld();
    oneSession(world);
    for (const args of [['sessions'], ['export', 'csv'], ['--help'], ['completion', 'bash']]) {
      const full = openSync('/dev/full', 'w');
      const { code, err } = world.runWith({ stdio: ['ignore', full, 'pipe'] }, ...args);
      closeSync(full);
      assert.equal(code, 3, `${args}: ${err}`);
      assert.match(
        err,
        /^The answer cannot be written to standard output \(the disk is full, ENOSPC\)\.\n$/,
      );
    }
  });

  test('a full disk behind the error stream keeps the answer', { skip: !onLinux }, () => {
    using world = new CliWorld();
    oneSession(world);
    const full = openSync('/dev/full', 'w');
    const { code } = world.runWith(
      { stdio: ['ignore', 'pipe', full] },
      'sessions',
      '--time-zone',
      'x',
    );
    closeSync(full);
    assert.equal(code, 3);
  });

  test('a store nobody can write is read', { skip: !onLinux }, () => {
    using world = new CliWorld();
    oneSession(world);
    const store = world.dir.at('medium', 'outlay.db');
    assert.equal(world.on('index', '--store', store).code, 0);
    // As it is copied to a medium, or as it lies in a folder of somebody else's.
    for (const end of ['-shm', '-wal']) rmSync(store + end, { force: true });
    chmodSync(store, 0o444);
    chmodSync(world.dir.at('medium'), 0o555);
    chmodSync(world.dir.path, 0o755);
    const args = ['summary', '--store', store, '--config-dir', world.root];
    const read = world.runWith(asNobody, ...args, '--no-index', '--json');
    assert.equal(read.code, 0, read.err);
    assert.equal(JSON.parse(read.out).total_cost_usd, 1);
    oneSession(world, '2');
    chmodSync(world.root, 0o755);
    const indexed = world.runWith(asNobody, ...args);
    assert.equal(indexed.code, 3, indexed.err);
    assert.match(
      indexed.out,
      /Nothing new could be read: The store .*outlay\.db .*rights of the file/,
    );
    assert.deepEqual(readdirSync(world.dir.at('medium')), ['outlay.db']);
    chmodSync(world.dir.at('medium'), 0o755);
  });

  test('a store somebody holds for long is said without the engine’s own words', () => {
    using world = new CliWorld();
    oneSession(world);
    const store = world.dir.at('outlay.db');
    assert.equal(world.on('index', '--store', store).code, 0);
    oneSession(world, '2');
    const other = new DatabaseSync(store);
    other.exec('BEGIN IMMEDIATE');
    const { code, out, err } = world.on('summary', '--store', store);
    other.close();
    assert.equal(code, 3, err);
    assert.match(out, /is busy: another program holds it\. Try again in a moment\./);
    assert.doesNotMatch(out + err, /database is locked/);
  });

  test('a place that cannot be a store is said once', () => {
    using world = new CliWorld();
    oneSession(world);
    mkdirSync(world.dir.at('folder.db'));
    writeFileSync(world.dir.at('thumbs.db'), 'a text '.repeat(2000));
    writeFileSync(world.dir.at('file'), '');
    const places = ['folder.db', 'thumbs.db', 'file/outlay.db'].map((name) => world.dir.at(name));
    for (const store of [...places, ...(onLinux ? ['/dev/null'] : [])]) {
      for (const args of [['summary'], ['index'], ['doctor', '--no-index']]) {
        const { code, out, err } = world.on(...args, '--store', store);
        if (args[0] === 'doctor' && store.endsWith('file/outlay.db')) continue;
        assert.deepEqual([code, out], [3, ''], `${store} ${args}: ${err}`);
        assert.equal(err.trimEnd().split('\n').length, 1, err);
        assert.match(err, /storePath/);
        assert.doesNotMatch(err, /local one|This is a bug/);
      }
    }
    assert.ok(existsSync(world.dir.at('thumbs.db')));
  });

  test('a home that is another one in each folder is refused', {
    skip: process.platform === 'win32',
  }, () => {
    using world = new CliWorld();
    oneSession(world);
    mkdirSync(world.dir.at('home'));
    for (const HOME of ['', '.', 'relative']) {
      for (const OUTLAY_DATA_DIR of ['', world.dir.at('data')]) {
        world.env = { HOME, OUTLAY_DATA_DIR };
        for (const command of ['summary', 'index', 'ingest']) {
          const more = command === 'ingest' ? [world.dir.at('events')] : [];
          if (command === 'ingest' && OUTLAY_DATA_DIR !== '') continue;
          writeFileSync(world.dir.at('events'), '{"peerId":"a","tokensUsed":1,"usdSpent":1}\n');
          const { code, out, err } = world.run(command, ...more);
          assert.deepEqual([code, out], [2, ''], `${command} ${HOME}: ${err}`);
          assert.match(err, /^[^\n]*is no absolute path\. Set HOME[^\n]*\n$/);
        }
      }
    }
    world.env = { XDG_DATA_HOME: 'relative', OUTLAY_DATA_DIR: '' };
    assert.equal(world.run('summary').code, 2);
    // As the specification wants it, a relative folder of configuration does not count.
    world.env = { XDG_CONFIG_HOME: 'relative' };
    assert.equal(world.run('summary').code, 0);
    assert.deepEqual(readdirSync(world.dir.at('home')), []);
  });
});

describe('transcripts that cannot be read', { skip: process.platform !== 'linux' }, () => {
  test('are said beside every figure, until they can be', () => {
    using world = new CliWorld();
    world.transcript('p/s1.jsonl', [
      answerRecord('1', 'claude-opus-4-7', usageOf({ input: 1000 })),
    ]);
    // A name that is no UTF-8 can be listed and not be found: so can a folder without rights.
    const strange = Buffer.concat([Buffer.from(`${world.root}/projects/`), Buffer.from([0xff])]);
    mkdirSync(strange);
    const note = /1 folder or file with transcripts could not be read.*its name is no UTF-8/;
    const reports = [
      ['summary'],
      ['sessions'],
      ['breakdown'],
      ['history'],
      ['health'],
      ['budget', 'check'],
    ];
    for (const report of [...reports, ['summary', '--no-index'], ['index']]) {
      assert.match(world.on(...report).out, note, report.join(' '));
    }
    const json = JSON.parse(world.on('summary', '--format', 'json').out) as { notes: string[] };
    assert.equal(json.notes.filter((text) => note.test(text)).length, 1);
    const doctor = world.on('doctor').out;
    assert.match(doctor, /1 folder or file cannot be read.*its name is no UTF-8/);
    assert.doesNotMatch(doctor, note);
    rmdirSync(strange);
    assert.doesNotMatch(world.on('summary').out, note);
  });
});

describe('a history of centuries', () => {
  test('lists the days with spend', () => {
    using world = new CliWorld();
    for (const digit of ['1', '2']) oneSession(world, digit);
    const { steps, notes } = world.json('history', '--since', '1971-01-01');
    assert.deepEqual(
      steps.map(({ from, messages }: { from: string; messages: number }) => [from, messages]),
      [['2026-11-20', 2]],
    );
    assert.match(notes.join(' '), /more than 5000 days .* those without spend are left out/);
    // What a person looks at has its empty days.
    const month = world.json('history', '--since', '2026-10-25');
    assert.equal(month.steps.length, 31);
    assert.doesNotMatch(month.notes.join(' '), /left out/);
  });
});
