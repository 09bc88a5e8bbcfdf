import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegular } from '../../platform/regularFile.ts';
import type {
  MessageOutline,
  MessagePart,
  RecordLocation,
  TranscriptOutline,
} from '../agentLog.ts';
import { askDatabase, databaseAt } from '../database.ts';
import { object, parseObject, text } from '../json.ts';
import { mostParts, outlineOf as outlineOfParts, partOf, seenWords } from '../said.ts';
import { type FileLine, largestSaid, linesIn, linesOfFile } from '../wholeFile.ts';
import { databaseName, homeOf, sessionOf } from './copilotHome.ts';
import { EventParser } from './eventParser.ts';
import { requestsOfSession, rowIn } from './usageRows.ts';

/** What a request of a log says: the prompt it answers, and its own words and tools. */
interface Said {
  /** The response's id, by which usage records are counted. */
  readonly id: string;
  /** '' for the main one. */
  readonly agent: string;
  readonly prompt: string;
  readonly parts: readonly MessagePart[];
}

/** Goes through the lines of a log: prompts, and the answers to them. */
class Conversation {
  #prompt = '';
  /** Prompts by their ids. */
  readonly prompts = new Map<string, string>();

  take({ bytes, start, stop }: FileLine): Said | undefined {
    const line = bytes.toString('utf8', start, stop);
    if (!/"type":\s*"(?:user|assistant)\.message"/.test(line)) return undefined;
    const record = parseObject(line) ?? {};
    const data = object(record.data);
    if (record.type === 'user.message') {
      if (text(record.agentId) !== '') return undefined;
      this.#prompt = text(data.content);
      this.prompts.set(text(data.interactionId) || text(record.id), this.#prompt);
      return undefined;
    }
    if (record.type !== 'assistant.message') return undefined;
    const agent = text(record.agentId);
    const prompt = agent === '' ? this.#prompt : '';
    if (prompt !== '') this.#prompt = '';
    return { id: text(data.apiCallId), agent, prompt, parts: partsOf(data) };
  }
}

function partsOf(data: ReturnType<typeof object>): MessagePart[] {
  const calls = Array.isArray(data.toolRequests) ? data.toolRequests.map(object) : [];
  return [
    partOf('thinking', '', text(data.reasoningText)),
    partOf('text', '', text(data.content)),
    ...calls.map(({ name, arguments: written }) =>
      partOf(
        'tool',
        text(name),
        typeof written === 'string' ? written : JSON.stringify(written ?? {}),
      ),
    ),
  ]
    .filter((part) => part !== undefined)
    .slice(0, mostParts);
}

/** What a request says; undefined where the log does not have it, as where a client named no requests. */
export async function textOf(path: string, messageId: string): Promise<MessagePart[] | undefined> {
  const rows = new PairedRows(path, rowIn(messageId) !== undefined);
  const conversation = new Conversation();
  let found: Said | undefined;
  for await (const line of linesOfFile(path)) {
    const said = conversation.take(line);
    if (said !== undefined && (rows.next(said) === messageId || said.id === messageId))
      found = said;
  }
  // What was paired is right only where nothing is left.
  if (found === undefined || (found.id !== messageId && !rows.isEven(found.agent)))
    return undefined;
  const asked = partOf('text', '', found.prompt);
  return asked === undefined ? [...found.parts] : [asked, ...found.parts];
}

/** A larger database is not copied for the sake of words. */
const largestDatabase = 64 * 1024 * 1024;

/**
 * The rows of the database beside a log, each with the answer it was counted for. A row names no response: they
 * are paired by order, an answer a request, where an agent has as many of one as of the other.
 */
class PairedRows {
  readonly #rows: ReadonlyMap<string, readonly string[]>;
  readonly #taken = new Map<string, number>();

  constructor(path: string, isWanted = true) {
    this.#rows = isWanted ? rowsBeside(path) : new Map();
  }

  /** The row of an agent's next answer; undefined for none. */
  next({ agent }: Pick<Said, 'agent'>): string | undefined {
    const place = this.#taken.get(agent) ?? 0;
    this.#taken.set(agent, place + 1);
    return this.#rows.get(agent)?.[place];
  }

  /** Whether an agent has had as many answers as rows. */
  isEven(agent: string): boolean {
    return (this.#taken.get(agent) ?? 0) === (this.#rows.get(agent)?.length ?? 0);
  }
}

function rowsBeside(path: string): Map<string, string[]> {
  const database = join(homeOf(path), databaseName);
  try {
    if ((databaseAt(database)?.size ?? Number.POSITIVE_INFINITY) > largestDatabase)
      return new Map();
    return askDatabase(database, (db) => requestsOfSession(db, sessionOf(path)));
  } catch {
    // Figures are read elsewhere, and say what is wrong.
    return new Map();
  }
}

/** What each request is about; a log that has grown is read anew. */
export async function outlineOf(
  path: string,
  before?: TranscriptOutline,
): Promise<TranscriptOutline> {
  const { size } = await stat(path);
  if (before?.offset === size) return before;
  const messages = new Map<string, MessageOutline>();
  const byRow: {
    readonly row: string;
    readonly agent: string;
    readonly outline: MessageOutline;
  }[] = [];
  const rows = new PairedRows(path);
  const conversation = new Conversation();
  let task = '';
  for await (const line of linesOfFile(path)) {
    const said = conversation.take(line);
    if (said === undefined) continue;
    if (task === '') task = seenWords(said.prompt);
    const outline = outlineOfParts(said.prompt, said.parts);
    const row = rows.next(said);
    if (outline === undefined) continue;
    if (said.id !== '') messages.set(said.id, outline);
    if (row !== undefined) byRow.push({ row, agent: said.agent, outline });
  }
  for (const { row, agent, outline } of byRow) if (rows.isEven(agent)) messages.set(row, outline);
  return { offset: size, asked: '', task, messages };
}

/** What a person asked for, by prompt; nothing of a file that is gone or too large. */
export function promptsIn(path: string): Map<string, string> {
  const conversation = new Conversation();
  try {
    for (const line of linesIn(readRegular(path, largestSaid))) conversation.take(line);
  } catch {
    return new Map();
  }
  return conversation.prompts;
}

/** The line a message was counted from. */
export async function recordIn(
  path: string,
  messageId: string,
): Promise<RecordLocation | undefined> {
  const parser = new EventParser(sessionOf(path), undefined);
  let found: RecordLocation | undefined;
  for await (const { bytes, start, stop } of linesOfFile(path)) {
    parser.feed(bytes, start, stop, start);
    if (!parser.take().messages.some((message) => message.messageId === messageId)) continue;
    const length = bytes[stop - 1] === 0x0a ? stop - start - 1 : stop - start;
    // Of a sum that was written several times the last counts.
    found = { line: parser.state.line - 1, offset: start, length };
  }
  return found;
}
