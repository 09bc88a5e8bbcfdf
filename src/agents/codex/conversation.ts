import { stat } from 'node:fs/promises';
import { readRegular } from '../../platform/regularFile.ts';
import type {
  MessageOutline,
  MessagePart,
  RecordLocation,
  TranscriptOutline,
} from '../agentLog.ts';
import { type Json, object, text } from '../json.ts';
import { mostParts, outlineOf, partOf, seenWords } from '../said.ts';
import { type FileLine, largestSaid, linesIn, linesOfFile } from '../wholeFile.ts';
import { homeOf } from './codexHome.ts';
import { rolloutParser } from './readRollout.ts';
import type { RolloutParser } from './rolloutParser.ts';

/** A longer line carries a picture or a tool's whole result. */
const longestLine = 512 * 1024;

/** What stands in a rollout before a response's count: the prompt it answers, and what it says and does. */
export interface Said {
  readonly id: string;
  readonly prompt: string;
  readonly turn: string;
  readonly parts: readonly MessagePart[];
  /** Where its count stands. */
  readonly place: RecordLocation;
}

/** Goes through the lines of a rollout, and gathers what stands before each count. */
class Conversation {
  readonly #parser: RolloutParser;
  #parts: MessagePart[] = [];
  #prompt = '';

  constructor(path: string) {
    this.#parser = rolloutParser(homeOf(path), path);
  }

  /** What the requests said that the line counts: one, and before it those whose own lines were lost. */
  take({ bytes, start, stop }: FileLine): Said[] {
    this.#parser.feed(bytes, start, stop, start);
    const { messages } = this.#parser.take();
    if (messages.length === 0) {
      if (stop - start <= longestLine) this.#note(bytes.toString('utf8', start, stop));
      return [];
    }
    const line = this.#parser.state.line - 1;
    const length = bytes[stop - 1] === 0x0a ? stop - start - 1 : stop - start;
    const place = { line, offset: start, length };
    const said = messages.map(({ messageId: id, promptId: turn }, i) =>
      i < messages.length - 1
        ? { id, prompt: '', turn, parts: [], place }
        : { id, prompt: this.#prompt, turn, parts: this.#parts, place },
    );
    [this.#prompt, this.#parts] = ['', []];
    return said;
  }

  #note(line: string): void {
    const piece = pieceOf(line);
    if (piece?.prompt !== undefined) this.#prompt = piece.prompt;
    if (piece?.part !== undefined && this.#parts.length < mostParts) this.#parts.push(piece.part);
  }
}

/**
 * What each request of a rollout says, in order; between two blocks others have the thread. Throws the file
 * system's errors, and a RangeError for a file that is too large.
 */
export async function* saidIn(path: string): AsyncGenerator<Said> {
  const conversation = new Conversation(path);
  for await (const line of linesOfFile(path)) yield* conversation.take(line);
}

/** What a person asked for, by turn; nothing of a file that is gone or too large. */
export function promptsIn(path: string): Map<string, string> {
  const found = new Map<string, string>();
  let bytes: Buffer;
  try {
    bytes = readRegular(path, largestSaid);
  } catch {
    return found;
  }
  const conversation = new Conversation(path);
  for (const line of linesIn(bytes)) {
    for (const { turn, prompt } of conversation.take(line)) {
      if (prompt !== '' && !found.has(turn)) found.set(turn, prompt);
    }
  }
  return found;
}

interface Piece {
  readonly prompt?: string;
  readonly part?: MessagePart | undefined;
}

function pieceOf(line: string): Piece | undefined {
  if (!/"type":"(?:user_message|message|reasoning|[a-z_]+_call)"/.test(line)) return undefined;
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  const payload = object(object(record).payload);
  const type = text(payload.type);
  if (type === 'user_message') return { prompt: text(payload.message) };
  if (object(record).type !== 'response_item') return undefined;
  if (type === 'message') {
    return payload.role === 'assistant'
      ? { part: partOf('text', '', textsOf(payload.content)) }
      : undefined;
  }
  if (type === 'reasoning') return { part: partOf('thinking', '', textsOf(payload.summary)) };
  if (!type.endsWith('_call')) return undefined;
  return {
    part: partOf('tool', text(payload.name) || type.replace(/_call$/, ''), inputOf(payload)),
  };
}

/** What a tool is called with, as it was written. */
function inputOf(payload: Json): string {
  const { action } = payload;
  const written = text(payload.arguments) || text(payload.input);
  return written === '' && action !== undefined ? JSON.stringify(action) : written;
}

function textsOf(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => text(object(block).text))
    .join('\n')
    .trim();
}

/** What each request of a rollout is about, in a few words; a file that has grown is read anew. */
export async function readOutline(
  path: string,
  before?: TranscriptOutline,
): Promise<TranscriptOutline> {
  const { size } = await stat(path);
  if (before?.offset === size) return before;
  const messages = new Map<string, MessageOutline>();
  let task = '';
  for await (const { id, prompt, parts } of saidIn(path)) {
    if (task === '') task = seenWords(prompt);
    const outline = outlineOf(prompt, parts);
    if (outline !== undefined && !messages.has(id)) messages.set(id, outline);
  }
  return { offset: size, asked: '', task, messages };
}
