import { l10n, workspace } from 'vscode';
import type { Choice } from '../../protocol/shared.ts';
import { projectName } from '../text/names.ts';

/** A folder of this window. */
export interface WindowFolder {
  readonly name: string;
  readonly path: string;
}

/** The folders this window has open. */
export function windowFolders(): WindowFolder[] {
  return (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
}

/** Projects a panel can be narrowed to: the folders of this window first. */
export function projectChoices(
  projects: readonly string[],
  folders: readonly WindowFolder[],
): Choice[] {
  const own = new Set(folders.map(({ path }) => path));
  return [
    ...folders.map(({ name, path }) => ({
      value: path,
      label: l10n.t('this workspace: {0}', name),
    })),
    ...projects
      .filter((value) => !own.has(value))
      .map((value) => ({ value, label: projectName(value) })),
  ];
}
