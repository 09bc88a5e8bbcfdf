import { cut } from '../../model/cut.ts';
import type {
  MessageOutline,
  MessagePart,
  RecordLocation,
  TranscriptOutline,
} from '../agentLog.ts';
import { homeOf } from './codexHome.ts';
import { type Json, object, text } from './json.ts';
import { linesOf, rolloutParser } from './readRollout.ts';

/** Characters of one piece, and pieces of one response, that a person reads on a screen. */
const longestPart = 8_000;
const mostParts = 50;

/** What is seen of a prompt, a command or a path. */
const longestWords = 200;

/** A longer line carries a picture or a tool's whole result. */
const longestLine = 512 * 1024;

/** Of a larger rollout nobody waits to be told what was said. */
const largestRollout = 128 * 1024 * 1024;

/** What stands in a rollout before a response's count: the prompt it answers, and what it says and does. */
interface Said {
  readonly id: string;
  readonly prompt: string;
  readonly turn: string;
  readonly parts: readonly MessagePart[];
  /** Where its count stands. */
  readonly place: RecordLocation;
}

/** What each request of a rollout says, in order; nothing of a file that is gone or too large. */
export function* saidIn(path: string): Generator<Said> {
  const parser = rolloutParser(homeOf(path), path);
  let parts: MessagePart[] = [];
  let prompt = '';
  for (const { bytes, start, stop } of linesOf(path, largestRollout)) {
    parser.feed(bytes, start, stop, start);
    const [message] = parser.take().messages;
    if (message !== undefined) {
      const { messageId: id, promptId: turn } = message;
      const line = parser.state.line - 1;
      const length = bytes[stop - 1] === 0x0a ? stop - start - 1 : stop - start;
      yield { id, prompt, turn, parts, place: { line, offset: start, length } };
      parts = [];
      prompt = '';
      continue;
    }
    if (stop - start > longestLine) continue;
    const said = pieceOf(bytes.toString('utf8', start, stop));
    if (said?.prompt !== undefined) prompt = said.prompt;
    if (said?.part !== undefined && parts.length < mostParts) parts.push(said.part);
  }
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
      ? { part: part('text', '', textsOf(payload.content)) }
      : undefined;
  }
  if (type === 'reasoning') return { part: part('thinking', '', textsOf(payload.summary)) };
  if (!type.endsWith('_call')) return undefined;
  return { part: part('tool', text(payload.name) || type.replace(/_call$/, ''), inputOf(payload)) };
}

/** What a tool is called with, as it was written. */
function inputOf(payload: Json): string {
  const { action } = payload;
  const written = text(payload.arguments) || text(payload.input);
  return written === '' && action !== undefined ? JSON.stringify(action) : written;
}

function part(kind: MessagePart['kind'], name: string, words: string): MessagePart | undefined {
  if (kind !== 'tool' && words.trim() === '') return undefined;
  const shown = cut(words, longestPart);
  return { kind, name, text: shown, left: words.length - shown.length };
}

function textsOf(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content
    .map((block) => text(object(block).text))
    .join('\n')
    .trim();
}

/** What each request of a rollout is about, in a few words; a file that has grown is read anew. */
export function outlineOf(
  path: string,
  size: number,
  before?: TranscriptOutline,
): TranscriptOutline {
  if (before?.offset === size) return before;
  const messages = new Map<string, MessageOutline>();
  let task = '';
  for (const { id, prompt, parts } of saidIn(path)) {
    const asked = oneLine(prompt);
    if (task === '') task = asked;
    const outline =
      asked !== '' ? { kind: 'prompt' as const, name: '', words: asked } : aboutOf(parts);
    if (outline !== undefined && !messages.has(id)) messages.set(id, outline);
  }
  return { offset: size, asked: '', task, messages };
}

function aboutOf(parts: readonly MessagePart[]): MessageOutline | undefined {
  const tool = parts.find(({ kind }) => kind === 'tool');
  if (tool !== undefined) return { kind: 'tool', name: tool.name, words: commandOf(tool.text) };
  const said = parts.find(({ kind }) => kind === 'text');
  return said === undefined ? undefined : { kind: 'text', name: '', words: oneLine(said.text) };
}

/** What a tool is called on: the command where its arguments have one. */
function commandOf(written: string): string {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return oneLine(written);
  }
  const { command, cmd, query, path, input } = object(value);
  const list = [command, cmd].find(Array.isArray);
  if (list !== undefined) return oneLine(list.map(text).join(' '));
  return oneLine([command, cmd, query, path, input].map(text).find((one) => one !== '') ?? '');
}

function oneLine(words: string): string {
  return cut(words.trim().replaceAll(/\s+/g, ' '), longestWords);
}
