/**
 * Brings the VS Code server of the npm package `code-server` into the scratch folder: a real VS Code
 * where only a package registry can be reached. It stays out of `node_modules` for its 570 MB.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scratch, serverVersion } from './paths.mjs';
import { npm } from './processes.mjs';

const home = path.join(scratch, 'server');
const marker = (folder) => path.join(folder, 'installed');
const vscodeIn = (folder) => path.join(folder, 'node_modules/code-server/lib/vscode');

async function isComplete(folder) {
  const version = await readFile(marker(folder), 'utf8').catch(() => undefined);
  return version === serverVersion;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Removes what an interrupted install of another process left behind. */
async function removeLeftovers() {
  for (const name of await readdir(scratch)) {
    const pid = /^server-(\d+)$/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) {
      await rm(path.join(scratch, name), { recursive: true, force: true });
    }
  }
}

async function installInto(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  // Without its install scripts nothing is compiled; the server works without those parts.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const wanted = `code-server@${serverVersion}`;
  await npm(['install', wanted, '--save-exact', ...quiet, '--prefix', folder], { cwd: folder });
  const vscode = vscodeIn(folder);
  await npm(['install', '--omit=dev', ...quiet, '--prefix', vscode], { cwd: vscode });
  await writeFile(marker(folder), serverVersion);
}

/** Moves a finished install into place, unless another process was faster. */
async function moveIntoPlace(folder) {
  if (await isComplete(home)) return rm(folder, { recursive: true });
  await rm(home, { recursive: true, force: true });
  try {
    await rename(folder, home);
  } catch (error) {
    if (!(await isComplete(home))) throw error;
    await rm(folder, { recursive: true });
  }
}

/** The server's VS Code folder; installed on the first call, repaired when that was interrupted. */
export async function installedServer() {
  if (process.platform === 'win32') {
    throw new Error('The VS Code server does not run on Windows: set OUTLAY_DESKTOP=1.');
  }
  await mkdir(scratch, { recursive: true });
  await removeLeftovers();
  if (!(await isComplete(home))) {
    console.log(`Installing the VS Code server (code-server ${serverVersion}, 570 MB)…`);
    const folder = path.join(scratch, `server-${process.pid}`);
    await installInto(folder);
    await moveIntoPlace(folder);
  }
  return vscodeIn(home);
}
