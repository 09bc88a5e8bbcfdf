import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clientArguments, withOwnCap, withOwnSession } from '../../../src/run/clientArguments.ts';
import { runOutcome } from '../../../src/run/outcome.ts';
import { belongsTo } from '../../../src/run/ownSessions.ts';
import { ResultReader } from '../../../src/run/resultReader.ts';

const id = '7d81b633-8655-4b72-a1ae-7f3f6529f350';
const other = 'cef5b8c5-24a5-491d-ba68-5a9badbb2c8d';

describe('the command line of a run', () => {
  const facts = (line: string) => clientArguments(line.split(' '));

  test('the client in print mode is known, whatever its path', () => {
    assert.equal(facts('claude -p hi').prints, true);
    assert.equal(facts('/opt/x/claude --print hi').prints, true);
    assert.equal(facts('C:\\npm\\claude.cmd -p hi').prints, true);
    assert.equal(facts('claude hi').prints, false);
    assert.equal(facts('npm -p hi').prints, false);
    // What stands behind -- is a prompt.
    assert.equal(facts('claude -- -p').prints, false);
  });

  test('a cap of its own, sessions and the form of its answer', () => {
    assert.equal(facts('claude -p --max-budget-usd 2').hasCap, true);
    assert.equal(facts('claude -p --max-budget-usd=2').hasCap, true);
    assert.deepEqual(facts(`claude -p --resume ${id}`).sessions, [id]);
    assert.deepEqual(facts(`claude -p -r ${id} --session-id=${other}`).sessions, [id, other]);
    assert.deepEqual(facts('claude -p --resume a-search-word').sessions, []);
    const fork = facts(`claude -p --resume ${id} --fork-session`);
    assert.deepEqual([fork.sessions, fork.forkOf], [[], id]);
    assert.equal(facts('claude -p --output-format=stream-json').json, 'stream-json');
    assert.equal(facts('claude -p --output-format text').json, undefined);
  });

  test('a new session in print mode is given an id, and no other', () => {
    assert.equal(facts('claude -p hi').isNew, true);
    const others = [
      'claude hi',
      'npm -p hi',
      'claude -p -c hi',
      'claude -p --continue hi',
      `claude -p -r ${id}`,
      `claude -p --resume=${id} --fork-session`,
      `claude -p --session-id ${id} hi`,
      'claude -p --no-session-persistence hi',
    ];
    for (const line of others) assert.equal(facts(line).isNew, false, line);
    assert.equal(facts('claude -p -- --resume').isNew, true);
    assert.deepEqual(withOwnSession(['claude', '-p', 'x'], id), [
      'claude',
      '--session-id',
      id,
      '-p',
      'x',
    ]);
  });

  test('its own cap stands before everything else', () => {
    assert.deepEqual(withOwnCap(['claude', '-p', '--', 'x'], 1_234_567_890), [
      'claude',
      '--max-budget-usd',
      '1.23456789',
      '-p',
      '--',
      'x',
    ]);
  });
});

describe('what a run came to', () => {
  const done = { code: 0, signal: null } as const;
  const result = { terminalReason: 'completed', isError: false, totalUsd: 1, sessionId: id };

  test('the client’s own reason decides, not its exit code', () => {
    const at = (terminalReason: string, code = 0, isError = false) =>
      runOutcome({ ...done, code, result: { ...result, terminalReason, isError } });
    assert.deepEqual(at('completed', 1), { reason: 'completed', exit: 0 });
    assert.deepEqual(at('budget_exhausted', 0), { reason: 'max-usd', exit: 1 });
    assert.deepEqual(at('hook_stopped'), { reason: 'hook', exit: 1 });
    assert.deepEqual(at('max_turns', 0), { reason: 'failed', exit: 3 });
    assert.deepEqual(at('completed', 0, true), { reason: 'failed', exit: 3 });
  });

  test('a cap that is reached is an alert, however the command ended', () => {
    assert.deepEqual(runOutcome({ ...done, reached: 'max-usd' }), { reason: 'max-usd', exit: 1 });
    const fine = { ...done, result, reached: 'max-tokens' } as const;
    assert.deepEqual(runOutcome(fine), { reason: 'max-tokens', exit: 1 });
    assert.equal(runOutcome({ code: null, signal: 'SIGTERM', ended: 'timeout' }).exit, 1);
  });

  test('without a result the exit code is all there is', () => {
    assert.deepEqual(runOutcome(done), { reason: 'completed', exit: 0 });
    assert.deepEqual(runOutcome({ code: 5, signal: null }), { reason: 'failed', exit: 3 });
    assert.deepEqual(runOutcome({ code: null, signal: 'SIGKILL' }), { reason: 'failed', exit: 3 });
    assert.deepEqual(runOutcome({ ...done, uncounted: true }), { reason: 'not-counted', exit: 3 });
    assert.equal(runOutcome({ ...done, startError: 'ENOENT' }).exit, 3);
    assert.equal(runOutcome({ code: null, signal: 'SIGINT', interrupted: 'SIGINT' }).exit, 130);
  });
});

describe('the result in what the client prints', () => {
  const line = JSON.stringify({
    type: 'result',
    result: 'done, "result" and all',
    terminal_reason: 'completed',
    is_error: false,
    total_cost_usd: 0.5,
    session_id: id,
  });
  const noise = JSON.stringify({ type: 'assistant', message: 'a "result"' });

  test('is found in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 })), fc.boolean(), (cuts, ends) => {
        const bytes = Buffer.from(`${noise}\n${line}${ends ? '\n' : ''}`);
        const reader = new ResultReader();
        let from = 0;
        for (const cut of [...cuts].sort((a, b) => a - b)) {
          reader.add(bytes.subarray(from, cut));
          from = Math.max(from, Math.min(cut, bytes.length));
        }
        reader.add(bytes.subarray(from));
        assert.deepEqual(reader.result, {
          terminalReason: 'completed',
          isError: false,
          totalUsd: 0.5,
          sessionId: id,
        });
      }),
    );
  });

  test('stands in the list that --verbose makes, and nothing else is one', () => {
    const listed = new ResultReader();
    listed.add(Buffer.from(`[${noise},${line}]\n`));
    assert.equal(listed.result?.terminalReason, 'completed');
    const none = new ResultReader();
    none.add(Buffer.from('{"type":"result"\n"result"\n{"result":1}\nnull\n'));
    assert.equal(none.result, undefined);
  });
});

describe('whose a running agent is', () => {
  const start = { pid: 100, cwd: '/src/shop', at: 1_000_000 };
  const agent = { pid: 300, sessionId: id, cwd: '/src/shop/web', startedAt: 1_000_500 };

  test('a process below the one that was started', () => {
    const parents = new Map([
      [300, 200],
      [200, 100],
      [100, 1],
      [400, 1],
    ]);
    const parentOf = (pid: number) => parents.get(pid);
    assert.equal(belongsTo(agent, start, parentOf), true);
    assert.equal(belongsTo({ ...agent, pid: 100 }, start, parentOf), true);
    assert.equal(belongsTo({ ...agent, pid: 400 }, start, parentOf), false);
  });

  test('where nobody tells whose child it is: one begun since in the folder', () => {
    const unknown = () => undefined;
    assert.equal(belongsTo(agent, start, unknown), true);
    assert.equal(belongsTo({ ...agent, cwd: '/src/other' }, start, unknown), false);
    assert.equal(belongsTo({ ...agent, startedAt: 900_000 }, start, unknown), false);
  });
});
