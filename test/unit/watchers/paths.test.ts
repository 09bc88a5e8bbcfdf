import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { dataFolder, resolveStorePath } from '../../../src/dataFolder/paths.ts';
import { gitRootOf } from '../../../src/platform/gitRoot.ts';
import { needsPolling } from '../../../src/watchers/fileWatcher.ts';
import { tempDir } from '../../lib/tempDir.ts';

describe('where the store is', () => {
  const env = { OUTLAY_DATA_DIR: '/data' };

  it('goes by option, environment, setting and data folder, in this order', () => {
    const all = { option: '/o.db', setting: '/s.db', env: { ...env, OUTLAY_STORE: '/e.db' } };
    assert.equal(resolveStorePath(all), '/o.db');
    assert.equal(resolveStorePath({ ...all, option: undefined }), '/e.db');
    assert.equal(resolveStorePath({ setting: '/s.db', env }), '/s.db');
    assert.equal(resolveStorePath({ env }), '/data/outlay.db');
    assert.match(dataFolder({}), /outlay/);
  });

  it('is one of its own for --config-dir, whatever the order of the folders, each once', () => {
    const one = resolveStorePath({ configDirs: ['/a', '/b'], env });
    assert.equal(one, resolveStorePath({ configDirs: ['/b', '/a'], env }));
    assert.equal(one, resolveStorePath({ configDirs: ['/a', '/b', '/a/'], env }));
    assert.notEqual(one, resolveStorePath({ configDirs: ['/a'], env }));
    assert.notEqual(one, resolveStorePath({ env }));
    assert.match(one, /^\/data\/roots\/[0-9a-f]{16}\.db$/);
  });
});

describe('git roots', () => {
  it('finds the repository, and the main one of a worktree', () => {
    using dir = tempDir();
    const folder = dir.path;
    const repository = join(folder, 'shop');
    mkdirSync(join(repository, '.git/worktrees/wt'), { recursive: true });
    mkdirSync(join(repository, 'src/deep'), { recursive: true });
    const worktree = join(folder, 'wt');
    mkdirSync(join(worktree, 'src'), { recursive: true });
    writeFileSync(join(worktree, '.git'), `gitdir: ${repository}/.git/worktrees/wt\n`);
    const submodule = join(repository, 'lib');
    mkdirSync(submodule);
    writeFileSync(join(submodule, '.git'), 'gitdir: ../.git/modules/lib\n');
    assert.equal(gitRootOf(join(repository, 'src/deep')), repository);
    assert.equal(gitRootOf(join(worktree, 'src')), repository);
    assert.equal(gitRootOf(submodule), submodule);
    assert.equal(gitRootOf(join(repository, 'src/gone/long/ago')), repository);
  });

  it('says null where git cannot tell', () => {
    using dir = tempDir();
    const folder = dir.path;
    assert.equal(gitRootOf(folder), null);
    assert.equal(gitRootOf('relative/path'), null);
    assert.equal(gitRootOf('C:\\Users\\me'), null);
  });
});

describe('file systems without events', () => {
  const mounts = [
    '/dev/sda1 / ext4 rw 0 0',
    'server:/home /home nfs4 rw 0 0',
    '/dev/sdb1 /home/me/local xfs rw 0 0',
    'C:\\134 /mnt/c 9p rw 0 0',
    '//nas/with\\040space /mnt/with\\040space cifs rw 0 0',
  ].join('\n');

  for (const [folder, expected] of [
    ['/root/.claude/projects', false],
    ['/home/me/.claude/projects', true],
    ['/home/me/local/.claude/projects', false],
    ['/homes/me', false],
    ['/mnt/c/Users/me/.claude/projects', true],
    ['/mnt/with space/.claude', true],
  ] as const) {
    it(`${folder}: ${expected ? 'looks' : 'listens'}`, () => {
      assert.equal(needsPolling(folder, mounts), expected);
    });
  }
});
