import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, costState, usageOf } from './runCli.ts';

const sid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;

function session(
  world: CliWorld,
  digit: string,
  folder: string,
  cwd: string | undefined,
  day: string,
): void {
  const record = answerRecord(
    digit,
    'claude-opus-4-7',
    usageOf({ input: 200_000, write1h: 10, read: 5 }),
    {
      sessionId: sid(digit),
      timestamp: `2026-11-${day}T12:00:00.000Z`,
      cwd,
    },
  );
  world.transcript(`${folder}/${sid(digit)}.jsonl`, [record, costState(1.25, sid(digit))]);
}

describe('track', () => {
  test('the record has every promised key', () => {
    using world = new CliWorld();
    session(world, '1', '-src-my-app', '/src/my.app', '10');
    const record = world.json('track', '--cwd', '/src/my.app');
    const promised = [
      ...['sessionId', 'cwd', 'startedAt', 'endedAt', 'messageCount', 'byModel', 'byTier'],
      ...['total_cost_usd', 'capturedAt'],
    ];
    for (const key of promised) assert.ok(Object.hasOwn(record, key), key);
    assert.equal(record.key, `session-${sid('1')}`);
    assert.equal(record.namespace, 'cost-tracking');
    assert.equal(record.total_cost_usd, 1.25, 'background included');
    assert.equal(record.messagesUsd, 1.0001025);
    assert.deepEqual(record.byModel['claude-opus-4-7'], {
      tier: 'opus',
      cost_usd: 1.0001025,
      messages: 1,
      input_tokens: 200_000,
      output_tokens: 0,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 5,
    });
    assert.deepEqual(record.byTier, { opus: 1.0001025 });
  });

  test('the newest of the folder, by the records first, by the folder name where they are silent', () => {
    using world = new CliWorld();
    // Two directories share one folder name: only the records tell them apart.
    session(world, '1', '-src-my-app', '/src/my.app', '10');
    session(world, '2', '-src-my-app', '/src/my-app', '14');
    session(world, '3', '-src-my-app', '/src/my.app', '12');
    session(world, '4', 'D--project-Subcloudy', undefined, '16');
    const long = `/${'very-long-name/'.repeat(20)}end`;
    session(
      world,
      '5',
      `${long.replace(/[^a-zA-Z0-9]/g, '-').slice(0, 200)}-1x2y3z`,
      undefined,
      '17',
    );
    const found = (cwd: string): string | undefined =>
      world.json('track', '--cwd', cwd)?.sessionId?.[0];
    assert.equal(found('/src/my.app'), '3');
    assert.equal(found('/src/my-app'), '2');
    assert.equal(found('/src/my_app'), '2', 'no record names it: the folder does');
    assert.equal(found('D:\\project\\Subcloudy'), '4');
    assert.equal(found(long), '5');
    assert.equal(found('/src/elsewhere'), undefined);
  });

  test('all six variables are honoured, and flags win over them', () => {
    using world = new CliWorld();
    session(world, '1', '-src-a', '/src/a', '10');
    session(world, '2', '-src-b', '/src/b', '12');
    const out = world.dir.at('deep', 'record.json');
    world.env = { TRACK_CWD: '/src/a', TRACK_OUT: out, TRACK_NAMESPACE: 'team', TRACK_QUIET: '1' };
    const quiet = world.on('track');
    assert.deepEqual([quiet.code, quiet.out, quiet.err], [0, '', '']);
    const record = JSON.parse(readFileSync(out, 'utf8'));
    assert.equal(record.sessionId, sid('1'));
    assert.equal(record.namespace, 'team');

    world.env = { TRACK_SESSION: sid('2').slice(0, 5), TRACK_CWD: '/src/a' };
    assert.equal(world.json('track').sessionId, sid('2'));
    assert.equal(world.json('track', '--session', sid('1')).sessionId, sid('1'));
    const dry = world.dir.at('dry.json');
    world.env = { TRACK_DRY_RUN: 'true', TRACK_OUT: dry, TRACK_SESSION: sid('2') };
    assert.match(world.on('track').out, /Dry run: the record was not written to/);
    assert.equal(existsSync(dry), false);
    world.env = { TRACK_DRY_RUN: 'false', TRACK_OUT: dry, TRACK_SESSION: sid('2') };
    world.on('track', '--namespace', 'mine', '--quiet');
    assert.equal(JSON.parse(readFileSync(dry, 'utf8')).namespace, 'mine');
    const unwritable = world.on('track', '--session', sid('1'), '--out', `${dry}/below/file.json`);
    assert.equal(unwritable.code, 3);
  });
});
