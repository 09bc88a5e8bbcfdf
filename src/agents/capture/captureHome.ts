import { type Dirent, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { callFileOf } from '../../model/capture/callRecord.ts';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import {
  type DefaultRoots,
  type Discovery,
  type Machine,
  type Root,
  type RootSource,
  regularFileAt,
} from '../agentLog.ts';
import { codeOf, entriesIn } from '../folders.ts';

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
  let entries: Dirent[];
  try {
    entries = readdirSync(logFolder, { withFileTypes: true });
  } catch (error) {
    found.unreadable.push({ path: logFolder, code: codeOf(error) });
    return found;
  }
  for (const entry of entries) {
    if (!entry.isFile() || !isCallFile(entry.name)) continue;
    const path = join(logFolder, entry.name);
    try {
      const file = regularFileAt(path);
      if (file !== undefined) found.files.push(file);
    } catch (error) {
      found.unreadable.push({ path, code: codeOf(error) });
    }
  }
  return found;
}
