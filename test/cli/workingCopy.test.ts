import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** A working copy with a commit, somebody stands in it; `pwned` is what its programs would leave. */
class Copy extends CliWorld {
  readonly copy: string = this.dir.at('copy');
  readonly pwned: string = this.dir.at('pwned');
  /** A program that shows that it ran. */
  readonly evil: string = this.program(this.dir.at('evil.sh'));

  constructor() {
    super();
    this.transcript('p/1.jsonl', [answerRecord('1', 'claude-opus-4-7', usageOf({ input: 1 }))]);
    this.commit(this.copy);
    this.cwd = this.copy;
  }

  program(file: string): string {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "$0" >> '${this.pwned}'\n`);
    chmodSync(file, 0o755);
    return file;
  }

  git(folder: string, ...args: string[]): string {
    const env = {
      PATH: process.env.PATH,
      HOME: this.dir.at('home'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      ...Object.fromEntries(
        ['AUTHOR', 'COMMITTER'].flatMap((who) => [
          [`GIT_${who}_NAME`, 'A'],
          [`GIT_${who}_EMAIL`, 'a@example.com'],
        ]),
      ),
    };
    return execFileSync('git', args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 10_000,
    });
  }

  commit(folder: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file.txt'), 'content\n');
    this.git(folder, 'init', '-q', '-b', 'main');
    this.git(folder, 'add', '.');
    this.git(folder, 'commit', '-qm', 'first');
  }

  /** The file looks as if it had changed: git has to read it to know. */
  touch(folder = this.copy): void {
    utimesSync(join(folder, 'file.txt'), new Date(), new Date(Date.now() - 5000));
  }

  state(): { sha: string; branch: string | null; isDirty: boolean | null } | null {
    return this.json('summary').git;
  }

  /** Nothing ran; but it would have: the same copy, asked without care, runs it. */
  ranNothing(askCarelessly: () => void): void {
    const before = existsSync(this.pwned) ? readFileSync(this.pwned, 'utf8') : '';
    assert.equal(before, '', 'Outlay ran it');
    try {
      askCarelessly();
    } catch {
      // What the program makes of its work is of no interest.
    }
    assert.ok(existsSync(this.pwned), 'git, asked without care, runs it');
  }
}

describe('a working copy', { skip: process.platform === 'win32' }, () => {
  test('is described: commit, branch, changed and untracked files', () => {
    using world = new Copy();
    const sha = world.git(world.copy, 'rev-parse', 'HEAD').trim();
    const clean = { sha, shaShort: sha.slice(0, 7), branch: 'main', isDirty: false };
    world.touch();
    assert.deepEqual(world.state(), clean);
    appendFileSync(join(world.copy, 'file.txt'), 'more\n');
    assert.deepEqual(world.state(), { ...clean, isDirty: true });
    world.git(world.copy, 'checkout', '-q', '--detach');
    world.git(world.copy, 'checkout', '-q', '.');
    writeFileSync(join(world.copy, 'new.txt'), '');
    assert.deepEqual(world.state(), { ...clean, branch: null, isDirty: true });
  });

  test('is the folder somebody stands in, whatever GIT_DIR says', () => {
    using world = new Copy();
    const other = world.dir.at('other');
    world.commit(other);
    world.git(other, 'checkout', '-qb', 'elsewhere');
    world.env = { GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other };
    assert.equal(world.state()?.branch, 'main');
  });

  test('a filter of the user’s own is trusted', () => {
    using world = new Copy();
    writeFileSync(world.dir.at('gitconfig'), `[filter "x"]\n\tclean = cat\n`);
    writeFileSync(join(world.copy, '.git/info/attributes'), '* filter=x\n');
    world.env = { GIT_CONFIG_GLOBAL: world.dir.at('gitconfig') };
    world.touch();
    assert.equal(world.state()?.isDirty, false);
  });
});

describe('no program a working copy names is run', { skip: process.platform === 'win32' }, () => {
  for (const kind of ['clean', 'process']) {
    for (const name of ['x', 'a=b']) {
      test(`a filter: ${kind} of ${name}`, () => {
        using world = new Copy();
        writeFileSync(join(world.copy, '.git/info/attributes'), `* filter=${name}\n`);
        const config = `[filter "${name}"]\n\t${kind} = ${world.evil}\n`;
        appendFileSync(join(world.copy, '.git/config'), config);
        world.touch();
        const state = world.state();
        assert.equal(state?.branch, 'main');
        assert.equal(state?.isDirty, null, 'unknown is not clean');
        world.ranNothing(() => world.git(world.copy, 'status', '--porcelain'));
      });
    }
  }

  test('a filter of an included file, in a worktree’s own configuration', () => {
    using world = new Copy();
    writeFileSync(join(world.copy, '.gitattributes'), '* filter=x\n');
    writeFileSync(world.dir.at('included'), `[filter "x"]\n\tclean = ${world.evil}\n`);
    world.git(world.copy, 'config', 'extensions.worktreeConfig', 'true');
    writeFileSync(
      join(world.copy, '.git/config.worktree'),
      `[include]\n\tpath = ${world.dir.at('included')}\n`,
    );
    world.touch();
    assert.equal(world.state()?.isDirty, null);
    world.ranNothing(() => world.git(world.copy, 'status', '--porcelain'));
  });

  test('the file system monitor', () => {
    using world = new Copy();
    world.git(world.copy, 'config', 'core.fsmonitor', world.evil);
    world.touch();
    assert.equal(world.state()?.isDirty, false);
    world.ranNothing(() => world.git(world.copy, 'status', '--porcelain'));
  });

  test('a hook', () => {
    using world = new Copy();
    world.program(join(world.copy, '.git/hooks/post-index-change'));
    world.touch();
    assert.equal(world.state()?.isDirty, false);
    world.ranNothing(() => world.git(world.copy, 'status', '--porcelain'));
  });

  test('anything of a submodule', () => {
    using world = new Copy();
    const sub = world.dir.at('sub');
    world.commit(sub);
    world.git(world.copy, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', sub, 'sub');
    world.git(world.copy, 'commit', '-qam', 'with a submodule');
    const inside = join(world.copy, 'sub');
    world.git(inside, 'config', 'filter.x.clean', world.evil);
    writeFileSync(join(world.copy, '.git/modules/sub/info/attributes'), '* filter=x\n');
    world.touch(inside);
    assert.equal(world.state()?.isDirty, false);
    world.ranNothing(() => world.git(world.copy, 'status', '--porcelain'));
  });

  test('what would fetch objects a partial clone lacks', () => {
    using world = new Copy();
    const full = world.dir.at('full');
    cpSync(world.copy, full, { recursive: true });
    const config = {
      'core.repositoryformatversion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.url': full,
      'remote.origin.promisor': 'true',
      'remote.origin.uploadpack': world.evil,
      'protocol.file.allow': 'always',
    };
    for (const [key, value] of Object.entries(config)) world.git(world.copy, 'config', key, value);
    const tree = world.git(world.copy, 'rev-parse', 'HEAD^{tree}').trim();
    // The commit is there, its tree and the index' knowledge of it are not.
    rmSync(join(world.copy, '.git/objects', tree.slice(0, 2), tree.slice(2)));
    world.git(world.copy, 'read-tree', '--empty');
    assert.equal(world.state(), null);
    world.ranNothing(() => world.git(world.copy, 'status', '--porcelain'));
  });

  test('a "git" in the folder itself, named by a relative PATH', () => {
    using world = new Copy();
    world.program(join(world.copy, 'git'));
    world.program(join(world.copy, 'tools/git'));
    world.git(world.copy, 'add', '.');
    world.git(world.copy, 'commit', '-qm', 'programs');
    world.env = { PATH: ['', '.', 'tools', process.env.PATH].join(delimiter) };
    assert.equal(world.state()?.isDirty, false);
    const careless = { cwd: world.copy, env: world.env, stdio: 'pipe', input: '' } as const;
    world.ranNothing(() => execFileSync('git', ['status'], careless));
  });
});

test('programs are started in few places', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' });
  const starters = sources
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /child_process/.test(readFileSync(join('src', name), 'utf8')));
  assert.deepEqual(starters.sort(), [
    // A program the user names by its absolute path.
    join('alerts', 'channels', 'command.ts'),
    // systemctl, launchctl or schtasks, found in absolute folders of the PATH.
    join('cli', 'commands', 'alertService.ts'),
    join('cli', 'support', 'git.ts'),
    // Outlay itself: what answers the guard's hooks.
    join('guard', 'http', 'callServer.ts'),
    // Git as well, for what a report asks of a history.
    join('platform', 'askGit.ts'),
    // Ends what the others have started.
    join('platform', 'signalGroup.ts'),
    // The system's own cp, by its absolute path.
    join('platform', 'sqlite', 'snapshot.ts'),
    // The command somebody writes behind "outlay run --".
    join('run', 'supervise.ts'),
    // The status line the person had before, from their own settings or command line.
    join('statusline', 'chain.ts'),
    // Outlay itself.
    join('statusline', 'refresher.ts'),
    // Outlay itself: the server of "Open in Browser".
    join('views', 'browser', 'serverProcess.ts'),
  ]);
});
