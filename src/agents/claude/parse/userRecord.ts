import { isTrue, stringAt } from '../scan/jsonScanner.ts';
import type { ScannedRecord } from '../scan/scannedRecord.ts';
import { flag, slotOf } from '../scan/shapes.ts';
import { bounded } from './byteCache.ts';
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
  /** It has the result of a tool. */
  readonly hasResult: boolean;
  /** Ids of the tool calls whose result is an error. */
  readonly failedTools: readonly string[];
  /** Searches a WebSearch result reports (`searchCount`, since 2.1.205). */
  readonly webSearches: number;
  /** Subagent whose result this is, and the call that started it. */
  readonly agentId: string;
  readonly toolUseId: string;
}

const CONTENT = slotOf('message.content');
const TYPE = slotOf('message.content[].type');
const TEXT = slotOf('message.content[].text');
const IS_ERROR = slotOf('message.content[].is_error');
const TOOL_USE = slotOf('message.content[].tool_use_id');
const AGENT = slotOf('toolUseResult.agentId');
const INTERRUPTED = slotOf('toolUseResult.interrupted');
const SEARCHES = slotOf('toolUseResult.searchCount');

/** Longest prompt decoded; a title needs far less. */
const promptBytes = 4000;
/** The same where something is wrapped around it, which may be a long selection in an editor. */
const wrappedBytes = 256 * 1024;

/** Reads what was scanned as a user's record. */
export function userRecord(buf: Buffer, record: ScannedRecord): UserRecord {
  const failedTools: string[] = [];
  let prompt = '';
  let toolUseId = '';
  let interrupted = false;
  let hasResult = false;
  const sawText = (start: number, stop: number): void => {
    const words = textStart(buf, start, stop);
    if (words.startsWith(interruptMark)) interrupted = true;
    else if (prompt === '') prompt = promptWords(words);
  };
  sawText(record.start(CONTENT), record.end(CONTENT));
  record.eachBlock((block) => {
    const type = stringAt(buf, block.start(TYPE), block.end(TYPE));
    if (type === 'text') sawText(block.start(TEXT), block.end(TEXT));
    else if (type === 'tool_result') {
      hasResult = true;
      toolUseId = bounded(stringAt(buf, block.start(TOOL_USE), block.end(TOOL_USE)) ?? '');
      if (isTrue(buf, block.start(IS_ERROR))) failedTools.push(toolUseId);
    }
  });
  const agentId = bounded(stringAt(buf, record.start(AGENT), record.end(AGENT)) ?? '');
  if (isTrue(buf, record.start(INTERRUPTED))) interrupted = true;
  return {
    isPrompt: prompt !== '',
    tooMany: (record.flags & flag.tooMany) !== 0,
    prompt,
    interrupted,
    hasResult,
    failedTools,
    webSearches: smallCount(buf, record.start(SEARCHES), record.end(SEARCHES)),
    agentId,
    toolUseId,
  };
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
