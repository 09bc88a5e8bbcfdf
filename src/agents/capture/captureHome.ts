import { basename, join } from 'node:path';
import { callFileOf } from '../../model/capture/callRecord.ts';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import type { DefaultRoots, Discovery, Machine, Root, RootSource } from '../agentLog.ts';
import { addFile, entriesIn, listFolder } from '../folders.ts';

/** The folder programs write their calls to, where whoever asks knows it. */
export function defaultRoots({ env, captureFolder = '' }: Machine): DefaultRoots {
  const source = env.OUTLAY_CAPTURE_DIR ? 'OUTLAY_CAPTURE_DIR' : 'default';
  return { paths: captureFolder === '' ? [] : [captureFolder], source };
}

export function recognizes(directory: string): boolean {
  if (isDirectory(join(directory, 'projects'))) return false;
  return (
    basename(directory) === 'capture' || entriesIn(directory).some(({ name }) => isCallFile(name))
  );
}

export function rootAt(directory: string, source: RootSource): Root {
  const path = realPath(directory);
  return { agent: 'capture', path, logFolder: path, source, exists: isDirectory(path) };
}

export function isCallFile(path: string): boolean {
  return sessionOfFile(path) !== '';
}

/** The run of a program whose calls a file has; '' for another file. */
export function sessionOfFile(path: string): string {
  return callFileOf(basename(path))?.session ?? '';
}

/** The files of calls; they stand in one folder. */
export function discover({ logFolder }: Pick<Root, 'logFolder'>): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  for (const entry of listFolder(logFolder, found)) {
    if (entry.isFile() && isCallFile(entry.name)) addFile(found, join(logFolder, entry.name));
  }
  return found;
}
