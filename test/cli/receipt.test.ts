import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, costState, usageOf } from './runCli.ts';

/** A dollar of Opus 4.7 is 200,000 tokens of input. */
const tokensOfDollar = 200_000;

interface Said {
  /** Time of the day on 20 November 2026, UTC. */
  readonly at: string;
  readonly usd: number;
  readonly branch: string;
  readonly agent?: string;
  readonly model?: string;
  readonly cwd?: string;
}

/** A repository somebody works in with Claude Code. */
class Repo extends CliWorld {
  readonly repo: string = this.dir.at('repo');
  #ids = 0;

  constructor() {
    super();
    mkdirSync(this.repo);
    this.git('init', '-q', '-b', 'main');
    this.cwd = this.repo;
    this.commit('begin', '09:00');
  }

  git(...args: string[]): string {
    return this.gitAt('2026-11-20T09:00:00Z', undefined, ...args);
  }

  gitAt(author: string, committer: string | undefined, ...args: string[]): string {
    const env = {
      PATH: process.env.PATH,
      HOME: this.dir.at('home'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
      GIT_AUTHOR_DATE: author,
      GIT_COMMITTER_DATE: committer ?? author,
    };
    const options = { cwd: this.repo, env, encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync('git', args, options).trim();
  }

  /** A commit at a time of the day, in UTC unless a zone is named. */
  commit(subject: string, time: string, zone = 'Z'): string {
    this.#ids += 1;
    writeFileSync(join(this.repo, `file-${this.#ids}.txt`), subject);
    const at = `2026-11-20T${time}:00${zone}`;
    this.gitAt(at, at, 'add', '.');
    this.gitAt(at, at, 'commit', '-q', '-m', subject);
    return this.git('rev-parse', 'HEAD');
  }

  /** What Claude Code said in a session; subagents have files of their own. */
  session(digit: string, said: readonly Said[], more: readonly unknown[] = []): string {
    const sid = `${digit.repeat(8)}-0000-4000-8000-000000000000`;
    const byAgent = Map.groupBy(said, ({ agent = '' }) => agent);
    for (const [agent, own] of byAgent) {
      const records = own.map(({ at, usd, branch, model = 'claude-opus-4-7', cwd }) => {
        this.#ids += 1;
        return answerRecord(
          `${digit}-${this.#ids}`,
          model,
          usageOf({ input: Math.round(usd * tokensOfDollar) }),
          {
            sessionId: sid,
            timestamp: `2026-11-20T${at}:00.000Z`,
            cwd: cwd ?? this.repo,
            gitBranch: branch,
            ...(agent !== '' && { agentId: agent, isSidechain: true }),
          },
        );
      });
      const file = agent === '' ? `p/${sid}.jsonl` : `p/${sid}/subagents/agent-${agent}.jsonl`;
      this.transcript(file, agent === '' ? [...records, ...more] : records);
    }
    return sid;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
  receipt(...args: string[]): any {
    return this.json('receipt', ...args);
  }
}

/** Dollars of each phase, by the subject of its commit. */
// biome-ignore lint/suspicious/noExplicitAny: as above
function phases(receipt: any): [string | null, number][] {
  return receipt.phases.map(({ subject, usd }: { subject: string; usd: number }) => [subject, usd]);
}

describe('a receipt', { skip: process.platform === 'win32' }, () => {
  test('cuts a branch at its commits, and says how sure it is of what', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:30');
    world.commit('two', '11:30');
    const first = world.session('1', [
      { at: '08:30', usd: 64, branch: 'main' },
      { at: '09:30', usd: 1, branch: 'main' },
      { at: '10:00', usd: 2, branch: 'feature' },
      { at: '10:10', usd: 4, branch: 'worktree-agent', agent: 'a1' },
      { at: '11:00', usd: 8, branch: 'feature' },
      { at: '12:00', usd: 16, branch: 'feature' },
    ]);
    const second = world.session('2', [
      { at: '11:10', usd: 32, branch: 'feature', model: 'claude-haiku-4-5' },
    ]);
    world.session('3', [{ at: '10:15', usd: 100, branch: 'main' }]);
    world.session('4', [{ at: '10:15', usd: 100, branch: 'feature', cwd: '/elsewhere' }]);

    const receipt = world.receipt();
    const haiku = 32 / 5;
    assert.equal(receipt.usd, 1 + 2 + 4 + 8 + haiku + 16);
    assert.equal(receipt.base, 'main');
    assert.deepEqual(receipt.branches, ['feature']);
    assert.deepEqual(phases(receipt), [
      ['one', 7],
      ['two', 8 + haiku],
      [null, 16],
    ]);
    assert.equal(receipt.certainty.branch.usd, 2 + 8 + haiku + 16);
    assert.equal(receipt.certainty.session.usd, 1 + 4);
    assert.equal(receipt.certainty.time.usd, 0);
    assert.deepEqual(
      receipt.sessions.map(({ sessionId, usd }: { sessionId: string; usd: number }) => [
        sessionId,
        usd,
      ]),
      [
        [first, 31],
        [second, haiku],
      ],
    );
    assert.equal(receipt.byModel['claude-haiku-4-5'].usd, haiku);
    assert.equal(receipt.messages, 6);
  });

  test('Claude Code’s overhead counts with the session it came in', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:30');
    const sid = '11111111-0000-4000-8000-000000000000';
    world.session('1', [{ at: '10:00', usd: 2, branch: 'feature' }], [costState(2.5, sid)]);
    const receipt = world.receipt();
    assert.equal(receipt.usd, 2.5);
    assert.equal(receipt.byModel.background.usd, 0.5);
    assert.equal(receipt.certainty.session.usd, 0.5);
  });

  test('of a merged branch ends with the merge', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:30');
    world.git('checkout', '-q', 'main');
    world.commit('of somebody else', '10:40');
    const at = '2026-11-20T11:00:00Z';
    world.gitAt(at, at, 'merge', '-q', '--no-ff', '-m', 'merge', 'feature');
    world.commit('later', '11:30');
    world.session('1', [
      { at: '10:00', usd: 2, branch: 'feature' },
      { at: '10:45', usd: 4, branch: 'feature' },
      { at: '11:15', usd: 8, branch: 'feature' },
    ]);
    const receipt = world.receipt('--branch', 'feature');
    assert.deepEqual(phases(receipt), [
      ['one', 2],
      [null, 4],
    ]);
    assert.equal(receipt.to, '2026-11-20T11:00:00.000Z');
  });

  test('main merged into the branch is none of its commits', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:00');
    world.git('checkout', '-q', 'main');
    world.commit('of somebody else', '10:20');
    world.git('checkout', '-q', 'feature');
    const at = '2026-11-20T10:30:00Z';
    world.gitAt(at, at, 'merge', '-q', '--no-ff', '-m', 'take in main', 'main');
    world.commit('two', '11:00');
    world.session('1', [
      { at: '09:45', usd: 1, branch: 'feature' },
      { at: '10:15', usd: 2, branch: 'feature' },
      { at: '10:45', usd: 4, branch: 'feature' },
    ]);
    assert.deepEqual(phases(world.receipt()), [
      ['one', 1],
      ['take in main', 2],
      ['two', 4],
    ]);
  });

  test('of a squashed branch is the same, and by its name alone once it is deleted', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:00');
    world.commit('two', '11:00');
    world.session('1', [
      { at: '09:30', usd: 1, branch: 'feature' },
      { at: '10:30', usd: 2, branch: 'feature' },
    ]);
    world.git('checkout', '-q', 'main');
    const at = '2026-11-20T12:00:00Z';
    world.gitAt(at, at, 'merge', '-q', '--squash', 'feature');
    world.gitAt(at, at, 'commit', '-qm', 'squashed');
    assert.deepEqual(phases(world.receipt('--branch', 'feature')), [
      ['one', 1],
      ['two', 2],
    ]);
    world.git('branch', '-qD', 'feature');
    const gone = world.receipt('--branch', 'feature');
    assert.deepEqual(phases(gone), [[null, 3]]);
    assert.match(gone.notes[0], /no branch "feature" here \(any more\)/);
  });

  test('of a rebased branch is cut where its commits were authored', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:00');
    world.commit('two', '11:00');
    world.git('checkout', '-q', 'main');
    world.commit('of somebody else', '12:00');
    world.git('checkout', '-q', 'feature');
    world.gitAt('2026-11-20T13:00:00Z', '2026-11-20T13:00:00Z', 'rebase', '-q', 'main');
    world.session('1', [
      { at: '09:30', usd: 1, branch: 'feature' },
      { at: '10:30', usd: 2, branch: 'feature' },
      { at: '12:30', usd: 4, branch: 'feature' },
    ]);
    const receipt = world.receipt();
    assert.deepEqual(phases(receipt), [
      ['one', 1],
      ['two', 2],
      [null, 4],
    ]);
    assert.equal(receipt.from, null);
    assert.match(receipt.notes.join('\n'), /2 commits were amended or rebased/);
    assert.match(receipt.notes.join('\n'), /rebased onto a later commit/);
  });

  test('zones of commits and of the reader make no difference', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    // 10:00 and 11:00 in UTC, written in Tokyo and in Los Angeles.
    world.commit('one', '19:00', '+09:00');
    world.commit('two', '03:00', '-08:00');
    world.session('1', [
      { at: '09:59', usd: 1, branch: 'feature' },
      { at: '10:01', usd: 2, branch: 'feature' },
      { at: '11:01', usd: 4, branch: 'feature' },
    ]);
    for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns']) {
      assert.deepEqual(phases(world.receipt('--time-zone', zone)), [
        ['one', 1],
        ['two', 2],
        [null, 4],
      ]);
    }
  });

  test('a branch without a commit of its own', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.session('1', [{ at: '10:00', usd: 2, branch: 'feature' }]);
    assert.deepEqual(phases(world.receipt()), [[null, 2]]);
    assert.match(world.on('receipt').out, /\$2\.00 in 1 message of 1 session, no commit yet/);
  });

  test('a worktree’s work counts to its repository', () => {
    using world = new Repo();
    const copy = world.dir.at('copy');
    world.git('worktree', 'add', '-q', '-b', 'feature', copy);
    world.session('1', [{ at: '10:00', usd: 2, branch: 'feature', cwd: copy }]);
    assert.equal(world.receipt('--branch', 'feature').usd, 2);
    world.cwd = copy;
    assert.equal(world.receipt().usd, 2);
  });

  test('of commits counts what was spent while they were made', () => {
    using world = new Repo();
    const one = world.commit('one', '10:00');
    world.commit('two', '11:00');
    world.commit('three', '12:00');
    world.session('1', [
      { at: '09:30', usd: 1, branch: 'main' },
      { at: '10:30', usd: 2, branch: 'main' },
      { at: '11:30', usd: 4, branch: 'main' },
      { at: '11:40', usd: 8, branch: 'other' },
      { at: '12:30', usd: 16, branch: 'main' },
    ]);
    const range = world.receipt('--commit', `${one}..HEAD`);
    assert.deepEqual(phases(range), [
      ['two', 2],
      ['three', 12],
    ]);
    assert.equal(range.certainty.branch.usd, 6);
    assert.equal(range.certainty.time.usd, 8);
    assert.deepEqual(phases(world.receipt('--commit', 'HEAD~1')), [['two', 2]]);
  });

  describe('of a pull request', () => {
    function pull(): Repo {
      const world = new Repo();
      world.git('checkout', '-qb', 'feature');
      world.commit('one', '10:00');
      world.session('1', [{ at: '09:30', usd: 2, branch: 'feature' }]);
      return world;
    }

    test('goes by the references that were fetched', () => {
      using world = pull();
      const tip = world.git('rev-parse', 'HEAD');
      world.git('update-ref', 'refs/pull/7/head', tip);
      world.git('checkout', '-q', 'main');
      const receipt = world.receipt('--pr', '7');
      assert.equal(receipt.usd, 2);
      assert.equal(receipt.subject, 'pull request 7 (feature)');
    });

    test('goes by what a GitHub Action says, which checks out the merge it tries', () => {
      using world = pull();
      world.git('checkout', '-q', '--detach', 'main');
      const at = '2026-11-20T11:00:00Z';
      world.gitAt(at, at, 'merge', '-q', '--no-ff', '-m', 'merge', 'feature');
      world.git('update-ref', 'refs/remotes/pull/7/merge', 'HEAD');
      world.git('branch', '-qD', 'feature');
      world.env = {
        GITHUB_REF: 'refs/pull/7/merge',
        GITHUB_HEAD_REF: 'feature',
        GITHUB_BASE_REF: 'main',
      };
      assert.equal(world.receipt('--pr', '7').usd, 2);
      assert.deepEqual(phases(world.receipt()), [['one', 2]]);
    });

    test('whose branch is not here is counted by the time of its commits', () => {
      using world = pull();
      world.git('update-ref', 'refs/pull/7/head', 'HEAD');
      world.git('checkout', '-q', 'main');
      world.git('branch', '-qD', 'feature');
      const receipt = world.receipt('--pr', '7');
      assert.deepEqual([receipt.usd, receipt.branches], [2, []]);
      assert.equal(receipt.certainty.time.usd, 2);
    });

    test('that is not there is said to be', () => {
      using world = pull();
      const { code, err } = world.on('receipt', '--pr', '8');
      assert.equal(code, 2);
      assert.match(err, /no reference of pull request 8\. Fetch it/);
    });
  });

  test('what cannot be asked is refused with what can', () => {
    using world = new Repo();
    const refused = (...args: string[]): string => {
      const { code, err } = world.on('receipt', ...args);
      assert.equal(code, 2, err);
      return err;
    };
    assert.match(refused(), /"main" is what branches are compared with/);
    assert.match(refused('--branch', 'a', '--pr', '3'), /two questions/);
    assert.match(refused('--branch', ''), /--branch is empty/);
    assert.match(refused('--pr', 'x'), /whole number above 0/);
    assert.match(refused('--commit', 'nothing'), /no commit "nothing"/);
    assert.match(refused('--commit', 'a...b'), /no range of commits/);
    assert.match(refused('--commit', '--all'), /no commit "--all"/);
    assert.match(refused('--branch', 'x', '--base', 'nothing'), /no branch or commit "nothing"/);
    world.cwd = world.dir.at('home');
    assert.match(refused('--branch', 'x'), /in no git repository/);
  });

  test('names of branches are names, whatever they hold', () => {
    using world = new Repo();
    const names = [
      '-n',
      '--upload-pack=touch-pwned',
      '$(touch$IFS/pwned)',
      'a;touch$IFS/pwned',
      '`touch$IFS/pwned`',
      '|touch-pwned',
      '<img/src=x>',
      'a&&b',
      'with"quotes\'',
      'zażółć/gęślą',
      'rtl-\u202e-edoc',
      '%00%H',
      '|pipe|table|',
    ];
    const tip = world.git('rev-parse', 'HEAD');
    for (const [i, name] of names.entries()) {
      world.git('update-ref', `refs/heads/${name}`, tip);
      world.session(i.toString(16), [{ at: '10:00', usd: 1, branch: name }]);
    }
    world.json('index');
    for (const name of names) {
      const receipt = world.receipt(`--branch=${name}`, '--no-index');
      assert.equal(receipt.usd, 1, name);
      assert.deepEqual(receipt.branches, [name]);
    }
    for (const name of ['<img/src=x>', 'rtl-\u202e-edoc']) {
      const { out } = world.on('receipt', `--branch=${name}`, '--format', 'markdown');
      assert.ok(out.startsWith('# Receipt: branch '), out);
      assert.ok(!out.includes('<img') && !out.includes('\u202e'), out);
    }
    // No name of a branch, but revisions: they are looked up as names, and are none.
    for (const name of ['main..HEAD', '@{-1}', 'HEAD^', ':/begin', 'refs/heads/main']) {
      assert.deepEqual(phases(world.receipt(`--branch=${name}`, '--no-index')), [], name);
    }
    assert.ok(!existsSync(join(world.repo, 'pwned')));
  });

  test('a configuration that would run programs runs none', () => {
    using world = new Repo();
    const pwned = world.dir.at('pwned');
    const evil = world.dir.at('evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch '${pwned}'\n`, { mode: 0o755 });
    world.git('checkout', '-qb', 'feature');
    world.commit('one', '10:00');
    for (const [key, value] of [
      ['core.pager', evil],
      ['core.fsmonitor', evil],
      ['core.sshCommand', evil],
      ['core.editor', evil],
      ['gpg.program', evil],
      ['log.showSignature', 'true'],
      ['diff.external', evil],
      ['alias.rev-list', `!${evil}`],
    ] as const) {
      world.git('config', key, value);
    }
    world.session('1', [{ at: '09:30', usd: 1, branch: 'feature' }]);
    assert.equal(world.receipt().usd, 1);
    assert.ok(!existsSync(pwned));
  });

  test('no words of a person stand in it', () => {
    using world = new Repo();
    world.git('checkout', '-qb', 'feature');
    world.session(
      '1',
      [{ at: '10:00', usd: 1, branch: 'feature' }],
      [
        {
          type: 'custom-title',
          sessionId: '11111111-0000-4000-8000-000000000000',
          customTitle: 'SECRET',
        },
      ],
    );
    for (const format of ['table', 'markdown', 'json', 'csv']) {
      const { out } = world.on('receipt', '--format', format);
      assert.ok(out.includes('11111111') || format === 'csv');
      assert.ok(!out.includes('SECRET'), out);
    }
  });
});
