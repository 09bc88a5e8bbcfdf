import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { endOfBlocks, packBlock } from '../../src/platform/blockedGzip.ts';
import { clientSet, unpackSet } from '../lib/transcriptSets.ts';
import { answerRecord, bundle, CliWorld, usageOf } from './runCli.ts';

/** A machine whose Claude Code has the sessions of the real client's set. */
function devbox(): CliWorld {
  const world = new CliWorld();
  unpackSet(clientSet, world.dir.at('home', '.claude'));
  return world;
}

/** What a machine says was spent. */
function total(world: CliWorld, ...more: string[]): number {
  const { code, out, err } = world.run('summary', '--json', ...more);
  assert.equal(code, 0, err);
  return JSON.parse(out).total_cost_usd;
}

function exported(world: CliWorld, name = 'devbox', ...more: string[]): string {
  const file = world.dir.at(`${name}.outlay.gz`);
  const { code, err } = world.run('export', 'host', '--name', name, '--out', file, ...more);
  assert.equal(code, 0, err);
  return file;
}

describe('sessions of another host', () => {
  test('come through a pipe, cost what they cost there, and are named by their host', () => {
    using there = devbox();
    using here = new CliWorld();
    const spent = total(there);
    assert.ok(spent > 2);
    const sent = spawnSync(process.execPath, [bundle, 'export', 'host', '--name', 'devbox'], {
      ...there.surroundings(),
    });
    assert.equal(sent.status, 0);
    assert.match(sent.stderr.toString(), /24 messages of 7 sessions of devbox: standard output/);
    const taken = here.runWith({ input: sent.stdout }, 'import');
    assert.equal(taken.code, 0, taken.err);
    assert.match(taken.out, /^1 host: devbox\./);
    assert.equal(total(here), spent);
    assert.equal(total(here, '--host', 'devbox'), spent);
    assert.equal(total(here, '--host', 'this-machine'), 0);
    const list = JSON.parse(here.run('sessions', '--json').out);
    assert.equal(list.sessions.length, 7);
    for (const { sessionId, host } of list.sessions) {
      assert.equal(host, 'devbox');
      assert.match(sessionId, /@devbox$/);
    }
    assert.match(here.run('sessions', '--all').out, /Host *\n.*devbox/s);
    const by = here.run('breakdown', '--by', 'host', '--period', 'all').out;
    assert.match(by, /devbox +\$2\.04/);
    assert.match(
      here.run('summary', '--host', 'nowhere').err,
      /There are this machine and devbox|"nowhere"/,
    );
    // What is here of its own is told apart from it, and this machine's own file has nothing of others.
    here.transcript(
      '-src/1.jsonl',
      [answerRecord('1', 'claude-opus-4-8', usageOf({ output: 40_000 }))],
      here.dir.at('home', '.claude'),
    );
    assert.ok(total(here, '--host', 'this-machine') > 0);
    const own = gunzipSync(readFileSync(exported(here, 'laptop'))).toString();
    assert.equal(own.match(/"message":/g)?.length, 1);
    assert.doesNotMatch(own, /devbox/);
  });

  test('count once where their folder is here as well, by whatever way', () => {
    using there = devbox();
    using here = new CliWorld();
    const file = exported(there);
    const spent = total(there);
    const other = there.dir.at('home', '.claude');
    symlinkSync(other, here.dir.at('link'));
    mkdirSync(here.dir.at('sync'));
    copyFileSync(file, here.dir.at('sync', 'devbox.outlay.gz'));
    here.settings({
      'outlay.hosts.folders': { Ubuntu: other, Windows: there.dir.at('home') },
      'outlay.hosts.files': [here.dir.at('sync')],
    });
    assert.equal(total(here), spent);
    assert.equal(total(here, '--host', 'Ubuntu'), spent, 'the first by name has them');
    assert.equal(JSON.parse(here.run('sessions', '--json').out).sessions.length, 7);
    const imported = here.run('import', file);
    assert.equal(imported.code, 0, imported.err);
    assert.equal(total(here), spent);
    // They turn out to be this machine's own.
    here.settings({
      'outlay.roots': [here.dir.at('link')],
      'outlay.hosts.files': [here.dir.at('sync')],
      'outlay.hosts.folders': { Windows: there.dir.at('home') },
    });
    assert.equal(total(here), spent);
    assert.equal(total(here, '--host', 'this-machine'), spent);
    assert.equal(JSON.parse(here.run('sessions', '--json').out).sessions.length, 7);
    const verified = here.run('verify');
    assert.equal(verified.code, 0, verified.out + verified.err);
  });

  test('are read on as a shared folder’s file grows, is replaced, cut and damaged', () => {
    using there = devbox();
    using here = new CliWorld();
    const sync = here.dir.at('sync');
    here.settings({ 'outlay.hosts.files': [sync] });
    assert.match(here.run('doctor').out, /not there \(yet\)/);
    mkdirSync(sync);
    const target = join(sync, 'devbox.outlay.gz');
    const exportThere = (): void => {
      const { code, err } = there.run('export', 'host', '--name', 'devbox', '--out', sync);
      assert.equal(code, 0, err);
    };
    exportThere();
    assert.deepEqual(readdirSync(sync), ['devbox.outlay.gz']);
    if (process.platform === 'linux') assert.equal(statSync(target).mode & 0o777, 0o600);
    const before = total(here);
    assert.equal(before, total(there));
    there.transcript(
      '-src/2.jsonl',
      [answerRecord('2', 'claude-opus-4-8', usageOf({ output: 10_000 }))],
      there.dir.at('home', '.claude'),
    );
    exportThere();
    const grown = total(here);
    assert.ok(grown > before);
    // Half of it, as of a program that copies: what was read stays, and doctor says so.
    const whole = readFileSync(target);
    writeFileSync(target, whole.subarray(0, whole.length - 100));
    assert.equal(total(here), grown);
    assert.match(here.run('doctor').out, /could not be used/);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 60, 80);
    writeFileSync(target, damaged);
    assert.equal(total(here), grown);
    // A newer format is named, with what to do.
    const newer = { outlay: 'host', format: 2, host: 'devbox', product: '', account: '' };
    writeFileSync(
      target,
      Buffer.concat([packBlock(Buffer.from(`${JSON.stringify(newer)}\n`)), endOfBlocks]),
    );
    assert.equal(total(here), grown);
    assert.match(here.run('doctor').out, /of a newer Outlay \(format 2\): update it here/);
    // A rename puts the whole one in its place.
    writeFileSync(`${target}.tmp`, whole);
    renameSync(`${target}.tmp`, target);
    assert.equal(total(here), grown);
    assert.doesNotMatch(here.run('doctor').out, /could not be used|newer Outlay/);
  });

  test('are refused whole where a file that is imported is none, cut or damaged', () => {
    using there = devbox();
    using here = new CliWorld();
    const whole = readFileSync(exported(there));
    const named = (content: Buffer | string): string => {
      const file = here.dir.at('x.outlay.gz');
      writeFileSync(file, content);
      return file;
    };
    const flipped = Buffer.from(whole);
    flipped[100] = flipped[100]! ^ 0xff;
    const line = (one: object): Buffer => packBlock(Buffer.from(`${JSON.stringify(one)}\n`));
    const origin = { outlay: 'host', format: 1, host: 'a', product: '', account: '' };
    const cases: [Buffer | string, RegExp][] = [
      ['text', /was not written by "outlay export host"/],
      [gzipSync('text'), /was not written by "outlay export host"/],
      ['', /was not written by "outlay export host"/],
      [whole.subarray(0, whole.length - 30), /is cut off: its end is missing/],
      [flipped, /is damaged/],
      [Buffer.concat([line(origin), line({ ...origin, host: 'b' }), endOfBlocks]), /several hosts/],
      [
        Buffer.concat([line({ ...origin, format: 9 }), endOfBlocks]),
        /of a newer Outlay \(format 9\): update it here/,
      ],
      [Buffer.concat([line({ ...origin, host: '../../x' }), endOfBlocks]), /was not written by/],
      [
        Buffer.concat([line({ ...origin, host: '\u001b[31mred' }), endOfBlocks]),
        /was not written by/,
      ],
    ];
    for (const [content, refusal] of cases) {
      const { code, err } = here.run('import', named(content));
      assert.equal(code, 3, String(refusal));
      assert.match(err, refusal);
      assert.deepEqual(readdirSync(here.dir.at('data', 'hosts')), []);
    }
    assert.equal(here.run('import', here.dir.at('nothing')).code, 2);
    assert.equal(existsSync(here.dir.at('x')), false);
  });

  test('cannot be exported under a name that is none, and say what a file is to be called', () => {
    using there = devbox();
    const named = there.run('export', 'host', '--name', 'a/b');
    assert.equal(named.code, 2);
    assert.match(named.err, /cannot be the name of a host/);
    const file = there.run('export', 'host', '--out', there.dir.at('x.gz'));
    assert.equal(file.code, 2);
    assert.match(file.err, /Call the file NAME\.outlay\.gz/);
  });
});
