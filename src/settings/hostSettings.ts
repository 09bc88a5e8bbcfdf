import { isAbsolute } from 'node:path';
import { isHostName } from '../hostFile/format.ts';
import { isObject } from '../model/objects.ts';
import { jsonPathOf } from './settingProblem.ts';
import type { Refuse } from './settingTable.ts';

/** Folders of other hosts, by the names of the hosts; an entry that is wrong is named, the others hold. */
export function readHostFolders(value: unknown, refuse: Refuse): Readonly<Record<string, string>> {
  if (!isObject(value)) {
    refuse('', 'hostFolders', 'default');
    return {};
  }
  const folders: Record<string, string> = {};
  for (const [host, folder] of Object.entries(value)) {
    if (!isHostName(host)) refuse(jsonPathOf(host), 'hostName', 'ignored');
    else if (!isFolder(folder)) refuse(jsonPathOf(host), 'absoluteFolder', 'ignored');
    else folders[host] = folder;
  }
  return folders;
}

/** Folders in which files of other hosts arrive. */
export function readHostFiles(value: unknown, refuse: Refuse): readonly string[] {
  if (!Array.isArray(value)) {
    refuse('', 'folders', 'default');
    return [];
  }
  return value.filter((folder, index) => {
    if (isFolder(folder)) return true;
    refuse(jsonPathOf(index), 'absoluteFolder', 'ignored');
    return false;
  });
}

/** Whether a folder is the same wherever somebody stands. */
function isFolder(value: unknown): value is string {
  return typeof value === 'string' && (isAbsolute(value) || /^~([\\/]|$)/.test(value));
}
