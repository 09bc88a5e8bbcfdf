import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { bundleInputs } from '../../scripts/test/bundleInputs.ts';
import { shellScript } from '../../src/dataFolder/launcherScript.ts';
import { answerRecord, bundle, CliWorld, now, usageOf } from './runCli.ts';

const sid = 'aaaaaaaa-0000-4000-8000-000000000001';
const input = (more: object = {}): string =>
  JSON.stringify({
    session_id: sid,
    workspace: { project_dir: '/src/my.app' },
    cost: { total_cost_usd: 7.5, total_duration_ms: 60_000 },
    ...more,
  });

/** Seven dollars an hour ago, in the home's own configuration directory, and a budget of ten for the day. */
function world(): CliWorld {
  const made = new CliWorld();
  const today = { timestamp: '2026-11-24T11:30:00.000Z' };
  const root = made.dir.at('home', '.claude');
  made.transcript(
    'p/s.jsonl',
    [answerRecord('1', 'claude-opus-5-5', usageOf({ input: 1_750_000 }), today)],
    root,
  );
  made.env = { NO_COLOR: '1', COLUMNS: '120' };
  assert.equal(made.run('budget', 'set', '10', '--period', 'day').code, 0);
  return made;
}

const ask = (made: CliWorld, text: string, ...args: string[]) =>
  made.runWith({ input: text }, 'statusline', ...args);

describe('statusline', () => {
  test('prints the last figures at once and reads them anew behind it, leaving nothing', async () => {
    using made = world();
    const first = ask(made, input());
    assert.deepEqual([first.code, first.out, first.err], [0, '$7.50 session\n', '']);
    const file = made.dir.at('data', 'statusline.json');
    await until('the figures are read', () => existsSync(file));
    await until('the process has ended', () => !existsSync(made.dir.at('data', 'statusline.lock')));
    const second = ask(made, input());
    assert.equal(second.out, '$7.50 session · $7 of $10 today · $7.00/h\n');
    assert.deepEqual(
      readdirSync(made.dir.at('data')).filter((name) => /part|lock/.test(name)),
      [],
    );
  });

  test('keeps what the client reports', async () => {
    using made = world();
    const resets = now / 1000 + 3600;
    const rate_limits = { five_hour: { used_percentage: 62, resets_at: resets } };
    ask(made, input({ rate_limits }), '--fresh');
    const kept = JSON.parse(readFileSync(made.dir.at('data', 'client.json'), 'utf8'));
    assert.deepEqual(kept.sessions[sid].windows, {
      five_hour: { share: 0.62, resetsAt: now + 3_600_000 },
    });
    assert.equal(kept.sessions[sid].costUsd, 7.5);
    await rest(made);
  });

  test('whatever it is given, it says a line and ends with 0', async () => {
    using made = world();
    for (const text of [
      '',
      '{',
      'null',
      `"${'x'.repeat(2_000_000)}"`,
      input({ cost: [] }),
      '\u001b[2J',
    ]) {
      const { code, out, err } = ask(made, text);
      assert.deepEqual([code, err], [0, ''], text.slice(0, 20));
      assert.match(out, /^[^\n]+\n$/);
    }
    await rest(made);
    writeFileSync(made.dir.at('data', 'statusline.json'), '{"version":1,"today":7}');
    writeFileSync(made.dir.at('data', 'outlay.db'), 'no store');
    assert.deepEqual(ask(made, '').code, 0);
    await rest(made);
    made.env = { ...made.env, OUTLAY_DATA_DIR: made.dir.at('data', 'config.json', 'x') };
    assert.equal(ask(made, input()).out, '$7.50 session\n');
    assert.equal(ask(made, input(), '--fresh').code, 0);
  });

  test('a refresh that fails is not tried again at every line', async () => {
    using made = world();
    const store = made.dir.at('data', 'not-mine.db');
    writeFileSync(store, 'a file of somebody else, and no store at all'.repeat(100));
    made.env = { ...made.env, OUTLAY_STORE: store };
    ask(made, input());
    await rest(made);
    const lock = made.dir.at('data', 'statusline.lock');
    const { ino, mtimeMs } = statSync(lock);
    assert.equal(ask(made, input()).out, '$7.50 session\n');
    assert.deepEqual([statSync(lock).ino, statSync(lock).mtimeMs], [ino, mtimeMs]);
    assert.match(readFileSync(store, 'utf8'), /^a file of somebody else/);
  });

  test('input that never ends does not hold it up', async () => {
    using made = world();
    const child = made.start('statusline');
    child.stdin.write('{"session_id":');
    const code = await new Promise((resolve) => child.on('exit', resolve));
    assert.equal(code, 0);
    await rest(made);
  });

  test('runs the status line of before as well, and not for long', {
    skip: process.platform === 'win32',
  }, async () => {
    using made = world();
    const { out } = ask(made, input(), '--fresh', '--chain', 'echo "mine: $(wc -c)"');
    assert.equal(out, `mine: ${input().length}\n$7.50 session · $7 of $10 today · $7.00/h\n`);
    assert.match(ask(made, input(), '--chain', 'exit 3').out, /^\$7\.50 session/);
    const pid = made.dir.at('pid');
    const slow = ask(made, input(), '--chain', `echo $$ > ${pid}; sleep 60; echo late`);
    assert.match(slow.out, /^\$7\.50 session/);
    const slept = Number(readFileSync(pid, 'utf8'));
    await until('it has ended', () => !isRunning(slept));
    await rest(made);
  });

  test('installed, asked and taken out again', { skip: process.platform === 'win32' }, async () => {
    using made = world();
    const file = made.dir.at('home', '.claude', 'settings.json');
    const before = '{\n  "statusLine": {"type": "command", "command": "echo mine"}\n}\n';
    writeFileSync(file, before);
    const shown = made.run('statusline', 'install');
    assert.match(shown.out, /\+ {4}"command": ".*outlay statusline --chain"|statusline --chain/);
    assert.match(shown.out, /Nothing is written yet/);
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.equal(made.run('statusline', 'install', '--yes').code, 0);
    assert.match(made.run('statusline', 'install').out, /already/);
    const { command } = JSON.parse(readFileSync(file, 'utf8')).statusLine;
    const env = {
      ...process.env,
      ...made.env,
      HOME: made.dir.at('home'),
      OUTLAY_DATA_DIR: made.dir.at('data'),
    };
    const line = spawnSync('sh', ['-c', command], { input: input(), env, encoding: 'utf8' });
    assert.deepEqual([line.status, line.stdout.split('\n')[0]], [0, 'mine']);
    assert.match(line.stdout, /\$7\.50 session/);
    assert.match(made.run('statusline', 'uninstall').out, /Nothing is written yet/);
    assert.match(made.run('statusline', 'uninstall', '--yes').out, /as it was/);
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.match(made.run('statusline', 'uninstall').out, /not installed/);
    await rest(made);
  });

  test('the launcher starts it without the rest', { skip: process.platform === 'win32' }, () => {
    using made = world();
    const folder = made.dir.at('dist');
    mkdirSync(folder);
    const say = (text: string) => `process.stdout.write(${JSON.stringify(text)})`;
    writeFileSync(join(folder, 'cli.cjs'), say('all of it'));
    writeFileSync(join(folder, 'statusline.cjs'), say('the line'));
    const script = shellScript({ runtime: process.execPath, bundle: join(folder, 'cli.cjs') });
    const run = (...args: string[]): string =>
      spawnSync('sh', ['-c', script, 'outlay', ...args], { encoding: 'utf8' }).stdout;
    assert.equal(run('statusline'), 'the line');
    assert.equal(run('statusline', '--chain'), 'the line');
    assert.equal(run('statusline', 'install'), 'all of it');
    assert.equal(run('summary'), 'all of it');
  });

  test('its bundle has neither zod nor commander nor the store', async () => {
    const root = join(import.meta.dirname, '..', '..');
    const inputs = Object.keys(await bundleInputs(root, ['src/statusline/entry.ts'], []));
    assert.ok(inputs.length > 8, 'its files were found');
    const heavy = inputs.filter((name) =>
      /zod|commander|src\/(?:store|query|settings)\//.test(name),
    );
    assert.deepEqual(heavy, []);
    assert.ok(existsSync(join(bundle, '..', 'statusline.cjs')));
  });

  test('ten at once leave one file that can be read', async () => {
    using made = world();
    const all = Array.from({ length: 10 }, (_, i) => {
      const child = spawn(process.execPath, [bundle, 'statusline'], {
        env: {
          ...process.env,
          ...made.env,
          HOME: made.dir.at('home'),
          OUTLAY_DATA_DIR: made.dir.at('data'),
        },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      child.stdin.end(input({ session_id: `session-${i}` }));
      return new Promise((resolve) => child.on('exit', resolve));
    });
    assert.deepEqual(new Set(await Promise.all(all)), new Set([0]));
    const kept = JSON.parse(readFileSync(made.dir.at('data', 'client.json'), 'utf8'));
    assert.ok(Object.keys(kept.sessions).length >= 1);
    await rest(made);
  });
});

/** A refresh that was started has ended: the world may go. */
async function rest(made: CliWorld): Promise<void> {
  const lock = made.dir.at('data', 'statusline.lock');
  await until(
    'no refresh runs',
    () => !existsSync(lock) || readFileSync(lock, 'utf8') === 'failed',
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
