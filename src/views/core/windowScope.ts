import { realpathSync } from 'node:fs';
import { workspace } from 'vscode';
import type { ProjectPlace } from '../../query/projects.ts';
import { isProject } from '../../text/paths.ts';

/** Folders of this window on this machine's disk, by name and by real path. */
export function windowFolders(): string[] {
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

/** The start directories that lie in one of this window's folders, or whose repository does. */
export function directoriesInWindow(projects: readonly ProjectPlace[]): string[] {
  const folders = windowFolders();
  return projects
    .filter((project) => folders.some((folder) => isProject(project, folder)))
    .map(({ cwd }) => cwd);
}

export function hasFolders(): boolean {
  return windowFolders().length > 0;
}
