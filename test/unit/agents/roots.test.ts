import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  agentsLeftOut,
  findRoots,
  folderProblem,
  knownRoot,
  type RootOptions,
  rootEnvironment,
} from '../../../src/agents/registry.ts';
import { callFileName } from '../../../src/model/capture/callRecord.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

/** A home with these configuration directories, each with a `projects` folder. */
function home(...configs: string[]): TempDir {
  const dir = tempDir();
  const real = realpathSync.native(dir.path);
  for (const config of configs) mkdirSync(`${real}/${config}/projects`, { recursive: true });
  return { ...dir, path: real, [Symbol.dispose]: dir[Symbol.dispose] };
}

function rootsOf(dir: TempDir, options: Partial<RootOptions> = {}): string[] {
  return findRoots({ env: {}, home: dir.path, ...options }).map(
    ({ path, source, exists }) =>
      `${path.replace(dir.path, '~')} ${source}${exists ? '' : ' missing'}`,
  );
}

test('defaults: both places where they exist', () => {
  using both = home('.claude', '.config/claude');
  assert.deepEqual(rootsOf(both), ['~/.claude default', '~/.config/claude default']);
  using second = home('.config/claude');
  assert.deepEqual(rootsOf(second), ['~/.config/claude default']);
});

test('defaults: the first is named while none exists', () => {
  using none = home();
  assert.deepEqual(rootsOf(none), ['~/.claude default missing']);
});

test('XDG_CONFIG_HOME moves the second default', () => {
  using dir = home('.claude', 'xdg/claude', '.config/claude');
  const env = { XDG_CONFIG_HOME: `${dir.path}/xdg` };
  assert.deepEqual(rootsOf(dir, { env }), ['~/.claude default', '~/xdg/claude default']);
  assert.deepEqual(rootsOf(dir, { env: { XDG_CONFIG_HOME: '' } }), [
    '~/.claude default',
    '~/.config/claude default',
  ]);
});

test('CLAUDE_CONFIG_DIR replaces the defaults, several with commas', () => {
  using dir = home('.claude', 'a', 'b');
  const env = { CLAUDE_CONFIG_DIR: ` ${dir.path}/a , ${dir.path}/b,,${dir.path}/c` };
  assert.deepEqual(rootsOf(dir, { env }), [
    '~/a CLAUDE_CONFIG_DIR',
    '~/b CLAUDE_CONFIG_DIR',
    '~/c CLAUDE_CONFIG_DIR missing',
  ]);
  assert.deepEqual(rootsOf(dir, { env: { CLAUDE_CONFIG_DIR: ' , ' } }), ['~/.claude default']);
});

test('the setting replaces the environment, the option the setting', () => {
  using dir = home('.claude', 'a', 'b', 'c');
  const env = { CLAUDE_CONFIG_DIR: `${dir.path}/a` };
  const setting = [`${dir.path}/b`];
  assert.deepEqual(rootsOf(dir, { env, setting }), ['~/b setting']);
  assert.deepEqual(rootsOf(dir, { env, setting, configDirs: [`${dir.path}/c`] }), ['~/c option']);
});

test('a tilde is the home', () => {
  using dir = home('a');
  assert.deepEqual(rootsOf(dir, { setting: ['~/a', '~'] }), ['~/a setting', '~ setting missing']);
});

test('the projects folder itself may be named', () => {
  using dir = home('a');
  const [root] = findRoots({ env: {}, home: dir.path, configDirs: [`${dir.path}/a/projects`] });
  assert.deepEqual([root?.path, root?.logFolder], [`${dir.path}/a`, `${dir.path}/a/projects`]);
});

test('a configuration directory may be called projects', () => {
  using dir = home('projects');
  assert.deepEqual(rootsOf(dir, { configDirs: [`${dir.path}/projects`] }), ['~/projects option']);
});

test('each root once, by its real path', () => {
  using dir = home('a');
  symlinkSync(dir.at('a'), dir.at('link'), 'junction');
  const configDirs = ['a', 'link', 'a/', 'a/projects', './a'].map((name) => `${dir.path}/${name}`);
  assert.deepEqual(rootsOf(dir, { configDirs }), ['~/a option']);
});

test('a file where the folder should be does not exist as a root', () => {
  using dir = home();
  mkdirSync(dir.at('a'));
  writeFileSync(dir.at('a', 'projects'), '');
  assert.deepEqual(rootsOf(dir, { setting: [dir.at('a')] }), ['~/a setting missing']);
  assert.equal(folderProblem(dir.at('a', 'projects')), 'ENOTDIR');
  assert.equal(folderProblem(dir.at('b')), 'ENOENT');
  assert.equal(folderProblem(dir.at('a')), undefined);
});

test('Claude Desktop’s local agent sessions are one more default, where they exist', () => {
  const desktop = [
    'Library/Application Support/Claude/local-agent-mode-sessions',
    'AppData/Roaming/Claude/local-agent-mode-sessions',
    '.config/Claude/local-agent-mode-sessions',
  ];
  for (const place of desktop) {
    using dir = home('.claude');
    mkdirSync(`${dir.path}/${place}`, { recursive: true });
    assert.deepEqual(rootsOf(dir), ['~/.claude default', `~/${place} default`]);
    const env = { CLAUDE_CONFIG_DIR: `${dir.path}/a` };
    assert.deepEqual(rootsOf(dir, { env }), ['~/a CLAUDE_CONFIG_DIR missing']);
    assert.deepEqual(rootsOf(dir, { setting: ['~/b'] }), ['~/b setting missing']);
    const [root] = findRoots({ env: {}, home: dir.path, configDirs: [`${dir.path}/${place}`] });
    assert.equal(root?.agent, 'claude-desktop');
  }
  using roaming = home('elsewhere');
  mkdirSync(`${roaming.path}/roaming/Claude/local-agent-mode-sessions`, { recursive: true });
  assert.deepEqual(rootsOf(roaming, { env: { APPDATA: `${roaming.path}/roaming` } }), [
    '~/roaming/Claude/local-agent-mode-sessions default',
  ]);
});

test('Codex: its own directory beside Claude Code’s, unless it is switched off', () => {
  using dir = home('.claude');
  mkdirSync(`${dir.path}/.codex/sessions/2026/11/30`, { recursive: true });
  assert.deepEqual(rootsOf(dir), ['~/.claude default', '~/.codex default']);
  assert.deepEqual(rootsOf(dir, { withoutAgents: ['codex'] }), ['~/.claude default']);
  const setting = [`${dir.path}/.codex`, `${dir.path}/.claude`];
  assert.deepEqual(rootsOf(dir, { setting, withoutAgents: ['codex'] }), ['~/.claude setting']);
  // What is named for one command is read.
  const configDirs = [`${dir.path}/.codex`];
  assert.deepEqual(rootsOf(dir, { configDirs, withoutAgents: ['codex'] }), ['~/.codex option']);
});

test('Codex: CODEX_HOME replaces its default, and a directory is told by what is in it', () => {
  using dir = home('.claude');
  mkdirSync(`${dir.path}/.claude/sessions`, { recursive: true });
  mkdirSync(`${dir.path}/other/archived_sessions`, { recursive: true });
  mkdirSync(`${dir.path}/.codex/sessions/2026`, { recursive: true });
  const env = { CODEX_HOME: `${dir.path}/other` };
  assert.deepEqual(rootsOf(dir, { env }), ['~/.claude default', '~/other CODEX_HOME']);
  const agents = ['.claude', 'other', '.codex'].map(
    (name) => knownRoot(`${dir.path}/${name}`).agent,
  );
  assert.deepEqual(agents, ['claude', 'codex', 'codex']);
});

test('Copilot and OpenCode: where they stand, unless switched off, and told by what is in them', () => {
  using dir = home('.claude');
  mkdirSync(`${dir.path}/.copilot/session-state`, { recursive: true });
  mkdirSync(`${dir.path}/.local/share/opencode/storage/message`, { recursive: true });
  mkdirSync(`${dir.path}/other/session-state`, { recursive: true });
  const all = ['~/.claude default', '~/.copilot default', '~/.local/share/opencode default'];
  assert.deepEqual(rootsOf(dir), all);
  assert.deepEqual(rootsOf(dir, { withoutAgents: ['copilot', 'opencode'] }), all.slice(0, 1));
  const env = { COPILOT_HOME: `${dir.path}/other`, XDG_DATA_HOME: `${dir.path}/nowhere` };
  assert.deepEqual(rootsOf(dir, { env }), ['~/.claude default', '~/other COPILOT_HOME']);
  const names = ['.claude', '.copilot', 'other', '.local/share/opencode'];
  assert.deepEqual(
    names.map((name) => knownRoot(`${dir.path}/${name}`).agent),
    ['claude', 'copilot', 'copilot', 'opencode'],
  );
});

test('agent traces of VS Code: where each editor and server keeps its data, once they are written', () => {
  using dir = home('.claude');
  const copilot = 'User/globalStorage/github.copilot-chat';
  const places = [
    '.config/Code',
    '.config/Code - Insiders',
    '.config/VSCodium',
    'Library/Application Support/Code',
    'AppData/Roaming/Code',
    '.vscode-server/data',
    '.vscode-server-insiders/data',
  ].map((place) => `${place}/${copilot}`);
  for (const place of places) mkdirSync(`${dir.path}/${place}`, { recursive: true });
  assert.deepEqual(rootsOf(dir), ['~/.claude default'], 'nothing where they are not switched on');
  for (const place of places) writeFileSync(`${dir.path}/${place}/agent-traces.db`, '');
  const shown = places.map((place) => `~/${place} default`);
  assert.deepEqual(rootsOf(dir).sort(), ['~/.claude default', ...shown].sort());
  assert.deepEqual(rootsOf(dir, { withoutAgents: ['copilot', 'copilot-traces'] }), [
    '~/.claude default',
  ]);
  assert.deepEqual(
    agentsLeftOut({
      readsCodex: true,
      readsClaudeDesktop: true,
      readsCopilot: false,
      readsOpenCode: true,
      readsCapturedCalls: true,
    }),
    ['copilot', 'copilot-traces'],
    'one setting for both',
  );

  const portable = `${dir.path}/stick/user-data/${copilot}`;
  const agent = `${dir.path}/agent/data/${copilot}`;
  const moved = `${dir.path}/xdg/Code/${copilot}`;
  for (const place of [portable, agent, moved]) {
    mkdirSync(place, { recursive: true });
    writeFileSync(`${place}/agent-traces.db`, '');
  }
  const env = {
    VSCODE_PORTABLE: `${dir.path}/stick`,
    VSCODE_AGENT_FOLDER: `${dir.path}/agent`,
    XDG_CONFIG_HOME: `${dir.path}/xdg`,
  };
  const found = rootsOf(dir, { env });
  for (const place of [portable, agent, moved]) {
    assert.ok(found.includes(`${place.replace(dir.path, '~')} default`), place);
  }
  assert.deepEqual(rootEnvironment(env), { ...rootEnvironment({}), ...env });
  assert.equal(knownRoot(portable).agent, 'copilot-traces');
});

test('calls of programs: where whoever asks says, and told by their files', () => {
  using dir = home('.claude');
  const captureFolder = `${dir.path}/data/capture`;
  assert.deepEqual(rootsOf(dir, { captureFolder }), ['~/.claude default']);
  mkdirSync(captureFolder, { recursive: true });
  const both = ['~/.claude default', '~/data/capture default'];
  assert.deepEqual(rootsOf(dir, { captureFolder }), both);
  assert.deepEqual(rootsOf(dir), both.slice(0, 1));
  assert.deepEqual(rootsOf(dir, { captureFolder, withoutAgents: ['capture'] }), both.slice(0, 1));
  const other = `${dir.path}/elsewhere`;
  const env = { OUTLAY_CAPTURE_DIR: other };
  assert.deepEqual(rootsOf(dir, { env, captureFolder: other }), [
    '~/.claude default',
    '~/elsewhere OUTLAY_CAPTURE_DIR missing',
  ]);
  mkdirSync(other);
  const session = '11111111-2222-4333-8444-555555555555';
  writeFileSync(`${other}/${callFileName('2026-11-20', session, 1)}`, '');
  assert.deepEqual(
    [captureFolder, other].map((path) => knownRoot(path).agent),
    ['capture', 'capture'],
  );
});
