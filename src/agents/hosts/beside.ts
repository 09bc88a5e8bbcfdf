import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDirectory } from '../../platform/realPath.ts';
import { entriesIn } from '../folders.ts';
import { homesIn } from './homes.ts';

/** What is known of the machine without asking any program. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  /** The kernel's release, as `os.release()` says it: WSL's has "microsoft" in it. */
  readonly release: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the file system begins; a test has one of its own. */
  readonly root: string;
}

/** A place beside this machine in which agents may have run. */
export interface PlaceBeside {
  readonly kind: 'windows' | 'wsl';
  /** What the setting `outlay.hosts.folders` would name; for `wsl` an example, as nobody may look. */
  readonly host: string;
  readonly folder: string;
}

/** Distributions of WSL are as many folders at most, as far as is looked. */
const mostFolders = 200;

/**
 * Places of which something can be seen from here. Nothing below `\\wsl.localhost` is touched: looking there
 * starts a distribution and waits for it. That WSL is installed is told by where its disks lie.
 */
export function placesBeside(facts: HostFacts): PlaceBeside[] {
  if (facts.platform === 'win32') return wslDisks(facts) ? [exampleOfWsl] : [];
  if (facts.platform !== 'linux') return [];
  return windowsHomes(facts);
}

const exampleOfWsl: PlaceBeside = {
  kind: 'wsl',
  host: 'Ubuntu',
  folder: '\\\\wsl.localhost\\Ubuntu',
};

/** Homes of Windows' users with Claude Code in them, where this is WSL. */
function windowsHomes({ release, env, root }: HostFacts): PlaceBeside[] {
  if (!/microsoft/i.test(release) && (env.WSL_DISTRO_NAME ?? '') === '') return [];
  return homesIn(join(root, 'mnt', 'c'))
    .filter((home) => isDirectory(join(home, '.claude', 'projects')))
    .map((folder) => ({ kind: 'windows', host: 'Windows', folder }));
}

/** Whether disks of WSL's distributions lie where Windows keeps them. */
function wslDisks({ env, root }: HostFacts): boolean {
  const local = env.LOCALAPPDATA ?? '';
  if (local === '') return false;
  const has = (folder: string, ...below: string[]): boolean =>
    entriesIn(join(root, folder))
      .slice(0, mostFolders)
      .some(({ name }) => existsSync(join(root, folder, name, ...below, 'ext4.vhdx')));
  return has(join(local, 'wsl')) || has(join(local, 'Packages'), 'LocalState');
}
