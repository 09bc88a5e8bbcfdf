import { basename, dirname, join } from 'node:path';
import { hostFileEnd } from '../../hostFile/format.ts';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import {
  type AgentLog,
  type Discovery,
  type Excerpt,
  type Root,
  type RootSource,
  regularFileAt,
  type WantedRecord,
} from '../agentLog.ts';
import { bareLog } from '../bareLog.ts';
import { addFile, listFolder } from '../folders.ts';
import { blockLines, hostMessages, readHostFile } from './readHostFile.ts';

/** Files of one folder: others are not looked at. */
const mostFiles = 1_000;

/** Characters of a line an excerpt shows. */
const longestLine = 4_000;

/** What other hosts sent of their own sessions: figures without texts, in files by host (docs/hosts.md). */
export const hostLog: AgentLog = {
  ...bareLog,
  name: 'host',
  product: 'Another host',
  homeVariable: undefined,
  // It runs where its transcript is.
  resumeCommand: () => '',
  defaultRoots: () => ({ paths: [], source: 'host' }),
  recognizes: (directory) => fileOf(directory) !== undefined,
  rootAt,
  discover,
  mayHold: () => false,
  kindOf: (path) => (isHostFile(path) ? 'transcript' : undefined),
  fileAt: regularFileAt,
  locationOf: () => ({ sessionId: '', agentId: '' }),
  transcriptOf: (path) => path,
  readChunks: (_root, path, bookmark) => readHostFile(path, bookmark?.state),
  messageLines: (_root, path) => hostMessages(path),
  cleanupDays: () => undefined,
  sessionFiles: () => [],
  findRecord: async (path, wanted) => placeOf(path, wanted),
  // No text ever left its host.
  readMessageText: async () => undefined,
  readOutline: async () => ({ offset: 0, asked: '', task: '', messages: new Map() }),
  readExcerpt: async (path, offset) => excerptOf(path, offset),
  promptTexts: () => new Map(),
};

function isHostFile(path: string): boolean {
  const name = basename(path);
  return name.endsWith(hostFileEnd) && !name.startsWith('.');
}

/** The file an account is told from, whose name stands behind it. */
function fileOf(account: string): string | undefined {
  const end = account.lastIndexOf(`${hostFileEnd}#`);
  return end < 0 ? undefined : account.slice(0, end + hostFileEnd.length);
}

/** The root of a folder that files arrive in; of an account, that of its file's folder. */
function rootAt(path: string, source: RootSource): Root {
  const file = fileOf(path);
  const folder = file === undefined ? path : dirname(file);
  const real = realPath(folder);
  return { agent: 'host', path: real, logFolder: real, source, exists: isDirectory(folder) };
}

function discover({ logFolder }: Pick<Root, 'logFolder'>): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  const files = listFolder(logFolder, found).filter(
    (entry) => !entry.isDirectory() && isHostFile(entry.name),
  );
  for (const { name } of files.slice(0, mostFiles)) addFile(found, join(logFolder, name));
  return found;
}

function placeOf(path: string, { messageId }: WantedRecord) {
  for (const { line, offset, message } of hostMessages(path)) {
    if (message.messageId !== messageId) continue;
    return { line: line - 1, offset, length: Number.MAX_SAFE_INTEGER };
  }
  return undefined;
}

function excerptOf(path: string, offset: number): Excerpt {
  const lines = blockLines(path, offset).map((line) => {
    const text = line.slice(0, longestLine);
    return { text, cut: line.length - text.length };
  });
  return { lines, wanted: 0 };
}
