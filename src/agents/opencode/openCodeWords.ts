import { basename } from 'node:path';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import type { MessagePart, RecordLocation } from '../agentLog.ts';
import { askDatabase, rowLocation } from '../database.ts';
import { type Json, object, text } from '../json.ts';
import { mostParts, partOf } from '../said.ts';
import { messagesIn, partsIn } from './messageFolder.ts';
import { messagesMadeAt, partReader, partsOfMessage, storedMessage } from './messageRows.ts';
import { isDatabase, storageOf } from './openCodeHome.ts';
import { requestsOf, type StoredMessage } from './openCodeMessage.ts';

/** Whether a message has the request that is counted by an id. */
function hasRequest(message: StoredMessage, messageId: string): boolean {
  return requestsOf(message).some((each) => each.message.messageId === messageId);
}

/** When the message of a request was made, as the id says that it is counted by; 0 where it does not. */
function madeAt(messageId: string): number {
  return Number(/@(\d+):[\d.]+(?:#\d+)?$/.exec(messageId)?.[1] ?? 0);
}

function messageIn(db: SqlDatabase, messageId: string): StoredMessage | undefined {
  const partsOf = partReader(db);
  return messagesMadeAt(db, madeAt(messageId))
    .map((row) => storedMessage(row, partsOf))
    .find((message) => message !== undefined && hasRequest(message, messageId));
}

function inFolder(path: string, messageId: string): StoredMessage | undefined {
  for (const message of messagesIn(path)) if (hasRequest(message, messageId)) return message;
  return undefined;
}

/** Where the message of a request stands: its row, or its file among those of the session. */
export function recordIn(path: string, messageId: string): RecordLocation | undefined {
  const message = isDatabase(path)
    ? askDatabase(path, (db) => messageIn(db, messageId))
    : inFolder(path, messageId);
  return message === undefined ? undefined : rowLocation(message.line);
}

/** What the message of a request says, the prompt it answers first; undefined where it is not there. */
export function textOf(path: string, messageId: string): MessagePart[] | undefined {
  if (!isDatabase(path)) {
    const message = inFolder(path, messageId);
    if (message === undefined) return undefined;
    const storage = storageOf(path);
    return wordsOf(message, (id) => partsIn(storage, id));
  }
  return askDatabase(path, (db) => {
    const message = messageIn(db, messageId);
    return message && wordsOf(message, (id) => partsOfMessage(db, id));
  });
}

function wordsOf({ id, data }: StoredMessage, partsOf: (id: string) => Json[]): MessagePart[] {
  const prompt = text(data.parentID);
  const asked = prompt === '' ? [] : partsOf(prompt).filter(({ type }) => type === 'text');
  return [...asked, ...partsOf(id)]
    .map(pieceOf)
    .filter((part) => part !== undefined)
    .slice(0, mostParts);
}

function pieceOf(part: Json): MessagePart | undefined {
  switch (part.type) {
    case 'text':
      return part.synthetic === true ? undefined : partOf('text', '', text(part.text));
    case 'reasoning':
      return partOf('thinking', '', text(part.text));
    case 'tool':
      return partOf('tool', text(part.tool), JSON.stringify(object(part.state).input ?? {}));
    default:
      return undefined;
  }
}

/** The name of the session whose messages stand in a folder. */
export function sessionOf(folder: string): string {
  return basename(folder);
}
