import { bounded } from './byteCache.ts';
import {
  isArray,
  isObject,
  isTrue,
  KeySet,
  type Spans,
  scanArray,
  scanObject,
  skipValue,
  stringAt,
  type ValueHandler,
} from './jsonScanner.ts';
import { interruptMark, promptWords } from './promptWords.ts';

/** What a `user` record says, its text aside. */
export interface UserRecord {
  /** A person's words, not a tool's result or a command's echo. */
  readonly isPrompt: boolean;
  /** There are more blocks of content than are looked at. */
  readonly tooMany: boolean;
  /** Start of the prompt; kept only as a title, if at all. */
  readonly prompt: string;
  readonly interrupted: boolean;
  /** Ids of the tool calls whose result is an error. */
  readonly failedTools: readonly string[];
  /** Searches a WebSearch result reports (`searchCount`, since 2.1.205). */
  readonly webSearches: number;
  /** Subagent whose result this is, and the call that started it. */
  readonly agentId: string;
  readonly toolUseId: string;
}

const messageKeys = new KeySet(['content'] as const);
const blockKeys = new KeySet(['type', 'text', 'is_error', 'tool_use_id'] as const);
const resultKeys = new KeySet(['agentId', 'interrupted', 'searchCount'] as const);
const [TYPE, TEXT, IS_ERROR, TOOL_USE] = [0, 1, 2, 3] as const;
const [AGENT, INTERRUPTED, SEARCHES] = [0, 1, 2] as const;

/** Content blocks looked at; real records have a few. */
export const mostBlocks = 10_000;

/** Longest prompt decoded; a title needs far less. */
const promptBytes = 4000;
/** The same where something is wrapped around it, which may be a long selection in an editor. */
const wrappedBytes = 256 * 1024;

/**
 * Reads `message` and `toolUseResult` of a record while the record is scanned: the two handlers
 * note places as they pass, and `read` makes sense of them if it turns out to be a user's record.
 */
export class UserRecordReader {
  readonly #messageSpans = messageKeys.spans();
  readonly #resultSpans = resultKeys.spans();
  /** Span of a content that is one string; start -1 when it is none. */
  #text: [number, number] = [-1, -1];
  /** Spans of each content block; reused from record to record. */
  readonly #blocks: Spans[] = [];
  #blockCount = 0;
  #tooMany = false;
  #hasResult = false;

  /** Call before each record. */
  reset(): void {
    this.#hasResult = false;
    this.#forgetContent();
  }

  #forgetContent(): void {
    this.#text = [-1, -1];
    this.#blockCount = 0;
    this.#tooMany = false;
  }

  readonly message: ValueHandler = (buf, start, end) => {
    this.#forgetContent();
    if (!isObject(buf, start)) return skipValue(buf, start, end);
    const stop = scanObject(buf, start, end, messageKeys, this.#messageSpans, [this.#content]);
    return stop < 0 ? skipValue(buf, start, end) : stop;
  };

  readonly toolResult: ValueHandler = (buf, start, end) => {
    if (!isObject(buf, start)) return skipValue(buf, start, end);
    const stop = scanObject(buf, start, end, resultKeys, this.#resultSpans);
    this.#hasResult = stop > 0;
    return stop < 0 ? skipValue(buf, start, end) : stop;
  };

  readonly #content: ValueHandler = (buf, start, end) => {
    if (isArray(buf, start)) return scanArray(buf, start, end, this.#block);
    const stop = skipValue(buf, start, end);
    this.#text = [start, stop];
    return stop;
  };

  readonly #block: ValueHandler = (buf, start, end) => {
    if (!isObject(buf, start) || this.#blockCount >= mostBlocks) {
      this.#tooMany ||= isObject(buf, start);
      return skipValue(buf, start, end);
    }
    this.#blocks[this.#blockCount] ??= blockKeys.spans();
    const spans = this.#blocks[this.#blockCount]!;
    const stop = scanObject(buf, start, end, blockKeys, spans);
    if (stop < 0) return skipValue(buf, start, end);
    this.#blockCount++;
    return stop;
  };

  /** What the places noted say. */
  read(buf: Buffer): UserRecord {
    const failedTools: string[] = [];
    let prompt = '';
    let toolUseId = '';
    let interrupted = false;
    const sawText = (start: number, stop: number): void => {
      const words = textStart(buf, start, stop);
      if (words.startsWith(interruptMark)) interrupted = true;
      else if (prompt === '') prompt = promptWords(words);
    };
    sawText(...this.#text);
    for (let i = 0; i < this.#blockCount; i++) {
      const block = this.#blocks[i]!;
      const type = stringAt(buf, block.start(TYPE), block.end(TYPE));
      if (type === 'text') sawText(block.start(TEXT), block.end(TEXT));
      else if (type === 'tool_result') {
        toolUseId = bounded(stringAt(buf, block.start(TOOL_USE), block.end(TOOL_USE)) ?? '');
        if (isTrue(buf, block.start(IS_ERROR))) failedTools.push(toolUseId);
      }
    }
    let agentId = '';
    let webSearches = 0;
    if (this.#hasResult) {
      const r = this.#resultSpans;
      agentId = bounded(stringAt(buf, r.start(AGENT), r.end(AGENT)) ?? '');
      if (isTrue(buf, r.start(INTERRUPTED))) interrupted = true;
      webSearches = smallCount(buf, r.start(SEARCHES), r.end(SEARCHES));
    }
    return {
      isPrompt: prompt !== '',
      tooMany: this.#tooMany,
      prompt,
      interrupted,
      failedTools,
      webSearches,
      agentId,
      toolUseId,
    };
  }
}

/** The first few thousand bytes of a text, decoded; a long one may lose its last character. */
function textStart(buf: Buffer, start: number, stop: number): string {
  if (start < 0 || buf[start] !== 0x22) return '';
  const longest = buf[start + 1] === 0x3c ? wrappedBytes : promptBytes;
  return stringAt(buf, start, stop, longest) ?? '';
}

/** More searches are no response's: five characters (1e308) can say a number no column takes. */
const mostSearches = 999_999;

function smallCount(buf: Buffer, start: number, stop: number): number {
  if (start < 0 || stop - start > 6) return 0;
  const value = Number(buf.toString('latin1', start, stop));
  return Number.isInteger(value) && value > 0 && value <= mostSearches ? value : 0;
}
