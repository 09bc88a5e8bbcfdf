import { existsSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import {
  type DefaultRoots,
  type Discovery,
  type LogFile,
  type Machine,
  type Root,
  type RootSource,
  regularFileAt,
} from '../agentLog.ts';
import { databaseAt } from '../database.ts';
import { addFile, homeNamedBy, listFolder } from '../folders.ts';

/** The database of Copilot's sessions: from 1.0.75 it has a row for each request. */
export const databaseName = 'session-store.db';

/** The folder of Copilot's logs of sessions: a folder each, in older versions a file. */
const sessionsFolder = 'session-state';
const eventsName = 'events.jsonl';

/** Where Copilot keeps its configuration: `COPILOT_HOME`, else `~/.copilot`. */
export function defaultRoots(machine: Machine): DefaultRoots {
  return homeNamedBy('COPILOT_HOME', '.copilot', machine);
}

export function recognizes(directory: string): boolean {
  return basename(directory) === '.copilot' || holdsLogs(directory);
}

function holdsLogs(directory: string): boolean {
  return isDirectory(join(directory, sessionsFolder)) || existsSync(join(directory, databaseName));
}

export function rootAt(directory: string, source: RootSource): Root {
  const path = realPath(directory);
  return { agent: 'copilot', path, logFolder: path, source, exists: holdsLogs(path) };
}

/** The database, if there is one, and the logs of all sessions. */
export function discover({ logFolder }: Pick<Root, 'logFolder'>): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  addFile(found, join(logFolder, databaseName), databaseAt);
  const folder = join(logFolder, sessionsFolder);
  if (!isDirectory(folder)) return found;
  for (const entry of listFolder(folder, found)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFile(found, join(path, eventsName));
    else if (entry.isFile() && isEventLog(path)) addFile(found, path);
  }
  return found;
}

export function fileAt(path: string): LogFile | undefined {
  return isDatabase(path) ? databaseAt(path) : regularFileAt(path);
}

export function isDatabase(path: string): boolean {
  return basename(path) === databaseName;
}

/** `session-state/<session>/events.jsonl`, and as older versions had it `session-state/<session>.jsonl`. */
export function isEventLog(path: string): boolean {
  const folder = dirname(path);
  if (basename(path) === eventsName) return basename(dirname(folder)) === sessionsFolder;
  return path.endsWith('.jsonl') && basename(folder) === sessionsFolder;
}

/** The session an event log is of, as its path says. */
export function sessionOf(path: string): string {
  return basename(path) === eventsName ? basename(dirname(path)) : basename(path, '.jsonl');
}

/** The configuration directory an event log stands in. */
export function homeOf(path: string): string {
  const folder = dirname(path);
  return basename(path) === eventsName ? dirname(dirname(folder)) : dirname(folder);
}

/** Beside its logs Copilot keeps packages, checkpoints of sessions and files of theirs. */
export function mayHold({ logFolder }: Pick<Root, 'logFolder'>, folder: string): boolean {
  const own = join(logFolder, sessionsFolder);
  return folder === own || (folder.startsWith(own + sep) && dirname(folder) === own);
}

export function kindOf(path: string): 'transcript' | 'part' | undefined {
  if (isDatabase(path) || isEventLog(path)) return 'transcript';
  return basename(path) === `${databaseName}-wal` ? 'part' : undefined;
}

/** The log of one session, found without listing all others. */
export function sessionFiles({ logFolder }: Root, sessionId: string): LogFile[] {
  if (!/^[\w-]+$/.test(sessionId)) return [];
  const folder = join(logFolder, sessionsFolder);
  const paths = [join(folder, sessionId, eventsName), join(folder, `${sessionId}.jsonl`)];
  return paths.flatMap((path) => regularFileAt(path) ?? []);
}
