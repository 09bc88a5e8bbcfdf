import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { inRoot } from '../shared/paths.mjs';
import { run } from '../shared/processes.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const fixedPlaces = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((name) =>
    path.join(process.env[name] ?? '', 'Google/Chrome/Application/chrome.exe'),
  ),
};

async function isExecutable(file) {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function firstExecutable(files) {
  for (const file of files) if (await isExecutable(file)) return file;
  return undefined;
}

/** Chromium or Chrome on this machine, if there is one. `CHROME_PATH` comes first. */
export async function installedChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const wished = process.env.CHROME_PATH ? [process.env.CHROME_PATH] : [];
  return firstExecutable([...wished, ...onPath, ...(fixedPlaces[process.platform] ?? [])]);
}

async function installOnDebian() {
  console.log('No Chromium found: installing the one of Debian.');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
  // A fresh container has no package lists yet.
  await install().catch(async () => {
    await run('apt-get', ['update'], { env });
    await install();
  });
}

/** The browser to drive; installed first where that is possible, else an error of one sentence. */
export async function findChromium() {
  const found = await installedChromium();
  if (found) return found;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0;
  if (mayInstall && (await isExecutable('/usr/bin/apt-get'))) {
    await installOnDebian();
    const installed = await installedChromium();
    if (installed) return installed;
  }
  throw new Error('Chromium or Chrome is needed: install one, or name it in CHROME_PATH.');
}

/**
 * Starts the browser without a window. The caller closes it.
 * @param {{ steadyFonts?: boolean }} [options] `steadyFonts`: text looks the same on every machine
 */
export async function launchChromium({ steadyFonts = false } = {}) {
  return chromium.launch({
    executablePath: await findChromium(),
    headless: true,
    ...(steadyFonts && {
      env: { ...process.env, FONTCONFIG_FILE: inRoot('scripts/vscode/fonts.conf') },
    }),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A page that is not in front must still paint and keep its timers.
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}
