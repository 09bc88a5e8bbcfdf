import { basename, join } from 'node:path';
import type { TranscriptBatch, TranscriptChunk } from '../../model/records.ts';
import { readRegular } from '../../platform/regularFile.ts';
import { emptyBatch } from '../batch.ts';
import { entriesIn } from '../folders.ts';
import { type Json, object, parseObject, text } from '../json.ts';
import { fileAt, messageFiles, storageOf } from './openCodeHome.ts';
import { addMessage, type StoredMessage, timeIn } from './openCodeMessage.ts';
import { type SessionInfo, SessionTraces } from './sessionBook.ts';

/** What a step used is a small file; a larger one is a tool's result. */
const largestPart = 64 * 1024;
const largestMessage = 16 * 1024 * 1024;
const mostTools = 50;

/** Reads the messages of a session, which are files: all of them, each time one has changed. */
export function readFolder(folder: string): TranscriptChunk {
  const file = fileAt(folder);
  if (file === undefined) {
    throw Object.assign(new Error(`${folder} is not there`), { code: 'ENOENT' });
  }
  const batch = emptyBatch();
  const infoOf = sessionReader(storageOf(folder));
  const traces = new SessionTraces(batch, infoOf);
  const own = infoOf(basename(folder));
  if (own !== undefined) traces.title(own);
  for (const message of messagesIn(folder, batch)) addMessage(batch, traces, message);
  traces.end();
  const { inode, size } = file;
  const bookmark = { offset: 1, state: null, inode, head: '' };
  return { batch, start: 0, bookmark, size, restarted: false, done: true };
}

/** The messages in a folder, in the order of their names; what is not JSON is noted in the batch. */
export function* messagesIn(folder: string, batch?: TranscriptBatch): Generator<StoredMessage> {
  const storage = storageOf(folder);
  let line = 0;
  for (const path of messageFiles(folder)) {
    line++;
    const data = readObject(path, largestMessage);
    if (data === undefined) {
      // One that is being written is read when it is whole.
      const place = { line, offset: line, at: 0, sessionId: basename(folder) };
      batch?.rejected.push({ ...place, reason: 'not JSON' });
      continue;
    }
    const id = text(data.id) || basename(path, '.json');
    const parts = data.role === 'assistant' ? partsIn(storage, id) : [];
    yield {
      id,
      session: text(data.sessionID) || basename(folder),
      data,
      steps: parts.filter(({ type }) => type === 'step-finish'),
      tools: [...new Set(parts.flatMap(({ tool }) => text(tool) || []))].slice(0, mostTools),
      line,
    };
  }
}

/** What a message consists of, but for tools' large results. */
export function partsIn(storage: string, message: string): Json[] {
  const folder = join(storage, 'part', message);
  return entriesIn(folder)
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readObject(join(folder, name), largestPart))
    .filter((part) => part !== undefined);
}

/** Finds what a session's own file says; each file is read once. */
export function sessionReader(storage: string): (id: string) => SessionInfo | undefined {
  const known = new Map<string, SessionInfo | undefined>();
  const folder = join(storage, 'session');
  return (id) => {
    if (!known.has(id)) known.set(id, isName(id) ? sessionIn(folder, id) : undefined);
    return known.get(id);
  };
}

/** A session's id is part of a path. */
function isName(id: string): boolean {
  return /^[\w-]+$/.test(id);
}

function sessionIn(folder: string, id: string): SessionInfo | undefined {
  for (const { name } of entriesIn(folder)) {
    const data = readObject(join(folder, name, `${id}.json`), largestMessage);
    if (data === undefined) continue;
    const time = object(data.time);
    return {
      id,
      parent: text(data.parentID),
      directory: text(data.directory),
      title: text(data.title),
      version: text(data.version),
      created: timeIn(time.created),
      updated: timeIn(time.updated),
    };
  }
  return undefined;
}

function readObject(path: string, largest: number): Json | undefined {
  try {
    return parseObject(readRegular(path, largest).toString());
  } catch {
    return undefined;
  }
}
