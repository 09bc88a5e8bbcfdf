import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { readRegular } from './regularFile.ts';

/**
 * The repository a directory belongs to, or null when git cannot tell (any more). A worktree counts
 * to its main repository. Reads `.git` itself rather than running git: the paths come from
 * transcripts, and nothing named there is ever executed.
 */
export function gitRootOf(directory: string): string | null {
  if (!isAbsolute(directory)) return null;
  let folder = directory;
  for (;;) {
    const kind = kindOf(join(folder, '.git'));
    if (kind === 'folder') return folder;
    if (kind === 'file') return mainRepository(folder) ?? folder;
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

/** A `.git` file points into the main repository's `.git/worktrees/…`; submodules stand for themselves. */
function mainRepository(worktree: string): string | undefined {
  try {
    const content = readRegular(join(worktree, '.git'), 4096).toString('utf8');
    const target = /^gitdir:\s*(.+?)\s*$/m.exec(content)?.[1];
    if (target === undefined) return undefined;
    const gitDir = resolve(worktree, target);
    if (basename(dirname(gitDir)) !== 'worktrees') return undefined;
    const common = dirname(dirname(gitDir));
    return basename(common) === '.git' ? dirname(common) : common;
  } catch {
    return undefined;
  }
}

function kindOf(path: string): 'folder' | 'file' | undefined {
  try {
    const stats = statSync(path);
    return stats.isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}
