/**
 * Builds, and opens a real VS Code with Outlay in it: the `code` on the PATH, else the VS Code
 * server with an address to open in a browser. Stays until Ctrl-C. Without transcripts it opens
 * with the walkthrough, which offers the demo.
 *
 *     npm start [-- [FOLDER] [--demo] [--real-store] [--server] [--open] [--port N]]
 */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, root } from '../shared/paths.mjs';
import { run } from '../shared/processes.mjs';
import { shortAddress } from './shortAddress.mjs';
import { demoSetting, ownSetting } from './startSetting.mjs';
import {
  settingsForPeople,
  startServer,
  userSettingsFile,
  windowAddress,
  writeUserSettings,
} from './vscodeServer.mjs';

requireNode24();

const help = `npm start [-- [FOLDER] [--demo] [--real-store] [--server] [--open] [--port N]]

  FOLDER        the folder to open (default: this project; with --demo: one of the demo's)
  --demo        on made-up sessions, one of which keeps growing
  --real-store  with your own store instead of one for development
  --server      the VS Code server, although there is a "code" on the PATH
  --open        open the server's address in the browser
  --port N      the server's port (default: a free one)`;

const devDir = inRoot('.vscode-test/dev');

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      'real-store': { type: 'boolean', default: false },
      server: { type: 'boolean', default: false },
      open: { type: 'boolean', default: false },
      port: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.demo && values['real-store']) {
    throw new Error('--demo and --real-store exclude each other: invented spend is not yours.');
  }
  return { ...values, folder: positionals[0] && path.resolve(positionals[0]) };
}

async function canAccess(file) {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The `code` of a desktop VS Code on the PATH. */
async function desktopCode() {
  const names = process.platform === 'win32' ? ['code.cmd', 'code.exe'] : ['code'];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder, name);
      if (await canAccess(file)) return file;
    }
  }
  return undefined;
}

/** Opens the desktop VS Code with a profile for development and waits until its window closes. */
async function openDesktop(code, { folder, env }) {
  console.log(`Opening ${code}. Close the window, or press Ctrl-C, to end.`);
  const args = [
    '--new-window',
    '--wait',
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${path.join(devDir, 'desktop')}`,
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    folder,
  ];
  const options = { env: { ...process.env, ...env } };
  await run(code, args, { ...options, shell: process.platform === 'win32' });
}

function openInBrowser(address) {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.unref();
  child.on('error', () => console.log('No browser could be opened: open the address yourself.'));
}

/** Starts the VS Code server, prints its address and waits for Ctrl-C. */
async function openServer({ folder, env }, { port, open }, untilStopped) {
  const dataDir = path.join(devDir, 'server');
  const exists = await canAccess(userSettingsFile(dataDir));
  // What a developer has set in this window stays.
  if (!exists) await writeUserSettings(dataDir, settingsForPeople);
  const server = await startServer({ dataDir, port: port && Number(port), env, source: root });
  const short = await shortAddress(windowAddress(server, { folder }));
  try {
    console.log(`\nOutlay runs in a VS Code at\n\n  ${short.address}\n`);
    console.log('The amount at the bottom right is what was spent today. Press Ctrl-C to end.');
    if (open) openInBrowser(short.address);
    await untilStopped;
  } finally {
    short.stop();
    await server.stop();
  }
}

async function main() {
  const options = readArguments();
  if (options.help) return console.log(help);
  const untilStopped = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await build();
  const realStore = options['real-store'];
  const setting = options.demo
    ? await demoSetting(devDir)
    : await ownSetting(devDir, { realStore });
  if (options.folder) setting.folder = options.folder;
  try {
    const code = options.server ? undefined : await desktopCode();
    if (code) await Promise.race([openDesktop(code, setting), untilStopped]);
    else await openServer(setting, options, untilStopped);
  } finally {
    await setting.end();
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
