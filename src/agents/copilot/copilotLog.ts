import type { Bookmark, TranscriptChunk } from '../../model/records.ts';
import type {
  AgentLog,
  Excerpt,
  LocatedMessage,
  RecordLocation,
  WantedRecord,
} from '../agentLog.ts';
import { bareLog } from '../bareLog.ts';
import { askDatabase, readDatabase, rowLocation, rowsExcerpt, withoutWal } from '../database.ts';
import { readExcerpt as readLines } from '../excerpt.ts';
import { LineReader } from '../lineReader.ts';
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
  sessionOf,
} from './copilotHome.ts';
import { EventParser, type EventState } from './eventParser.ts';
import { outlineOf, promptsIn, recordIn, textOf } from './eventWords.ts';
import { rowId, rowIn, rowsAround, usageRows } from './usageRows.ts';

/** Bytes of lines read at once. */
const roomBytes = 1024 * 1024;

/** Rows of an excerpt before and after the wanted one. */
const rowsBeside = 30;

const reader = new LineReader(() => Buffer.allocUnsafe(roomBytes));

/**
 * GitHub's Copilot in the terminal (its app writes the same): `session-store.db`, which has a row for each
 * request from 1.0.75 on, and `session-state/<session>/events.jsonl`. Of one session the database counts, else
 * usage records in the log, else the sums clients write when they end.
 */
export const copilotLog: AgentLog = {
  ...bareLog,
  name: 'copilot',
  product: 'Copilot',
  homeVariable: 'COPILOT_HOME',
  resumeCommand: (id) => `copilot --resume=${id}`,
  defaultRoots,
  recognizes,
  rootAt,
  discover,
  mayHold,
  kindOf,
  fileAt,
  locationOf: (_root, path) => ({
    sessionId: isDatabase(path) ? '' : sessionOf(path),
    agentId: '',
  }),
  transcriptOf: withoutWal,
  readChunks: (_root, path, bookmark, chunkBytes) =>
    isDatabase(path)
      ? readDatabase(path, bookmark, usageRows)
      : readEvents(path, bookmark, chunkBytes),
  messageLines: (_root, path) => (isDatabase(path) ? rowMessages(path) : eventMessages(path)),
  // It drops rows of its own accord, at no time anybody is told.
  cleanupDays: () => undefined,
  sessionFiles,
  findRecord,
  readMessageText: async (path, { messageId }) =>
    isDatabase(path) ? undefined : textOf(path, messageId),
  readOutline: async (path, before) => (isDatabase(path) ? noOutline : outlineOf(path, before)),
  readExcerpt,
  promptTexts: (path) => (isDatabase(path) ? new Map() : promptsIn(path)),
};

/** A row has no words. */
const noOutline = { offset: 0, asked: '', task: '', messages: new Map<string, never>() };

function readEvents(
  path: string,
  bookmark: Bookmark | undefined,
  chunkBytes: number,
): Generator<TranscriptChunk, void, void> {
  const session = sessionOf(path);
  return reader.read(
    path,
    (state) => new EventParser(session, state as EventState | undefined),
    bookmark,
    chunkBytes,
  );
}

function eventMessages(path: string): Generator<LocatedMessage, void, void> {
  return reader.messages(path, new EventParser(sessionOf(path), undefined));
}

function* rowMessages(path: string): Generator<LocatedMessage, void, void> {
  for (const { batch } of readDatabase(path, undefined, usageRows)) {
    for (const message of batch.messages) {
      const row = rowIn(message.messageId)!;
      yield { line: row, offset: row, message };
    }
  }
}

async function findRecord(
  path: string,
  { messageId }: WantedRecord,
): Promise<RecordLocation | undefined> {
  if (!isDatabase(path)) return recordIn(path, messageId);
  const row = rowIn(messageId);
  if (row === undefined) return undefined;
  const [found] = askDatabase(path, (db) => rowsAround(db, row, 0));
  return found !== undefined && rowId(found) === messageId ? rowLocation(row) : undefined;
}

async function readExcerpt(path: string, offset: number): Promise<Excerpt> {
  if (!isDatabase(path)) return readLines(path, offset);
  const rows = askDatabase(path, (db) => rowsAround(db, offset, rowsBeside));
  return rowsExcerpt(rows, ({ id }) => id === offset);
}
