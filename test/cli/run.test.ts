import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { CliWorld } from './runCli.ts';

const unix = { skip: process.platform === 'win32' };
const node = process.execPath;

describe('run', () => {
  test('without a limit, or with one that is none, nothing is started', () => {
    using made = new CliWorld();
    const wrong: [args: string[], words: RegExp][] = [
      [['--', node], /Name a limit/],
      [['--max-usd', '0', '--', node], /amount of dollars above 0/],
      [['--timeout', 'soon', '--', node], /not a length of time/],
      [['--timeout', '5s', '--json', '--', node], /--json needs --capture/],
      [['--timeout', '5s'], /missing required argument/],
    ];
    for (const [args, words] of wrong) {
      const { code, err } = made.run('run', ...args);
      assert.equal(code, 2, err);
      assert.match(err, words);
    }
  });

  test('a command that is no Claude runs as it is: its words, its input, its end', () => {
    using made = new CliWorld();
    const script = 'process.stdin.pipe(process.stdout); console.error(process.argv[1])';
    const args = ['run', '--max-usd', '1', '--', node, '-e', script, 'a "b" $c'];
    const { code, out, err } = made.runWith({ input: 'said' }, ...args);
    assert.deepEqual([code, out], [0, 'said']);
    assert.match(err, /^a "b" \$c\noutlay: no spend of Claude Code was seen\.\n$/);
    const failed = made.run('run', '--max-usd', '1', '--', node, '-e', 'process.exit(5)');
    assert.equal(failed.code, 3);
    assert.match(failed.err, /did not end well \(exit code 5\)/);
  });

  test('what cannot be started, and an answer that cannot be kept, are told by 3', () => {
    using made = new CliWorld();
    const none = made.run('run', '--max-usd', '1', '--', made.dir.at('nothing'));
    assert.equal(none.code, 3);
    assert.match(none.err, /could not be started \(ENOENT\)/);
    const started = made.dir.at('started');
    const script = `require('fs').writeFileSync(${JSON.stringify(started)}, '')`;
    const file = made.dir.at('no', 'folder', 'out');
    const kept = made.run('run', '--max-usd', '1', '--capture', file, '--', node, '-e', script);
    assert.equal(kept.code, 3);
    assert.throws(() => readFileSync(started), /ENOENT/);
  });

  test(
    'at its time it is ended with all it has started, also what does not listen',
    unix,
    async () => {
      using made = new CliWorld();
      const pids = made.dir.at('pids');
      const script = `trap '' TERM; (trap '' TERM; echo $$ >> ${pids}; sleep 60) & echo $$ >> ${pids}; wait; sleep 60`;
      const { code, err } = made.run('run', '--timeout', '4s', '--', 'sh', '-c', script);
      assert.equal(code, 1);
      assert.match(err, /The time is over: the command is ended\.\n.*its time of 4s was over/);
      const all = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
      await until('all have ended', () => !all.some(runs));
    },
  );

  test('what it leaves behind does not hold up its end', unix, () => {
    using made = new CliWorld();
    const out = made.dir.at('out');
    const script = 'sleep 20 2>/dev/null & echo done';
    const args = ['--max-usd', '1', '--capture', out, '--json', '--', 'sh', '-c', script];
    const { code, out: json } = made.run('run', ...args);
    assert.equal(code, 0);
    assert.equal(readFileSync(out, 'utf8'), 'done\n');
    const { reason, spent_usd, sessions, command } = JSON.parse(json);
    assert.deepEqual([reason, spent_usd, sessions, command.code], ['completed', 0, [], 0]);
  });
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
