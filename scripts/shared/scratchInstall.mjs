/**
 * Installs npm packages that only tests need into a folder of the scratch, so that an interrupted
 * install is repaired and two at once do no harm: everything is made beside and moved into place.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scratch } from './paths.mjs';
import { npm } from './processes.mjs';

const marker = (folder) => path.join(folder, 'installed');

/** What npm is told for all of them: nothing is compiled, and nothing said that nobody reads. */
export const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

async function isComplete(folder, version) {
  return (await readFile(marker(folder), 'utf8').catch(() => undefined)) === version;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Removes what interrupted installs of other processes left behind. */
async function removeLeftovers(name) {
  const leftover = new RegExp(`^${name}-(\\d+)$`);
  for (const entry of await readdir(scratch)) {
    const pid = leftover.exec(entry)?.[1];
    if (pid && !isRunning(Number(pid))) {
      await rm(path.join(scratch, entry), { recursive: true, force: true });
    }
  }
}

/** Moves a finished install into place, unless another process was faster. */
async function moveIntoPlace(folder, home, version) {
  if (await isComplete(home, version)) return rm(folder, { recursive: true });
  await rm(home, { recursive: true, force: true });
  try {
    await rename(folder, home);
  } catch (error) {
    if (!(await isComplete(home, version))) throw error;
    await rm(folder, { recursive: true });
  }
}

/**
 * The folder with the packages in it; installed on the first call.
 * @param {object} options
 * @param {string} options.name of the folder in the scratch
 * @param {string} options.version what is installed; another one is installed anew
 * @param {string[]} options.packages as npm takes them
 * @param {string} options.announce said before it is installed
 * @param {(folder: string) => Promise<unknown>} [options.finish] what is left to do in the folder
 */
export async function scratchInstall({ name, version, packages, announce, finish }) {
  const home = path.join(scratch, name);
  await mkdir(scratch, { recursive: true });
  await removeLeftovers(name);
  if (await isComplete(home, version)) return home;
  console.log(announce);
  const folder = path.join(scratch, `${name}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', ...packages, '--save-exact', ...quiet, '--prefix', folder];
  await npm(args, { cwd: folder });
  await finish?.(folder);
  await writeFile(marker(folder), version);
  await moveIntoPlace(folder, home, version);
  return home;
}
