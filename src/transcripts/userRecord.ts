import { bounded } from './byteCache.ts';
import { isObject, isTrue, KeySet, scanArray, scanObject, stringAt } from './scan.ts';

/** What a `user` record says, its text aside. */
export interface UserRecord {
  /** A person's words, not a tool's result or a command's echo. */
  readonly isPrompt: boolean;
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

type Span = readonly [start: number, stop: number];

const messageKeys = new KeySet(['content'] as const);
const blockKeys = new KeySet(['type', 'text', 'is_error', 'tool_use_id'] as const);
const resultKeys = new KeySet(['agentId', 'interrupted', 'searchCount'] as const);
const messageSpans = messageKeys.spans();
const blockSpans = blockKeys.spans();
const resultSpans = resultKeys.spans();

/** How Claude Code marks a turn the user broke off. */
const interruptMark = '[Request interrupted by user';
/** Longest prompt decoded; a title needs far less. */
const promptBytes = 4000;

/** Reads a `user` record's `message` and `toolUseResult` from their spans (start -1: missing). */
export function readUserRecord(buf: Buffer, message: Span, toolResult: Span): UserRecord {
  const failedTools: string[] = [];
  let prompt = '';
  let isPrompt = false;
  let toolUseId = '';
  let interrupted = false;
  const sawText = (start: number, stop: number): void => {
    const words = textStart(buf, start, stop);
    if (words.startsWith(interruptMark)) interrupted = true;
    else if (words !== '' && !isEcho(words)) {
      isPrompt = true;
      if (prompt === '') prompt = words;
    }
  };
  const content = contentOf(buf, message);
  if (content !== undefined && buf[content[0]] === 0x22) sawText(content[0], content[1]);
  else if (content !== undefined) {
    scanArray(buf, content[0], content[1], (start, stop) => {
      if (!isObject(buf, start)) return;
      if (scanObject(buf, start, stop, blockKeys, blockSpans) < 0) return;
      const type = stringAt(buf, blockSpans[0]!, blockSpans[1]!);
      if (type === 'text') sawText(blockSpans[2]!, blockSpans[3]!);
      else if (type === 'tool_result') {
        toolUseId = bounded(stringAt(buf, blockSpans[6]!, blockSpans[7]!) ?? '');
        if (isTrue(buf, blockSpans[4]!)) failedTools.push(toolUseId);
      }
    });
  }
  let agentId = '';
  let webSearches = 0;
  if (isObject(buf, toolResult[0])) {
    if (scanObject(buf, toolResult[0], toolResult[1], resultKeys, resultSpans) > 0) {
      agentId = bounded(stringAt(buf, resultSpans[0]!, resultSpans[1]!) ?? '');
      if (isTrue(buf, resultSpans[2]!)) interrupted = true;
      webSearches = smallCount(buf, resultSpans[4]!, resultSpans[5]!);
    }
  }
  return { isPrompt, prompt, interrupted, failedTools, webSearches, agentId, toolUseId };
}

function contentOf(buf: Buffer, message: Span): Span | undefined {
  if (!isObject(buf, message[0])) return undefined;
  if (scanObject(buf, message[0], message[1], messageKeys, messageSpans) < 0) return undefined;
  return messageSpans[0]! < 0 ? undefined : [messageSpans[0]!, messageSpans[1]!];
}

/** The first few thousand bytes of a text, decoded; a long one may lose its last character. */
function textStart(buf: Buffer, start: number, stop: number): string {
  if (start < 0 || buf[start] !== 0x22) return '';
  if (stop - start <= promptBytes) return stringAt(buf, start, stop) ?? '';
  const head = buf.toString('utf8', start + 1, start + promptBytes);
  // The cut may have split an escape of up to six characters.
  for (let shorter = 0; shorter <= 6; shorter++) {
    try {
      return JSON.parse(`"${head.slice(0, head.length - shorter)}"`) as string;
    } catch {
      // One character less.
    }
  }
  return '';
}

/** Text Claude Code writes in the user's name: command echoes, caveats, reminders. */
function isEcho(words: string): boolean {
  return /^\s*(<[a-z][a-z-]*>|Caveat:)/.test(words);
}

function smallCount(buf: Buffer, start: number, stop: number): number {
  if (start < 0 || stop - start > 6) return 0;
  const value = Number(buf.toString('latin1', start, stop));
  return Number.isInteger(value) && value > 0 ? value : 0;
}
