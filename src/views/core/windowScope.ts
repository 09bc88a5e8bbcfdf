import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { workspace } from 'vscode';

/** Folders of this window on this machine's disk, by name and by real path. */
function windowFolders(): string[] {
  const folders = new Set<string>();
  for (const { uri } of workspace.workspaceFolders ?? []) {
    if (uri.scheme !== 'file') continue;
    folders.add(uri.fsPath);
    try {
      folders.add(realpathSync.native(uri.fsPath));
    } catch {
      // A folder that is not there any more still has a name.
    }
  }
  return [...folders];
}

/** A directory sessions started in, with its repository where that is known. */
export interface StartDirectory {
  readonly cwd: string;
  readonly gitRoot: string | null;
}

/** The start directories that lie in one of this window's folders, or whose repository does. */
export function directoriesInWindow(projects: readonly StartDirectory[]): string[] {
  return directoriesIn(windowFolders(), projects);
}

/** The start directories that lie in one of these folders, or whose repository does. */
export function directoriesIn(
  paths: readonly string[],
  projects: readonly StartDirectory[],
): string[] {
  const folders = paths.map(comparable);
  const lies = (path: string | null): boolean => {
    if (path === null) return false;
    const own = comparable(path);
    return folders.some((folder) => own === folder || own.startsWith(folder + sep));
  };
  return projects.filter(({ cwd, gitRoot }) => lies(cwd) || lies(gitRoot)).map(({ cwd }) => cwd);
}

export function hasFolders(): boolean {
  return windowFolders().length > 0;
}

/** Windows and macOS compare paths without regard to case. */
function comparable(path: string): string {
  const caseless = process.platform === 'win32' || process.platform === 'darwin';
  const plain = path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path;
  return caseless ? plain.toLowerCase() : plain;
}
