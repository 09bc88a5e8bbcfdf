import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, test } from 'node:test';
import { isGuardInstalled, readInstalls } from '../../../src/dataFolder/guardInstalls.ts';
import { stopHooksIn } from '../../../src/guard/install/guardStatus.ts';
import { hookGroups, isOwnHandler, launcherOf } from '../../../src/guard/install/hookEntries.ts';
import {
  carryOutInstall,
  carryOutUninstall,
  planInstall,
  planUninstall,
} from '../../../src/guard/install/installFiles.ts';
import { hookObstacles } from '../../../src/guard/install/policy.ts';
import { storedFiles } from '../../../src/views/storage/storedFiles.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const wishes = {
  launcher: '/data/bin/outlay',
  platform: 'linux',
  strict: false,
  maxHops: 0,
} as const;

function install(dir: TempDir, file: string, more: Partial<typeof wishes> = {}): void {
  const all = { ...wishes, ...more };
  carryOutInstall(planInstall(file, all), dir.at('data'), all, 1);
}

function uninstall(dir: TempDir, file: string): void {
  carryOutUninstall(planUninstall(file, dir.at('data')), dir.at('data'));
}

describe('installing the guard', () => {
  test('a link to the settings stays a link, and rights stay', () => {
    using dir = tempDir();
    const real = dir.at('dotfiles.json');
    writeFileSync(real, '{"a":1}');
    chmodSync(real, 0o640);
    const file = dir.at('settings.json');
    symlinkSync(real, file);
    install(dir, file);
    assert.ok(lstatSync(file).isSymbolicLink());
    assert.match(readFileSync(real, 'utf8'), /"guard"/);
    if (process.platform !== 'win32') assert.equal(statSync(real).mode & 0o777, 0o640);
    uninstall(dir, file);
    assert.equal(readFileSync(real, 'utf8'), '{"a":1}');
  });

  test('white space in what was empty comes back', () => {
    for (const text of ['{ }', '{\n}\n', '{"hooks": {  }}', '{"hooks": {"Stop": [ ]}}\r\n', '\n']) {
      using dir = tempDir();
      const file = dir.at('settings.json');
      writeFileSync(file, text);
      install(dir, file);
      install(dir, file, { launcher: '/elsewhere/outlay' } as never);
      uninstall(dir, file);
      assert.equal(readFileSync(file, 'utf8'), text, JSON.stringify(text));
    }
  });

  test('no file is none again', () => {
    using dir = tempDir();
    const file = dir.at('project', '.claude', 'settings.json');
    install(dir, file);
    assert.ok(isGuardInstalled(dir.at('data')));
    uninstall(dir, file);
    assert.equal(existsSync(file), false);
    assert.equal(isGuardInstalled(dir.at('data')), false);
    assert.equal(existsSync(dir.at('data', 'guard-installs.json')), false);
  });

  test('what was changed between showing and writing is not overwritten', () => {
    using dir = tempDir();
    const file = dir.at('settings.json');
    writeFileSync(file, '{}');
    const shown = planInstall(file, wishes);
    writeFileSync(file, '{"mine":1}');
    assert.throws(() => carryOutInstall(shown, dir.at('data'), wishes, 1), /changed meanwhile/);
    assert.equal(readFileSync(file, 'utf8'), '{"mine":1}');
    assert.deepEqual(readInstalls(dir.at('data')), []);
  });

  test('an installation without its record is taken out as well', () => {
    using dir = tempDir();
    const file = dir.at('settings.json');
    writeFileSync(file, planInstall(file, wishes).after!);
    uninstall(dir, file);
    assert.equal(readFileSync(file, 'utf8'), '{}\n');
  });

  test('all it leaves in the data folder is known to whoever lists it', () => {
    using dir = tempDir();
    const file = dir.at('settings.json');
    writeFileSync(file, '{}');
    install(dir, file);
    mkdirSync(dir.at('data', 'guard'), { recursive: true });
    mkdirSync(dir.at('data', 'cache', 'v24'), { recursive: true });
    const state = 'aaaaaaaa-0000-4000-8000-000000000001.json';
    for (const name of [state, 'x0123456789abcdef.json', 'notes.txt']) {
      writeFileSync(dir.at('data', 'guard', name), '{}');
    }
    writeFileSync(dir.at('data', 'cache', 'v24', '52ebf587'), 'x');
    const found = storedFiles(dir.at('data', 'outlay.db'), dir.at('data'));
    const names = found.map(({ path, kind }) => `${kind} ${path.split('/').at(-1)}`);
    assert.equal(names.filter((name) => name.startsWith('guard ')).length, 4, names.join());
    assert.ok(names.includes('cache 52ebf587'));
    assert.ok(!names.some((name) => name.includes('notes.txt')), 'what is not ours stays');
  });
});

describe('entries of hooks', () => {
  test('are exec form, with absolute paths, and known again', () => {
    for (const platform of ['linux', 'win32'] as const) {
      for (const group of hookGroups({ ...wishes, platform, strict: true }).values()) {
        const [handler] = (group as { hooks: { command: string; args: string[] }[] }).hooks;
        assert.ok(handler!.args.includes('guard'));
        assert.ok(isOwnHandler(handler));
        assert.equal(launcherOf(handler), '/data/bin/outlay');
      }
    }
    for (const other of [
      null,
      {},
      { command: 'outlay' },
      { command: '/x/outlay', args: ['summary'] },
      { command: '/x/outlay', args: ['guard', 'status'] },
      { command: '/x/other', args: ['guard', 'Stop'] },
      { command: '/x/not-outlay', args: ['guard', 'Stop'] },
    ]) {
      assert.equal(isOwnHandler(other), false, JSON.stringify(other));
    }
  });
});

describe('what keeps hooks from running', () => {
  test('is named, with its file', () => {
    using dir = tempDir();
    const managed = dir.at('managed.json');
    for (const [content, what] of [
      ['{"disableAllHooks": true}', /switched off all hooks/],
      ['{"allowManagedHooksOnly": true}', /its own hooks only/],
      ['{"strictPluginOnlyCustomization": ["hooks"]}', /hooks of plugins only/],
      ['{"strictPluginOnlyCustomization": true}', /hooks of plugins only/],
    ] as const) {
      writeFileSync(managed, content);
      const [sentence, ...more] = hookObstacles([managed], []);
      assert.match(sentence!, what);
      assert.ok(sentence!.includes(managed));
      assert.deepEqual(more, []);
    }
    for (const content of ['{}', '[]', '{', '{"disableAllHooks": "true"}']) {
      writeFileSync(managed, content);
      assert.deepEqual(hookObstacles([managed, dir.at('none')], [managed]), []);
    }
    writeFileSync(managed, '{"disableAllHooks": true}');
    assert.match(hookObstacles([], [managed])[0]!, /All hooks are switched off/);
  });

  test('shows in what ran when a turn ended', () => {
    const summary = (command: string): string =>
      JSON.stringify({ type: 'system', subtype: 'stop_hook_summary', hookInfos: [{ command }] });
    const ended = '{"message":{"stop_reason":"end_turn"}}';
    assert.equal(stopHooksIn(`${ended}\n${summary('/data/bin/outlay guard Stop')}`), 'ours');
    assert.equal(stopHooksIn(`${ended}\n${summary('/usr/bin/notify')}`), 'others');
    assert.equal(stopHooksIn(ended), 'none');
    assert.equal(stopHooksIn(''), 'unknown');
  });
});
