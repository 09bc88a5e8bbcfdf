import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const opus = 'claude-opus-4-7';
const dollar = usageOf({ input: 200_000 });
const sid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;

/** A session of one message that costs a dollar; its transcript's path. */
function session(world: CliWorld, digit: string, root = world.root): string {
  const record = answerRecord(digit, opus, dollar, { sessionId: sid(digit) });
  return world.transcript(`p/${sid(digit)}.jsonl`, [record], root);
}

describe('outlay reset', () => {
  test('without --yes says what would be lost, changes nothing, and exits with 2', () => {
    using world = new CliWorld();
    const kept = session(world, '1');
    const deleted = session(world, '2');
    assert.equal(world.json('sessions').totals.usd, 2);
    rmSync(deleted);
    for (const args of [[], ['--dry-run'], ['--dry-run', '--yes']]) {
      const result = world.on('reset', ...args);
      assert.equal(result.code, args.length === 0 ? 2 : 0, result.err);
      assert.match(result.out, /takes away 2 messages of 2 sessions, read from 2 transcripts\./);
      assert.match(result.out, /1 transcript is no longer on disk: .* would be lost\./);
      assert.match(result.out, /Nothing is changed: add --yes to reset\./);
    }
    const { code, out } = world.on('reset', '--json');
    assert.equal(code, 2);
    const { reset, loss } = JSON.parse(out);
    assert.equal(reset, false);
    assert.deepEqual(loss, { messages: 2, sessions: 2, transcripts: 2, gone: 1, outside: 0 });
    assert.equal(world.json('sessions').totals.usd, 2);
    assert.ok(existsSync(kept));
  });

  test('with --yes empties the store and reads again what is on disk', () => {
    using world = new CliWorld();
    const kept = session(world, '1');
    const before = readFileSync(kept);
    const deleted = session(world, '2');
    world.json('summary');
    rmSync(deleted);
    const { reset, loss, messages, sessions } = world.json('reset', '--yes');
    assert.deepEqual([reset, loss.gone, messages, sessions], [true, 1, 1, 1]);
    assert.equal(world.json('sessions').totals.usd, 1);
    assert.deepEqual(readFileSync(kept), before);
    // Nothing is lost by a second one.
    const { out, code } = world.on('reset', '--yes');
    assert.equal(code, 0);
    assert.match(out, /All transcripts are on disk, stay there, and are read again\./);
    assert.match(out, /The store keeps 1 message of 1 session now\./);
  });

  test('with --no-index it only empties; other stores stay', () => {
    using world = new CliWorld();
    session(world, '1');
    world.json('summary');
    const other = world.dir.at('other.db');
    const there = (store: string[]): number =>
      world.json('sessions', '--no-index', ...store).sessions.length;
    world.json('summary', '--store', other);
    const result = world.on('reset', '--yes', '--no-index', '--quiet', '--store', other);
    assert.deepEqual([result.code, result.out], [0, '']);
    assert.equal(there(['--store', other]), 0);
    assert.equal(there([]), 1);
  });

  test('counts transcripts of directories that are not read now', () => {
    using world = new CliWorld();
    const elsewhere = world.dir.at('elsewhere');
    session(world, '1');
    session(world, '2', elsewhere);
    const store = world.dir.at('both.db');
    world.json('summary', '--config-dir', elsewhere, '--store', store);
    const { out } = world.on('reset', '--store', store);
    assert.match(out, /1 transcript is in configuration directories that are not read now/);
  });

  test('without a store there is nothing to reset, and none is made', () => {
    using world = new CliWorld();
    const store = world.dir.at('none.db');
    const { code, out } = world.on('reset', '--yes', '--store', store);
    assert.equal(code, 0);
    assert.match(out, /There is no store .*none\.db yet/);
    assert.equal(existsSync(store), false);
  });
});
