import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** Twelve dollars today, and a budget of ten for the day. */
function world(): CliWorld {
  const made = new CliWorld();
  const today = { timestamp: '2026-11-24T11:00:00.000Z' };
  // Three million tokens of input of a model that costs four dollars a million.
  made.transcript('p/s.jsonl', [
    answerRecord('1', 'claude-opus-5-5', usageOf({ input: 3_000_000 }), today),
  ]);
  made.env = { TZ: 'UTC' };
  assert.equal(made.on('budget', 'set', '10', '--period', 'day').code, 0);
  return made;
}

const check = (made: CliWorld) => {
  const { out, code } = made.on('budget', 'check', '--json');
  return { ...JSON.parse(out), code };
};

describe('exceptions from a budget', () => {
  test('raised until midnight, it is judged by the other limit, and says so', () => {
    using made = world();
    const before = check(made);
    assert.deepEqual([before.level, before.code, before.raised], ['HARD_STOP', 1, null]);
    const { out } = made.on('budget', 'raise', '20', '--period', 'day');
    assert.match(out, /Raised: \$20\.00 until 2026-11-25 00:00/);
    const raised = check(made);
    assert.deepEqual([raised.budget_usd, raised.code], [20, 0]);
    assert.deepEqual(raised.raised, { from: 10, until: '2026-11-25T00:00:00.000Z' });
    assert.match(made.on('budget', 'check').out, /raised from \$10\.00 until 2026-11-25 00:00/);
    made.env = { ...made.env, OUTLAY_NOW: '2026-11-25T00:00:00Z' };
    assert.equal(check(made).budget_usd, 10);
  });

  test('paused and taken up again, each with a line of audit', () => {
    using made = world();
    assert.match(
      made.on('budget', 'pause', '--period', 'day', '--for', '2h').out,
      /Paused until 2026-11-24 14:00/,
    );
    assert.equal(check(made).pausedUntil, '2026-11-24T14:00:00.000Z');
    assert.match(made.on('budget', 'resume', '--period', 'day').out, /holds again/);
    assert.equal(check(made).pausedUntil, null);
    const lines = readFileSync(made.dir.at('data', 'audit.jsonl'), 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).what),
      ['pause', 'end'],
    );
  });

  test('wrong use is said in one sentence', () => {
    using made = world();
    const wrong: [args: string[], words: RegExp][] = [
      [['raise', '5', '--period', 'day'], /is \$10\.00 now; \$5\.00 would not raise it/],
      [['raise', '20'], /No budget lifetime, global is set/],
      [
        ['raise', '20', '--period', 'day', '--for', '9mo'],
        /is not a length of time for an exception/,
      ],
      [['pause', '--period', 'day', '--for', 'x'], /is not a length of time for an exception/],
      [['resume', '--period', 'day'], /is neither raised nor paused/],
    ];
    for (const [args, words] of wrong) {
      const { code, err } = made.on('budget', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, words);
    }
  });
});
