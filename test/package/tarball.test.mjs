/** The npm package, as someone gets it who types `npx outlay`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pack } from '../../scripts/release/pack.mjs';
import { inRoot } from '../../scripts/shared/paths.mjs';
import { npm } from '../../scripts/shared/processes.mjs';

describe('npm package', () => {
  let folder;
  let cli;
  let env;

  before(async () => {
    const [tarball] = await pack(['tarball']);
    folder = await mkdtemp(path.join(tmpdir(), 'outlay-npm-'));
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', tarball, '--offline', '--no-audit', '--no-fund', '--prefix', folder];
    await npm(args, { cwd: folder });
    cli = path.join(folder, 'node_modules/outlay/dist/cli.cjs');
    env = {
      ...process.env,
      OUTLAY_DATA_DIR: path.join(folder, 'data'),
      OUTLAY_STORE: path.join(folder, 'data/outlay.db'),
      CLAUDE_CONFIG_DIR: path.join(folder, 'claude'),
    };
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  it('brings no other packages with it', async () => {
    const lock = JSON.parse(await readFile(path.join(folder, 'package-lock.json'), 'utf8'));
    assert.deepEqual(Object.keys(lock.packages).sort(), ['', 'node_modules/outlay']);
  });

  it('puts a command on the PATH that knows its version', async () => {
    const { version } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    const command = path.join(folder, 'node_modules/.bin/outlay');
    const shell = process.platform === 'win32';
    const { status, stdout, stderr } = spawnSync(command, ['--version'], {
      env,
      shell,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), version);
  });

  it('says in one sentence that a Node without Node-API 10 is too old', async () => {
    const pretend = path.join(folder, 'old-node.cjs');
    await writeFile(pretend, "Object.defineProperty(process.versions, 'napi', { value: '9' });\n");
    const args = ['--require', pretend, cli, '--version'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^[^\n]+\n$/);
    assert.match(stderr, /Node/);
  });
});
