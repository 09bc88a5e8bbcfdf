import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readHostLine } from '../../../src/agents/hosts/hostLines.ts';
import { hostLog } from '../../../src/agents/hosts/hostLog.ts';
import { findRoots, type HostFacts, placesBeside } from '../../../src/agents/registry.ts';
import { isHostName } from '../../../src/hostFile/format.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

function folder(dir: TempDir, ...names: string[]): void {
  for (const name of names) mkdirSync(dir.at(...name.split('/')), { recursive: true });
}

describe('folders of other hosts', () => {
  function rootsOf(dir: TempDir, hostFolders: Record<string, string>): string[] {
    folder(dir, 'own/.claude/projects');
    return findRoots({ env: {}, home: dir.at('own'), hostFolders }).map(
      ({ agent, path, host, exists }) =>
        [agent, path.slice(dir.path.length + 1), host ?? '', exists ? '' : 'missing']
          .join(' ')
          .trim(),
    );
  }

  test('are a configuration directory, a home, or the root of a file system with homes', () => {
    using dir = tempDir();
    folder(dir, 'wsl/home/ada/.claude/projects', 'wsl/home/bob', 'wsl/root/.codex/sessions');
    folder(dir, 'c/Users/ada/.claude/projects', 'c/Users/Public/.claude/projects');
    assert.deepEqual(rootsOf(dir, { Ubuntu: dir.at('wsl'), Windows: dir.at('c') }), [
      'claude own/.claude',
      'codex wsl/root/.codex Ubuntu',
      'claude wsl/home/ada/.claude Ubuntu',
      'claude c/Users/ada/.claude Windows',
    ]);
    assert.deepEqual(rootsOf(dir, { Home: dir.at('wsl', 'home', 'ada') }), [
      'claude own/.claude',
      'claude wsl/home/ada/.claude Home',
    ]);
    assert.deepEqual(rootsOf(dir, { Dir: dir.at('wsl', 'home', 'ada', '.claude') }), [
      'claude own/.claude',
      'claude wsl/home/ada/.claude Dir',
    ]);
  });

  test('that are this machine’s own by another path, or not there, are no other host’s', () => {
    using dir = tempDir();
    folder(dir, 'own/.claude/projects');
    symlinkSync(dir.at('own'), dir.at('link'));
    assert.deepEqual(rootsOf(dir, { Loop: dir.at('link') }), ['claude own/.claude']);
    assert.deepEqual(rootsOf(dir, { Gone: dir.at('gone') }), [
      'claude own/.claude',
      'claude gone Gone missing',
    ]);
  });

  test('are left out where a command names its own', () => {
    using dir = tempDir();
    folder(dir, 'a/projects', 'b/projects');
    const options = { env: {}, home: dir.path, hostFolders: { B: dir.at('b') } };
    assert.equal(findRoots({ ...options, configDirs: [dir.at('a')] }).length, 1);
  });
});

describe('places beside this machine', () => {
  const linux: HostFacts = { platform: 'linux', release: '6.6.87', env: {}, root: '/' };

  test('inside WSL are homes of Windows with sessions', () => {
    using dir = tempDir();
    folder(dir, 'mnt/c/Users/ada/.claude/projects', 'mnt/c/Users/bob', 'home/eve/.claude/projects');
    const wsl = { ...linux, release: '6.6.87.2-microsoft-standard-WSL2', root: dir.path };
    assert.deepEqual(placesBeside(wsl), [
      { kind: 'windows', host: 'Windows', folder: dir.at('mnt', 'c', 'Users', 'ada') },
    ]);
    assert.deepEqual(
      placesBeside({ ...linux, root: dir.path, env: { WSL_DISTRO_NAME: 'U' } }).length,
      1,
    );
    assert.deepEqual(placesBeside({ ...linux, root: dir.path }), []);
  });

  test('on Windows are told by disks of WSL, of which nothing is touched', () => {
    using dir = tempDir();
    const facts: HostFacts = {
      ...{ platform: 'win32', release: '10.0.26100', root: dir.path },
      env: { LOCALAPPDATA: 'AppData/Local' },
    };
    assert.deepEqual(placesBeside(facts), []);
    folder(dir, 'AppData/Local/Packages/Canonical.Ubuntu/LocalState');
    writeFileSync(
      dir.at('AppData', 'Local', 'Packages', 'Canonical.Ubuntu', 'LocalState', 'ext4.vhdx'),
      '',
    );
    assert.deepEqual(placesBeside(facts), [
      { kind: 'wsl', host: 'Ubuntu', folder: '\\\\wsl.localhost\\Ubuntu' },
    ]);
    assert.deepEqual(placesBeside({ ...facts, env: {} }), []);
    assert.deepEqual(readdirSync(dir.path), ['AppData']);
  });
});

describe('names of hosts', () => {
  test('have nothing that acts upon a terminal, a path, or a session’s id', () => {
    for (const name of ['devbox', 'Ubuntu-22.04', 'Büro PC', 'ci_7'])
      assert.ok(isHostName(name), name);
    const bad = [
      '',
      '.',
      '../x',
      'a/b',
      'a\\b',
      'a@b',
      '\u001b[31m',
      'a\u202eb',
      ' a',
      'a  b',
      'x'.repeat(64),
    ];
    for (const name of bad) assert.ok(!isHostName(name), JSON.stringify(name));
  });
});

describe('a line of a host’s file', () => {
  const message = {
    ...{ message: 'm', session: 's', at: Date.UTC(2026, 10, 20), model: 'claude-opus-5-5' },
    usage: [1, 2, 3, 4, 5, 6],
  };

  test('is read whatever it is, and throws nothing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Object.keys(message), 'event', 'parts', 'records', '__proto__'),
          fc.jsonValue(),
        ),
        (line) => {
          readHostLine({ ...message, ...line });
          readHostLine(line as never);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is refused where a count, a time, an id or a list is none', () => {
    assert.equal(readHostLine(message)?.messages?.length, 1);
    const bad = [
      { usage: [1, 2, 3, 4, 5] },
      { usage: [1, 2, 3, 4, 5, -1] },
      { usage: [1, 2, 3, 4, 5, 1e300] },
      { at: 0 },
      { at: Date.UTC(2099, 0) },
      { session: '../../etc' },
      { session: 's@other' },
      { model: '' },
      { records: [-1] },
      { records: new Array(3000).fill(1) },
    ];
    for (const one of bad)
      assert.equal(
        readHostLine({ ...message, ...one }),
        undefined,
        JSON.stringify(one).slice(0, 80),
      );
  });

  test('has names without control characters, and fields that are no prototype’s', () => {
    const line = JSON.parse(
      `{"attribution":{"__proto__":"x","skill":"a\\u001b[31mb","n":5},"branch":"a\\u0000b"}`,
    );
    const [read] = readHostLine({ ...message, ...line })!.messages!;
    assert.deepEqual(read!.attribution, { skill: 'a [31mb' });
    assert.equal(read!.branch, 'a b');
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });
});

test('only files of hosts are looked at in a folder they arrive in', () => {
  using dir = tempDir();
  for (const name of ['a.outlay.gz', '.b.outlay.gz', 'c.outlay.gz.part', 'd.jsonl', 'e.gz']) {
    writeFileSync(dir.at(name), '');
  }
  mkdirSync(dir.at('f.outlay.gz'));
  const { files } = hostLog.discover(hostLog.rootAt(dir.path, 'host'));
  assert.deepEqual(
    files.map(({ path }) => path),
    [dir.at('a.outlay.gz')],
  );
});
