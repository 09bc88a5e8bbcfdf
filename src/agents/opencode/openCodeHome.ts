import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import type { DefaultRoots, Discovery, LogFile, Machine, Root, RootSource } from '../agentLog.ts';
import { databaseAt } from '../database.ts';
import { addFile, codeOf, entriesIn } from '../folders.ts';

/** `opencode.db`, and those of other channels. */
const databasePattern = /^opencode(?:-[\w.-]+)?\.db$/;

/** Before 1.2 messages were files: `storage/message/<session>/<message>.json`, what they consist of beside them. */
const messageFolder = join('storage', 'message');

/** OpenCode's data folder: `$XDG_DATA_HOME/opencode`, else `~/.local/share/opencode` on every system. */
export function defaultRoots({ env, home }: Machine): DefaultRoots {
  const named = env.OPENCODE_DB ?? '';
  const data = env.XDG_DATA_HOME ?? '';
  const folder = join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'opencode');
  return isAbsolute(named) && databasePattern.test(basename(named))
    ? { paths: [...new Set([dirname(named), folder])], source: 'OPENCODE_DB' }
    : { paths: [folder], source: 'default' };
}

export function recognizes(directory: string): boolean {
  if (isDirectory(join(directory, 'projects'))) return false;
  return basename(directory) === 'opencode' || holdsLogs(directory);
}

function holdsLogs(directory: string): boolean {
  return (
    isDirectory(join(directory, messageFolder)) ||
    entriesIn(directory).some(({ name }) => databasePattern.test(name))
  );
}

export function rootAt(directory: string, source: RootSource): Root {
  const path = realPath(directory);
  return { agent: 'opencode', path, logFolder: path, source, exists: holdsLogs(path) };
}

/** The databases, and for each session with files the folder of its messages. */
export function discover({ logFolder }: Pick<Root, 'logFolder'>): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  const add = (folder: string, isWanted: (entry: Dirent) => boolean): void => {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') found.unreadable.push({ path: folder, code: codeOf(error) });
      return;
    }
    for (const entry of entries) {
      if (isWanted(entry)) addFile(found, join(folder, entry.name), fileAt);
    }
  };
  add(logFolder, (entry) => entry.isFile() && databasePattern.test(entry.name));
  add(join(logFolder, messageFolder), (entry) => entry.isDirectory());
  return found;
}

export function fileAt(path: string): LogFile | undefined {
  return isDatabase(path) ? databaseAt(path) : folderAt(path);
}

/** The messages of a session as one transcript: a message is written again in its place while it streams. */
function folderAt(path: string): LogFile | undefined {
  const own = statSync(path, { throwIfNoEntry: false });
  if (own?.isDirectory() !== true) return undefined;
  let size = 0;
  let { mtimeMs } = own;
  for (const file of messageFiles(path)) {
    const stats = statSync(file, { throwIfNoEntry: false });
    size += stats?.size ?? 0;
    mtimeMs = Math.max(mtimeMs, stats?.mtimeMs ?? 0);
  }
  return { path, size, mtimeMs: Math.floor(mtimeMs), inode: `${own.dev}:${own.ino}` };
}

/** The files of a session's messages, in order. Throws the file system's errors. */
export function messageFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

export function isDatabase(path: string): boolean {
  return databasePattern.test(basename(path));
}

/** Whether a path is that of a session's messages as files. */
function isMessageFolder(path: string): boolean {
  return dirname(path).endsWith(sep + messageFolder);
}

/** The folder `storage` a session's messages stand in. */
export function storageOf(folder: string): string {
  return dirname(dirname(folder));
}

/** Beside them OpenCode keeps snapshots of projects, logs and programs. */
export function mayHold({ logFolder }: Pick<Root, 'logFolder'>, folder: string): boolean {
  const own = join(logFolder, messageFolder);
  return folder === dirname(own) || folder === own || dirname(folder) === own;
}

export function kindOf(path: string): 'transcript' | 'part' | undefined {
  if (isDatabase(path) || isMessageFolder(path)) return 'transcript';
  if (path.endsWith('-wal') && isDatabase(path.slice(0, -4))) return 'part';
  return path.endsWith('.json') && isMessageFolder(dirname(path)) ? 'part' : undefined;
}

export function transcriptOf(path: string): string {
  return path.endsWith('-wal') ? path.slice(0, -4) : dirname(path);
}

/** The files of one session, found without listing all others; a database has all. */
export function sessionFiles({ logFolder }: Root, sessionId: string): LogFile[] {
  if (!/^[\w-]+$/.test(sessionId)) return [];
  const file = fileAt(join(logFolder, messageFolder, sessionId));
  return file === undefined ? [] : [file];
}
