import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

function eventAt(peerId: string, usdSpent: number, ago: number): object {
  return { peerId, taskId: 't', tokensUsed: 100, usdSpent, ts: now - ago };
}

/** The worked example: what two peers spent in an hour, a day, a week and before. */
function events(): string {
  return [
    eventAt('bob', 4, 30 * minute),
    eventAt('bob', 3.5, 5 * 60 * minute),
    eventAt('bob', 1, 3 * day),
    eventAt('al', 0.5, 10 * minute),
    eventAt('al', 9, 10 * day),
  ]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

describe('outlay ingest and outlay federation', () => {
  test('sum what peers reported, once, and say who is suspended', () => {
    using world = new CliWorld();
    const dollar = answerRecord('1', 'claude-opus-4-7', usageOf({ input: 200_000 }));
    world.transcript(`-src-my-app/${dollar.sessionId}.jsonl`, [dollar]);
    assert.match(world.on('federation').out, /No data: no peer has reported anything/);
    assert.equal(world.on('federation', 'status', '--no-index').code, 0);
    const file = world.dir.at('events.jsonl');
    writeFileSync(file, events());
    assert.equal(world.run('ingest', file).out, '5 new events.\n');
    assert.equal(world.run('ingest', file).out, '0 new events, 5 known already.\n');

    const found = world.json('federation', '--no-index');
    assert.deepEqual(
      [found.thresholdUsd24h, found.offenders, found.eventCount, found.totals['24h'].usd],
      [5, ['bob'], 5, 8],
    );
    const usd = found.peers.map((peer: Record<string, { usd: number }>) =>
      ['1h', '24h', '7d', 'total'].map((window) => peer[window]!.usd),
    );
    assert.deepEqual(usd, [
      [4, 7.5, 8.5, 8.5],
      [0.5, 0.5, 0.5, 9.5],
    ]);
    const status = world.on('federation', 'status', '--no-index', '--json');
    assert.equal(status.code, 1);
    assert.equal(JSON.parse(status.out).peers[0].state, 'SUSPENDED');
    assert.equal(world.on('federation', 'status', '--no-index', '--threshold', '8').code, 0);
    assert.equal(world.on('federation', '--no-index').code, 0, 'only the status is a gate');

    const summary = world.json('summary', '--no-index');
    assert.deepEqual(summary.federation, { eventCount: 5, peerCount: 2, totalUsd24h: 8 });
    assert.equal(summary.total_cost_usd, 1);
    assert.match(world.on('report', '--no-index').out, /the local total is a lower bound/);
  });

  test('take their settings from the environment', () => {
    using world = new CliWorld();
    const file = world.dir.at('events.jsonl');
    writeFileSync(file, events());
    world.env = { FED_NAMESPACE: 'mine' };
    world.run('ingest', file);
    world.env = {};
    assert.match(world.on('federation').out, /No data/);
    world.env = { FED_NAMESPACE: 'mine', FED_FORMAT: 'json', FED_SUSPEND_THRESHOLD_USD: '8' };
    const { code, out } = world.on('federation', 'status', '--no-index');
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).thresholdUsd24h, 8);
    world.env = { FED_NAMESPACE: 'mine', FED_SUSPEND_THRESHOLD_USD: 'five' };
    const wrong = world.on('federation', 'status', '--no-index');
    assert.deepEqual([wrong.code, wrong.err.includes('FED_SUSPEND_THRESHOLD_USD')], [2, true]);
    world.env = { FED_FORMAT: 'xml' };
    assert.match(
      world.on('federation').err,
      /FED_FORMAT is "xml"\. Use table, markdown, json or csv/,
    );
  });

  test('a malformed event is named by its line, and nothing is kept', () => {
    using world = new CliWorld();
    const file = world.dir.at('events.jsonl');
    writeFileSync(file, `${events()}{"peerId":"x"}\n`);
    const { code, err } = world.run('ingest', file);
    assert.equal(code, 2);
    assert.match(
      err,
      /^Line 6 of .*events\.jsonl is no federation event: tokensUsed cannot be used/,
    );
    assert.ok(!existsSync(world.dir.at('data', 'federation.jsonl')));
    assert.equal(world.run('ingest', world.dir.at('none.jsonl')).code, 2);
    assert.equal(world.run('ingest', '--watch').code, 2);
  });

  test('a drop folder is emptied: done, rejected, and what is still being written stays', () => {
    using world = new CliWorld();
    const drop = world.dir.at('drop');
    mkdirSync(drop);
    const text = events();
    writeFileSync(join(drop, 'a.jsonl'), text);
    writeFileSync(join(drop, 'array.json'), JSON.stringify([eventAt('cy', 1, minute)], null, 2));
    writeFileSync(join(drop, 'bad.jsonl'), 'nonsense\n');
    writeFileSync(join(drop, 'half.jsonl'), '{"peerId":"x","tok');
    writeFileSync(join(drop, 'notes.txt'), 'no events');
    const first = world.run('ingest', '--folder', drop);
    assert.equal(first.code, 2);
    assert.match(first.err, /^Line 1 of bad\.jsonl is no federation event/);
    assert.equal(first.out, '2 files: 6 new events.\n');
    assert.deepEqual(readdirSync(drop).sort(), ['done', 'half.jsonl', 'notes.txt', 'rejected']);
    assert.deepEqual(readdirSync(join(drop, 'done')), ['a.jsonl', 'array.json']);
    // The same again, as after a stop between keeping and moving.
    writeFileSync(join(drop, 'a.jsonl'), text);
    assert.equal(
      world.run('ingest', '--folder', drop).out,
      '1 file: 0 new events, 5 known already.\n',
    );
    assert.deepEqual(readdirSync(join(drop, 'done')).sort(), [
      'a.2.jsonl',
      'a.jsonl',
      'array.json',
    ]);
    assert.equal(readFileSync(join(drop, 'done', 'a.2.jsonl'), 'utf8'), text);
    // What nobody goes on writing is judged as it is.
    utimesSync(join(drop, 'half.jsonl'), 0, 0);
    assert.match(world.run('ingest', '--folder', drop).err, /Line 1 of half\.jsonl/);
  });
});
