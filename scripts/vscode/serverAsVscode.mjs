#!/usr/bin/env node
/**
 * Behaves like the `code` executable as far as tests need it, with the VS Code server and a headless
 * Chromium behind it. `@vscode/test-electron` starts it just as it starts a desktop VS Code, so one
 * test runs in both.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import { requireNode24 } from '../shared/node24.mjs';
import { launchChromium } from './chromium.mjs';
import {
  installVsix,
  startServer,
  windowAddress,
  withoutMarketplace,
  writeUserSettings,
} from './vscodeServer.mjs';

requireNode24();

const timeLimitMs = Number(process.env.OUTLAY_TEST_TIME_LIMIT_MS ?? 900_000);

/** What an extension may want to know; the whole environment would not fit into an address. */
const passedOn = /^(OUTLAY_|CLAUDE_|TRACK_|XDG_|HOME$|TZ$|LANG$)/;

/** What this VS Code says of itself: its start, and native parts it goes without. */
const noise = [
  /^(Resolv\w+ connection|Creating a socket|Updating additional|\[(reconnection|AgentHost|Account))/,
  /^(Ignoring fetching additional|Canceled)/,
  /^\[Service Worker\]|spdlog|native-watchdog|kerberos|Failed to register a ServiceWorker/,
];
const verbose = process.env.OUTLAY_VERBOSE === '1';

function extensionEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}

function readArguments() {
  const { values, positionals } = parseArgs({
    strict: false,
    allowPositionals: true,
    options: {
      extensionDevelopmentPath: { type: 'string', multiple: true, default: [] },
      extensionTestsPath: { type: 'string' },
      'extensions-dir': { type: 'string' },
      'install-extension': { type: 'string' },
      'user-data-dir': { type: 'string' },
    },
  });
  return {
    extensionPaths: values.extensionDevelopmentPath,
    testsPath: values.extensionTestsPath,
    extensionsDir: values['extensions-dir'],
    vsix: values['install-extension'],
    dataDir: values['user-data-dir'],
    folder: positionals[0],
  };
}

/** Opens the window and answers with the exit code its test run reports. */
async function testRun(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const hidden = [];
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    const text = format(...args);
    const print = type === 'error' || type === 'warn' ? console.error : console.log;
    if (verbose || !noise.some((pattern) => pattern.test(text))) print(text);
    else hidden.push(text);
  });
  const exit = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  const closed = new Promise((_, reject) => {
    page.on('crash', () => reject(new Error('The page crashed.')));
    browser.on('disconnected', () => reject(new Error('The browser ended.')));
  });
  let timer;
  const limit = new Promise((_, reject) => {
    const late = () => {
      reject(new Error(`No result after ${timeLimitMs / 1000} s.\n${hidden.join('\n')}`));
    };
    timer = setTimeout(late, timeLimitMs);
  });
  await page.goto(address);
  return Promise.race([exit, closed, limit]).finally(() => clearTimeout(timer));
}

/** The window sees only that its extension host is gone; the server knows by which signal. */
function tellOfBadEnds(text) {
  for (const line of text.split('\n')) {
    if (/Extension Host Process exited with code: (?!0,)/.test(line)) console.error(line);
  }
}

async function runInServer(given, dataDir) {
  await writeUserSettings(dataDir);
  const env = extensionEnvironment();
  const { extensionsDir } = given;
  const server = await startServer({
    dataDir,
    extensionsDir,
    bare: true,
    env: withoutMarketplace,
    onOutput: tellOfBadEnds,
  });
  const browser = await launchChromium();
  try {
    const folder = path.resolve(given.folder ?? dataDir);
    const { extensionPaths, testsPath } = given;
    const address = windowAddress(server, { folder, extensionPaths, testsPath, env });
    return await testRun(browser, address);
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function main() {
  const given = readArguments();
  const own = given.dataDir ? undefined : await mkdtemp(path.join(tmpdir(), 'outlay-vscode-'));
  const dataDir = path.resolve(given.dataDir ?? own);
  try {
    if (given.vsix) {
      const extensionsDir = given.extensionsDir ?? path.join(dataDir, 'extensions');
      console.log(await installVsix({ vsix: path.resolve(given.vsix), dataDir, extensionsDir }));
      return 0;
    }
    return await runInServer(given, dataDir);
  } finally {
    if (own) await rm(own, { recursive: true, force: true });
  }
}

// Signals end this process the ordinary way, so that the server's group is ended with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

try {
  process.exitCode = Number(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
