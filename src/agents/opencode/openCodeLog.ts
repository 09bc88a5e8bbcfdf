import { existsSync } from 'node:fs';
import type { TranscriptChunk } from '../../model/records.ts';
import type { AgentLog, Excerpt, LocatedMessage } from '../agentLog.ts';
import { bareLog } from '../bareLog.ts';
import { askDatabase, readDatabase, rowsExcerpt } from '../database.ts';
import { messagesIn, readFolder, sessionReader } from './messageFolder.ts';
import { messageRows, messagesAround, requestsIn } from './messageRows.ts';
import {
  defaultRoots,
  discover,
  fileAt,
  isDatabase,
  kindOf,
  mayHold,
  recognizes,
  rootAt,
  sessionFiles,
  storageOf,
  transcriptOf,
} from './openCodeHome.ts';
import { requestsOf } from './openCodeMessage.ts';
import { recordIn, sessionOf, textOf } from './openCodeWords.ts';

/** Messages of an excerpt before and after the wanted one. */
const messagesBeside = 30;

/**
 * OpenCode: `opencode.db` and those of other channels, before 1.2 a folder of files for each session. A
 * session that another one started is its agent; a fork copies messages, which count once, for the older one.
 */
export const openCodeLog: AgentLog = {
  ...bareLog,
  name: 'opencode',
  product: 'OpenCode',
  homeVariable: undefined,
  resumeCommand: (id) => `opencode --session ${id}`,
  defaultRoots,
  recognizes,
  rootAt,
  discover,
  mayHold,
  kindOf,
  fileAt,
  // Whose agent a session is, if any, its file says.
  locationOf: (_root, path) => ({
    sessionId: isDatabase(path) ? '' : sessionOf(path),
    agentId: '',
  }),
  transcriptOf,
  readChunks: (_root, path, bookmark) =>
    isDatabase(path) ? readDatabase(path, bookmark, messageRows) : folderChunks(path),
  messageLines,
  // They go with their session, which a person deletes.
  cleanupDays: () => undefined,
  sessionFiles,
  findRecord: async (path, { messageId }) => recordIn(path, messageId),
  readMessageText: async (path, { messageId }) => textOf(path, messageId),
  // What each of all messages is about would be read from all their parts.
  readOutline: async () => ({ offset: 0, asked: '', task: '', messages: new Map() }),
  readExcerpt,
  promptTexts: () => new Map(),
};

function* folderChunks(folder: string): Generator<TranscriptChunk, void, void> {
  yield readFolder(folder);
}

function* messageLines(_root: unknown, path: string): Generator<LocatedMessage, void, void> {
  if (isDatabase(path)) {
    yield* askDatabase(path, (db) => [...requestsIn(db)]);
    return;
  }
  const infoOf = sessionReader(storageOf(path));
  for (const message of messagesIn(path)) yield* requestsOf(message, infoOf);
}

async function readExcerpt(path: string, offset: number): Promise<Excerpt> {
  if (!isDatabase(path)) {
    if (!existsSync(path)) return { lines: [], wanted: 0 };
    const messages = [...messagesIn(path)];
    const rows = messages.map(({ line, data }) => ({ line, data: JSON.stringify(data) }));
    return rowsExcerpt(rows, ({ line }) => line === offset);
  }
  const rows = askDatabase(path, (db) => messagesAround(db, offset, messagesBeside));
  return rowsExcerpt(rows, ({ row }) => row === offset);
}
