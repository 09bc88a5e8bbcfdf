import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { writeLauncher } from '../../../src/dataFolder/launcherFiles.ts';
import { batchScript, launcherFiles, shellScript } from '../../../src/dataFolder/launcherScript.ts';
import { tempDir } from '../../lib/tempDir.ts';

const unix = process.platform !== 'win32';
/** Every character a shell could act upon. */
const hostile = `it's $HOME "quoted" %PATH% \`id\` \${x} $(id) & ; | < > * ? ! # ~ \\n é\n end`;
const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/zsh'].filter(existsSync);

/** Prints what reaches the program, and ends with the code it is told. */
const program = `
  const { ELECTRON_RUN_AS_NODE, NODE_OPTIONS } = process.env;
  const args = process.argv.slice(2);
  process.stdout.write(JSON.stringify({ args, ELECTRON_RUN_AS_NODE, NODE_OPTIONS }));
  process.exitCode = Number(process.env.CODE ?? 0);`;

describe('the launcher', { skip: !unix && 'shell scripts run on Unix' }, () => {
  test('runs the runtime with the bundle, whatever the paths and arguments are', () => {
    using dir = tempDir();
    const folder = dir.at(hostile);
    mkdirSync(folder);
    const [runtime, bundle] = [join(folder, 'runtime'), join(folder, 'cli.cjs')];
    symlinkSync(process.execPath, runtime);
    writeFileSync(bundle, program);
    const script = join(folder, 'outlay');
    writeFileSync(script, shellScript({ runtime, bundle }));
    chmodSync(script, 0o755);
    const args = ['summary', hostile, '', '--json', '*'];
    assert.ok(shells.length > 0);
    for (const shell of shells) {
      const env = { CODE: '7', NODE_OPTIONS: '--require=/nowhere' };
      const { status, stdout, stderr } = spawnSync(shell, [script, ...args], {
        encoding: 'utf8',
        env,
      });
      assert.equal(stderr, '', shell);
      assert.equal(status, 7, shell);
      assert.deepEqual(JSON.parse(stdout), { args, ELECTRON_RUN_AS_NODE: '1' }, shell);
    }
    // As a program of its own, which is how a terminal and a hook start it.
    const { status, stdout } = spawnSync(script, args, { encoding: 'utf8', env: {} });
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout).args, args);
  });

  test('says what to do when runtime or bundle are gone, and exits with 3', () => {
    using dir = tempDir();
    const [runtime, bundle] = [dir.at('runtime'), dir.at('cli.cjs')];
    const script = dir.at('outlay');
    writeFileSync(script, shellScript({ runtime, bundle }));
    const run = () => spawnSync('/bin/sh', [script, 'summary'], { encoding: 'utf8' });
    symlinkSync(process.execPath, runtime);
    writeFileSync(bundle, program);
    assert.equal(run().status, 0);
    for (const gone of [runtime, bundle]) {
      const kept = readFileSync(gone);
      rmSync(gone);
      const { status, stdout, stderr } = run();
      assert.equal(status, 3);
      assert.equal(stdout, '');
      assert.match(stderr, /^outlay: .*updated or removed.*open the editor with Outlay once.*\n$/);
      writeFileSync(gone, kept, { mode: 0o755 });
      assert.equal(run().status, 0);
    }
  });
});

test('for Windows per cent signs are escaped and the home stands as its variable', () => {
  const home = 'C:\\Users\\José 100%';
  const text = batchScript(
    {
      runtime: 'c:\\users\\José 100%\\AppData\\Local\\Programs\\VS & Code\\Code.exe',
      bundle: 'D:\\50%PATH%\\outlay\\dist\\cli.cjs',
    },
    home,
  );
  const lines = text.split('\r\n');
  assert.equal(lines.at(-1), '');
  assert.ok(!/[^\r]\n/.test(text), 'every line ends as Windows wants it');
  assert.ok(
    lines.includes('set "runtime=%USERPROFILE%\\AppData\\Local\\Programs\\VS & Code\\Code.exe"'),
  );
  assert.ok(lines.includes('set "bundle=D:\\50%%PATH%%\\outlay\\dist\\cli.cjs"'));
  assert.ok(lines.includes('exit /b %ERRORLEVEL%'));
  assert.match(text, /:gone\r\necho outlay: [^\r&|<>()^%]* 1>&2\r\nexit \/b 3\r\n$/);
});

test('each platform has its files', () => {
  const target = { runtime: '/r', bundle: '/b' };
  assert.deepEqual([...launcherFiles(target, 'linux', '/home/x').keys()], ['outlay']);
  assert.deepEqual([...launcherFiles(target, 'win32', 'C:\\x').keys()], ['outlay', 'outlay.cmd']);
});

test('files are written when they differ, executable, in a private folder', async () => {
  using dir = tempDir();
  const folder = dir.at('data', 'bin');
  const first = new Map([
    ['outlay', 'one'],
    ['outlay.cmd', 'two'],
  ]);
  assert.deepEqual(await writeLauncher(folder, first), ['outlay', 'outlay.cmd']);
  const file = join(folder, 'outlay');
  const { ino } = statSync(file);
  assert.deepEqual(await writeLauncher(folder, first), []);
  assert.equal(statSync(file).ino, ino, 'left alone');
  const second = new Map([...first, ['outlay', 'other']]);
  assert.deepEqual(await writeLauncher(folder, second), ['outlay']);
  assert.equal(readFileSync(file, 'utf8'), 'other');
  assert.deepEqual(readdirSync(folder).sort(), ['outlay', 'outlay.cmd'], 'nothing is left over');
  if (!unix) return;
  assert.equal(statSync(file).mode & 0o777, 0o755);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  chmodSync(file, 0o600);
  assert.deepEqual(await writeLauncher(folder, second), ['outlay']);
  assert.equal(statSync(file).mode & 0o777, 0o755);
});

test('a folder that cannot be made is an error that names it', async () => {
  using dir = tempDir();
  writeFileSync(dir.at('data'), 'no folder');
  await assert.rejects(writeLauncher(dir.at('data', 'bin'), new Map([['outlay', 'x']])), /data/);
});
