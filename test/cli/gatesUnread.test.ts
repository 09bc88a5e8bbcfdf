import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as NodeSqlite from 'node:sqlite';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as typeof NodeSqlite;
const model = 'claude-opus-4-7';
const dollar = usageOf({ input: 200_000 });
const today = { timestamp: '2026-11-20T10:00:00.000Z' };

function oneSession(world: CliWorld, digit: string): void {
  const sessionId = `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;
  const record = answerRecord(digit, model, dollar, { sessionId, ...today });
  world.transcript(`p${digit}/${sessionId}.jsonl`, [record]);
}

const reports = [
  ['budget', 'check'],
  ['health'],
  ['summary', '--period', 'all'],
  ['report', '--period', 'all'],
];

/** What a gate says while another program holds the store and a second session is not in it yet. */
function whileHeld(world: CliWorld, ...args: string[]): ReturnType<CliWorld['on']> {
  const other = new DatabaseSync(world.dir.at('outlay.db'));
  other.exec('BEGIN IMMEDIATE');
  try {
    return world.on(...args, '--store', world.dir.at('outlay.db'));
  } finally {
    other.close();
  }
}

describe('a gate never says OK about what could not be read', () => {
  test('what is new but cannot be stored ends with 3, beside the answer', () => {
    using world = new CliWorld();
    oneSession(world, '1');
    assert.equal(world.on('index', '--store', world.dir.at('outlay.db')).code, 0);
    oneSession(world, '2');
    assert.equal(world.on('budget', 'set', '100', '--period', 'month').code, 0);
    for (const [report, words] of [
      [['budget', 'check'], /≥ \$1 of \$100/],
      [['health'], /As far as could be read, all is well/],
    ] as const) {
      const { code, out, err } = whileHeld(world, ...report);
      assert.equal(code, 3, `${report.join(' ')}: ${out}${err}`);
      assert.match(out, /Nothing new could be read/);
      assert.match(out, words);
    }
    for (const report of ['summary', 'report']) {
      const { code, out, err } = whileHeld(world, report, '--json');
      assert.equal(code, 3);
      assert.equal(JSON.parse(out).incomplete, true, report);
      assert.match(err, /^Nothing new could be read: [^\n]*busy[^\n]*\n$/);
    }
    assert.equal(whileHeld(world, 'index').code, 3);
    assert.equal(world.on('budget', 'set', '1', '--period', 'month').code, 0);
    assert.equal(whileHeld(world, 'budget', 'check').code, 1, 'an alert is certain');
    const { code, out } = world.on('budget', 'check', '--store', world.dir.at('outlay.db'));
    assert.equal(code, 1);
    assert.match(out, / \$2 of /);
  });

  test('a project that cannot be read', { skip: process.platform === 'win32' }, () => {
    using world = new CliWorld();
    oneSession(world, '1');
    oneSession(world, '2');
    const closed = world.dir.at('config', 'projects', 'p2');
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    for (const folder of [world.dir.path, world.root]) chmodSync(folder, 0o755);
    mkdirSync(world.dir.at('mine'));
    chmodSync(world.dir.at('mine'), 0o777);
    chmodSync(closed, 0o000);
    const of = ['--config-dir', world.root, '--store', world.dir.at('mine', 'outlay.db')];
    const on = (...args: string[]) => world.runWith(asNobody, ...args, ...of);
    try {
      for (const report of reports) {
        const { code, out, err } = on(...report);
        assert.equal(code, 0, err);
        assert.match(out, /1 folder or file with transcripts could not be read/);
        const json = JSON.parse(on(...report, '--json').out);
        assert.equal(json.incomplete, true, report.join(' '));
        if (json.lowerBound !== undefined) assert.equal(json.lowerBound, true);
      }
      for (const gate of [
        ['budget', 'check'],
        ['health'],
        ['burn'],
        ['anomaly', '--by', 'session'],
      ]) {
        assert.equal(on(...gate, '--fail-on', 'incomplete').code, 1, gate.join(' '));
      }
    } finally {
      chmodSync(closed, 0o755);
    }
    for (const report of reports) {
      assert.equal(JSON.parse(on(...report, '--json').out).incomplete, false, report.join(' '));
    }
    assert.equal(on('budget', 'check', '--fail-on', 'incomplete').code, 0);
  });
});
