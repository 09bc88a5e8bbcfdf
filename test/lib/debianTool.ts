import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where tools are unpacked that the machine does not have; not part of the project. */
const cache = join(import.meta.dirname, '..', '..', 'artifacts', 'tools');

/** A program of a Debian package, and what it needs to be started. */
export interface Tool {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds a program: on the PATH, else in its Debian package, which is downloaded once and unpacked
 * beside the project, without being installed. `packages` are the one that holds it and those it needs;
 * `place` is the folder it lies in where that is not on the PATH, such as `usr/lib/…/bin`.
 */
export function debianTool(name: string, packages: readonly string[], place?: string): Tool {
  const known = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
  if (known.status === 0) return { path: known.stdout.trim(), env: {} };
  if (place !== undefined && existsSync(join('/', place, name))) {
    return { path: join('/', place, name), env: {} };
  }
  const folder = join(cache, packages[0]!);
  if (!existsSync(folder)) {
    try {
      unpack(packages, folder);
    } catch (error) {
      throw new Error(
        `The tests need ${name}: install it (Debian: apt-get install ${packages[0]}).`,
        { cause: error },
      );
    }
  }
  const places = [...(place === undefined ? [] : [place]), 'usr/bin', 'bin'];
  const path = places.map((bin) => join(folder, bin, name)).find(existsSync);
  if (path === undefined) throw new Error(`There is no ${name} in ${packages.join(', ')}.`);
  const libraries = join(folder, 'usr', 'lib');
  const machine = existsSync(libraries)
    ? readdirSync(libraries).find((entry) => entry.endsWith('-linux-gnu'))
    : undefined;
  return machine === undefined
    ? { path, env: {} }
    : { path, env: { LD_LIBRARY_PATH: join(libraries, machine) } };
}

function unpack(packages: readonly string[], folder: string): void {
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  const options = { cwd: work, stdio: 'pipe', timeout: 120_000 } as const;
  try {
    const download = () => execFileSync('apt-get', ['download', ...packages], options);
    try {
      download();
    } catch {
      execFileSync('apt-get', ['update'], options);
      download();
    }
    for (const file of readdirSync(work)) execFileSync('dpkg-deb', ['-x', file, '.'], options);
    // Somebody else may have been faster.
    if (!existsSync(folder)) renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
