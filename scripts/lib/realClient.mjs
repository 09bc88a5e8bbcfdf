/**
 * Brings the real Claude Code into the scratch folder, for tests that hold Outlay against it: the npm
 * package holds the program itself, so nothing but a package registry is needed.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scratch } from './paths.mjs';
import { npm } from './processes.mjs';

/** The release the tests drive; its every figure is held against ours. */
export const clientVersion = '2.1.330';

const home = path.join(scratch, 'client');
const marker = (folder) => path.join(folder, 'installed');

async function isComplete(folder) {
  const version = await readFile(marker(folder), 'utf8').catch(() => undefined);
  return version === clientVersion;
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
    const pid = /^client-(\d+)$/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) {
      await rm(path.join(scratch, name), { recursive: true, force: true });
    }
  }
}

async function installInto(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const wanted = `@anthropic-ai/claude-code@${clientVersion}`;
  // Its install script would copy the program's 380 MB to a second place.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await npm(['install', wanted, '--save-exact', ...quiet, '--prefix', folder], { cwd: folder });
  await programIn(folder);
  await writeFile(marker(folder), clientVersion);
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

/** The program for this machine: npm installs that one of the platform packages only. */
async function programIn(folder) {
  const packages = path.join(folder, 'node_modules/@anthropic-ai');
  const names = await readdir(packages);
  const own = names.find((name) => name.startsWith('claude-code-'));
  if (!own) {
    throw new Error(
      `Claude Code ${clientVersion} has no program for ${process.platform} ${process.arch}.`,
    );
  }
  return path.join(packages, own, process.platform === 'win32' ? 'claude.exe' : 'claude');
}

/** Path of the client's program; installed on the first call, repaired when that was interrupted. */
export async function installedClient() {
  await mkdir(scratch, { recursive: true });
  await removeLeftovers();
  if (!(await isComplete(home))) {
    console.log(`Installing Claude Code ${clientVersion} (380 MB)…`);
    const folder = path.join(scratch, `client-${process.pid}`);
    await installInto(folder);
    await moveIntoPlace(folder);
  }
  return programIn(home);
}
