import { statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { largestOf } from '../../model/lists.ts';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import {
  type DefaultRoots,
  type Discovery,
  logFile,
  type Machine,
  type Root,
  type RootSource,
} from '../agentLog.ts';
import { codeOf, entriesIn, homeNamedBy, listFolder } from '../folders.ts';

/** Folders of Codex's configuration directory in which rollouts stand. */
export const rolloutFolders = ['sessions', 'archived_sessions'] as const;

/** Rollouts stand in a folder for year, month and day. */
const deepest = 6;

export function isRollout(name: string): boolean {
  return name.endsWith('.jsonl');
}

/** Where Codex keeps its configuration: `CODEX_HOME`, else `~/.codex`. */
export function defaultRoots(machine: Machine): DefaultRoots {
  return homeNamedBy('CODEX_HOME', '.codex', machine);
}

/** Claude Code has a folder `sessions`, too, but beside its `projects`. */
export function recognizes(directory: string): boolean {
  if (basename(directory) === '.codex') return true;
  if (isDirectory(join(directory, 'projects'))) return false;
  return (
    isDirectory(join(directory, 'archived_sessions')) ||
    entriesIn(join(directory, 'sessions')).some(({ name }) =>
      /^20\d\d$|^rollout-.*\.jsonl$/.test(name),
    )
  );
}

export function rootAt(directory: string, source: RootSource): Root {
  const path = realPath(directory);
  const exists = rolloutFolders.some((folder) => isDirectory(join(path, folder)));
  return { agent: 'codex', path, logFolder: path, source, exists };
}

/** Every rollout below a configuration directory. */
export function discover({ logFolder }: Pick<Root, 'logFolder'>): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  for (const folder of rolloutFolders) {
    const path = join(logFolder, folder);
    if (isDirectory(path)) walk(path, 0, found);
  }
  return found;
}

function walk(folder: string, depth: number, found: Discovery): void {
  for (const entry of listFolder(folder, found)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth < deepest) walk(path, depth + 1, found);
    } else if (entry.isFile() && isRollout(entry.name)) {
      try {
        found.files.push(logFile(path, statSync(path)));
      } catch (error) {
        // Archiving moves files while they are listed.
        const code = codeOf(error);
        if (code !== 'ENOENT') found.unreadable.push({ path, code });
      }
    }
  }
}

/** Beside its rollouts Codex keeps working copies of whole projects. */
export function mayHold({ logFolder }: Pick<Root, 'logFolder'>, folder: string): boolean {
  return rolloutFolders.some((name) => {
    const own = join(logFolder, name);
    return folder === own || folder.startsWith(own + sep);
  });
}

/** The paths of all rollouts; what cannot be listed has none. */
export function rolloutPaths(home: string): string[] {
  return discover({ logFolder: home }).files.map(({ path }) => path);
}

/** Whether a path is a rollout's. */
export function isRolloutPath(path: string): boolean {
  return isRollout(path) && homeOf(path) !== '';
}

/** The configuration directory a rollout stands in; '' for another file. */
export function homeOf(path: string): string {
  const at = largestOf(rolloutFolders.map((folder) => path.lastIndexOf(`${sep}${folder}${sep}`)));
  return at < 0 ? '' : path.slice(0, at);
}
