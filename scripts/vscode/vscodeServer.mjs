/** Starts and stops VS Code servers, each with its own port and data folder. */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../shared/freePort.ts';
import { inRoot } from '../shared/paths.mjs';
import { endGroup, run, spawnGroup } from '../shared/processes.mjs';
import { longestWaitMs } from '../shared/retry.ts';
import { clockOffset } from './movedClock.cjs';
import { installedServer } from './serverInstall.mjs';

/** A window that shows nothing of its own accord, so that tests and pictures see only Outlay. */
export const calmSettings = {
  // Budgets of tests would be told over what they look at: those of alerts switch them on.
  'outlay.alerts.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  // The editor in a browser saves by itself after a second; the desktop's does not.
  'files.autoSave': 'off',
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/** What differs in a window for people: alerts and greetings are shown. */
export const settingsForPeople = {
  'outlay.alerts.enabled': true,
  'workbench.welcomePage.walkthroughs.openOnInstall': true,
};

/** For windows of tests: no marketplace, so nothing is looked for in the network. */
export const withoutMarketplace = { EXTENSIONS_GALLERY: '{}' };

/** Where a server with this data folder keeps what is the user's: settings, and what extensions store. */
export const userFolder = (dataDir) => path.join(dataDir, 'data/User');

/** Where a server with this data folder keeps the user's settings. */
export const userSettingsFile = (dataDir) => path.join(userFolder(dataDir), 'settings.json');

/** Settings of the machine a window works on: among those of the user they say nothing. */
const ofMachine = new Set(['workbench.welcomePage.walkthroughs.openOnInstall']);

/** Replaces the user settings of a server, running or not, and those of its machine. */
export async function writeUserSettings(dataDir, settings = {}) {
  const all = Object.entries({ ...calmSettings, ...settings });
  const files = [
    [userSettingsFile(dataDir), all.filter(([name]) => !ofMachine.has(name))],
    [path.join(dataDir, 'data/Machine/settings.json'), all.filter(([name]) => ofMachine.has(name))],
  ];
  for (const [file, entries] of files) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  }
}

/** Installs a packed extension where a server started with the same two folders finds it. */
export async function installVsix({ vsix, dataDir, extensionsDir }) {
  const vscode = await installedServer();
  return run(process.execPath, [
    path.join(vscode, 'out/server-main.js'),
    '--install-extension',
    vsix,
    '--force',
    '--extensions-dir',
    extensionsDir,
    '--server-data-dir',
    dataDir,
    '--accept-server-license-terms',
  ]);
}

/**
 * The parts of VS Code that come as extensions, of which windows of tests need these: colours, icons
 * and the preview of Markdown. To load the ninety others takes longer than most tests.
 */
const neededParts = [
  'theme-defaults',
  'theme-modern-icons',
  'theme-seti',
  'markdown-basics',
  'markdown-language-features',
];

/** A folder that has the needed parts only. */
async function linkParts(vscode, dataDir) {
  const folder = path.join(dataDir, 'parts');
  await mkdir(folder, { recursive: true });
  for (const name of neededParts) {
    const link = path.join(folder, name);
    await rm(link, { force: true });
    await symlink(path.join(vscode, 'extensions', name), link);
  }
  return folder;
}

/** An empty folder of extensions takes in what lies there when a server first starts on it. */
async function linkSource(extensionsDir, source) {
  const { publisher, name, version } = JSON.parse(
    await readFile(path.join(source, 'package.json'), 'utf8'),
  );
  const link = path.join(extensionsDir, `${publisher}.${name}-${version}`);
  await rm(link, { recursive: true, force: true });
  await rm(path.join(extensionsDir, 'extensions.json'), { force: true });
  await symlink(source, link);
}

function serverArgs({
  vscode,
  port,
  dataDir,
  extensionsDir,
  language,
  askTrust,
  parts,
  preload,
  source,
}) {
  return [
    // What is loaded before the server is loaded before its extension hosts, too.
    ...(clockOffset !== 0 ? ['--require', inRoot('scripts/vscode/movedClock.cjs')] : []),
    ...(preload ? ['--require', preload] : []),
    path.join(vscode, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(port)],
    '--without-connection-token',
    '--accept-server-license-terms',
    ...['--server-data-dir', dataDir, '--extensions-dir', extensionsDir],
    ...['--telemetry-level', 'off'],
    ...(askTrust ? [] : ['--disable-workspace-trust']),
    // Without it the server ignores an extension under development that a page asks for; with it
    // notifications do not pop up.
    ...(source ? [] : ['--enable-smoke-test-driver']),
    ...(language ? ['--locale', language] : []),
    ...(parts ? ['--builtin-extensions-dir', parts] : []),
  ];
}

async function waitUntilReady(child, onLine) {
  let output = '';
  let ready = false;
  const listen = (data) => {
    output += data;
    onLine?.(String(data));
    ready ||= /Web UI available|Extension host agent listening/.test(output);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  let ended = false;
  child.on('error', () => (ended = true));
  child.on('exit', () => (ended = true));
  for (let waited = 0; !ready && !ended && waited < longestWaitMs; waited += 25) await sleep(25);
  if (!ready) throw new Error(`The VS Code server did not start.\n${output}`);
}

/**
 * Starts a server and waits until it answers.
 * @param {object} options
 * @param {string} options.dataDir the server's own data, user settings among them
 * @param {string} [options.extensionsDir] installed extensions; default inside `dataDir`
 * @param {number} [options.port] default: a free one
 * @param {Record<string, string>} [options.env] added to this process's environment
 * @param {boolean} [options.bare] only with the parts of VS Code that tests need
 * @param {boolean} [options.askTrust] a folder is not trusted until somebody says so
 * @param {string} [options.language] of its windows, where `addLanguage` has told of it
 * @param {string} [options.source] the folder of an extension that is there as if it were installed: a
 *   window for people, in which notifications pop up. Else windows ask for extensions by their address.
 * @param {string} [options.preload] a script that runs first in each process and thread
 * @param {(text: string) => void} [options.onOutput] gets what the server prints
 */
export async function startServer({
  dataDir,
  extensionsDir,
  port,
  env,
  language,
  bare,
  askTrust,
  preload,
  source,
  onOutput,
}) {
  const vscode = await installedServer();
  const extensions = extensionsDir ?? path.join(dataDir, 'extensions');
  await mkdir(extensions, { recursive: true });
  if (source) await linkSource(extensions, source);
  const chosenPort = port ?? (await freePort());
  const args = serverArgs({
    vscode,
    port: chosenPort,
    dataDir,
    extensionsDir: extensions,
    language,
    askTrust,
    preload,
    source,
    parts: bare && (await linkParts(vscode, dataDir)),
  });
  const child = spawnGroup(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await waitUntilReady(child, onOutput);
  } catch (error) {
    await endGroup(child);
    throw error;
  }
  return {
    port: chosenPort,
    dataDir,
    extensionsDir: extensions,
    url: `http://127.0.0.1:${chosenPort}/`,
    stop: () => endGroup(child),
  };
}

/**
 * The address of a window of this server.
 * @param {{ port: number, url: string }} server
 * @param {object} options
 * @param {string} options.folder the folder to open, or a workspace by its `.code-workspace` file
 * @param {string[]} [options.extensionPaths] extensions to load from source
 * @param {string} [options.testsPath] a module whose `run()` is called in the extension host
 * @param {Record<string, string>} [options.env] for the extension host
 */
export function windowAddress(server, { folder, extensionPaths = [], testsPath, env }) {
  const remote = (file) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload = extensionPaths.map((file) => ['extensionDevelopmentPath', remote(file)]);
  if (testsPath) payload.push(['extensionTestsPath', remote(testsPath)]);
  if (env) payload.push(['extensionEnvironment', JSON.stringify(env)]);
  const opened = folder.endsWith('.code-workspace') ? { workspace: folder } : { folder };
  const query = new URLSearchParams({ ...opened, payload: JSON.stringify(payload) });
  return `${server.url}?${query}`;
}
