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
import {
  lacksServer,
  placeFile,
  readPlace,
  serverNoteFile,
  writePlace,
  writeServerNote,
} from '../../../src/dataFolder/guardServer.ts';
import { stopHooksIn } from '../../../src/guard/install/guardStatus.ts';
import {
  hookGroups,
  isOwnHandler,
  launcherOf,
  portOf,
} from '../../../src/guard/install/hookEntries.ts';
import {
  carryOutInstall,
  carryOutUninstall,
  planInstall,
  planUninstall,
  serverFor,
} from '../../../src/guard/install/installFiles.ts';
import { hookObstacles, httpObstacles } from '../../../src/guard/install/policy.ts';
import { storedFiles } from '../../../src/views/storage/storedFiles.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const wishes = {
  launcher: '/data/bin/outlay',
  platform: 'linux',
  strict: false,
  maxHops: 0,
  server: undefined,
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
    writePlace(dir.at('data'), { port: 20_123, token: 'x'.repeat(43) });
    writeServerNote(dir.at('data'), { pid: 1, at: 1, portTaken: false });
    writeFileSync(dir.at('data', 'cache', 'v24', '52ebf587'), 'x');
    const found = storedFiles(dir.at('data', 'outlay.db'), dir.at('data'));
    const names = found.map(({ path, kind }) => `${kind} ${path.split('/').at(-1)}`);
    assert.equal(names.filter((name) => name.startsWith('guard ')).length, 6, names.join());
    assert.ok(names.includes('cache 52ebf587'));
    assert.ok(!names.some((name) => name.includes('notes.txt')), 'what is not ours stays');
  });
});

describe('entries of hooks', () => {
  test('are exec form, with absolute paths, and known again', () => {
    for (const platform of ['linux', 'win32'] as const) {
      const groups = [...hookGroups({ ...wishes, platform, strict: true }).values()].flat();
      for (const group of groups) {
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
      { type: 'http', url: 'http://127.0.0.1:20000/outlay/guard/Nothing' },
      { type: 'http', url: 'http://example.com/outlay/guard/PreToolUse' },
      { type: 'http', url: 'http://127.0.0.1:20000/other/guard/PreToolUse' },
      { type: 'command', url: 'http://127.0.0.1:20000/outlay/guard/PreToolUse' },
    ]) {
      assert.equal(isOwnHandler(other), false, JSON.stringify(other));
    }
  });
});

describe('a server for single calls', () => {
  const server = { port: 20_123, token: 'x'.repeat(43) };

  test('is asked about calls, and everything else is left to processes', () => {
    const groups = hookGroups({ ...wishes, strict: true, server }) as ReadonlyMap<string, Group[]>;
    const asked = [...groups].flatMap(([event, list]) =>
      list.flatMap(({ matcher, hooks }) => hooks.map((each) => ({ event, matcher, ...each }))),
    );
    const served = asked.filter(({ type }) => type === 'http');
    assert.deepEqual(
      served.map(({ event, matcher, onFailure }) => [event, matcher, onFailure]),
      [
        ['PreToolUse', '*', 'block'],
        ['PostToolUseFailure', '*', undefined],
      ],
    );
    for (const handler of served) {
      assert.ok(isOwnHandler(handler));
      assert.equal(portOf(handler), server.port);
      assert.equal(launcherOf(handler), undefined);
      assert.equal(handler.headers.Authorization, `Bearer ${server.token}`);
      const named = Object.values(handler.headers).filter((value) => value.startsWith('$'));
      assert.deepEqual(
        named,
        handler.allowedEnvVars.map((name) => `$${name}`),
      );
    }
    const processes = asked.filter(({ type }) => type === 'command');
    assert.deepEqual(
      processes.map(({ event, matcher }) => (matcher ? `${event} ${matcher}` : event)),
      [
        ...['SessionStart', 'UserPromptSubmit', 'PreToolUse Agent|Task', 'PostToolBatch'],
        ...['SubagentStop', 'Stop', 'PreModelSwitch'],
      ],
    );
    assert.ok(processes.every(({ args }) => args.includes('--http')));
  });

  test('its place comes with the last settings that name it, and goes with them', () => {
    using dir = tempDir();
    const [data, first, second] = [dir.at('data'), dir.at('a.json'), dir.at('b.json')];
    const own = serverFor('http', 'user', data)!;
    assert.equal(readPlace(data), undefined, 'nothing is written to show a change');
    for (const file of [first, second]) {
      writeFileSync(file, '{}');
      install(dir, file, { server: own } as never);
    }
    assert.deepEqual(readPlace(data), own);
    assert.deepEqual(serverFor('http', 'local', data), own);
    if (process.platform !== 'win32') assert.equal(statSync(placeFile(data)).mode & 0o777, 0o600);
    uninstall(dir, first);
    assert.deepEqual(readPlace(data), own);
    install(dir, second);
    assert.equal(readPlace(data), undefined, 'with processes again');
    assert.ok(!readFileSync(second, 'utf8').includes('http'), 'and nothing of it is left');
    uninstall(dir, second);
    assert.equal(readFileSync(second, 'utf8'), '{}');
    assert.throws(() => serverFor('http', 'project', data), /shared settings/);
    assert.equal(serverFor('process', 'project', data), undefined);
  });

  test('another port is chosen where another program has it', () => {
    using dir = tempDir();
    const data = dir.at('data');
    writePlace(data, server);
    writeServerNote(data, { pid: process.pid, at: Date.now(), portTaken: true });
    assert.notEqual(serverFor('http', 'user', data)!.token, server.token);
    assert.equal(lacksServer(data), false, 'not with every hook');
    writeServerNote(data, { pid: process.pid, at: Date.now() - 120_000, portTaken: true });
    assert.equal(lacksServer(data), true);
    writeServerNote(data, { pid: process.pid, at: 0, portTaken: false });
    assert.equal(lacksServer(data), false);
    writeFileSync(serverNoteFile(data), '{');
    assert.equal(lacksServer(data), true);
  });

  test('a place that is none is as if there were none', () => {
    using dir = tempDir();
    const data = dir.at('data');
    mkdirSync(data);
    for (const text of ['', '[]', '{"port":80,"token":"x"}', '{"port":20123,"token":"a\\r\\nb"}']) {
      writeFileSync(placeFile(data), text);
      assert.equal(readPlace(data), undefined, text);
    }
  });

  test('what keeps Claude Code from asking it is named', () => {
    using dir = tempDir();
    const file = dir.at('settings.json');
    const found = (content: string, env = {}): string[] => {
      writeFileSync(file, content);
      return httpObstacles([file, dir.at('none')], env);
    };
    for (const [content, what] of [
      ['{"allowedHttpHookUrls": []}', /allowedHttpHookUrls/],
      ['{"allowedHttpHookUrls": ["https://a.example/*"]}', /allowedHttpHookUrls/],
      ['{"httpHookAllowedEnvVars": ["COST_BUDGET_USD"]}', /CLAUDE_CODE_ENTRYPOINT, OUTLAY_STORE/],
      ['{"env": {"HTTPS_PROXY": "http://proxy:1"}}', /proxy of HTTPS_PROXY/],
    ] as const) {
      const [sentence, ...more] = found(content);
      assert.match(sentence!, what);
      assert.deepEqual(more, []);
    }
    const proxy = { http_proxy: 'http://proxy:1' };
    assert.equal(found('{}', proxy).length, 1);
    assert.equal(found('{}', { ...proxy, NO_PROXY: 'a.example,127.0.0.1' }).length, 0);
    assert.equal(found('{"env":{"NO_PROXY":"*"}}', proxy).length, 0);
    assert.equal(found('{"env":{"NO_PROXY":""}}', { ...proxy, NO_PROXY: '*' }).length, 1);
    for (const content of [
      ...['{}', '[]', '{', '{"allowedHttpHookUrls": ["http://127.0.0.1:*"]}'],
      '{"httpHookAllowedEnvVars": ["CLAUDE_CODE_ENTRYPOINT", "COST_BUDGET_USD", "OUTLAY_STORE"]}',
    ]) {
      assert.deepEqual(found(content), [], content);
    }
  });
});

/** A group of handlers as it stands in settings. */
interface Group {
  readonly matcher?: string;
  readonly hooks: readonly {
    readonly type: string;
    readonly args: readonly string[];
    readonly headers: Readonly<Record<string, string>>;
    readonly allowedEnvVars: readonly string[];
    readonly onFailure?: string;
  }[];
}

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
