import { cut } from '../../../model/cut.ts';
import { openRegularFile, readRegular } from '../../../platform/regularFile.ts';
import type { MessageOutline, TranscriptOutline } from '../../agentLog.ts';
import { firstWords, promptWords } from '../parse/promptWords.ts';
import { isJsonObject, text } from '../parse/usage.ts';

/** Bytes read at once; between two blocks others have the thread. */
const blockBytes = 1024 * 1024;

/** A longer line is passed over: it carries a picture or a tool's whole result. */
const longestLine = 512 * 1024;

/** What is seen of a prompt, a command or a path. */
const longestWords = 200;

/** Largest meta file read; real ones are a few hundred bytes. */
const largestMeta = 1_000_000;

/** What of a tool's input says most, the first that is there. */
const telling = [
  'file_path',
  'notebook_path',
  'command',
  'pattern',
  'url',
  'query',
  'description',
  'skill',
  'prompt',
] as const;

/**
 * What each response of a transcript is about, in a few words: the prompt it answers first, else the
 * tool it calls and on what, else the beginning of its text. Goes on from an outline of the same file,
 * which grows at its end; a file that has become shorter is read from its start.
 */
export async function readOutline(
  path: string,
  before?: TranscriptOutline,
): Promise<TranscriptOutline> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const known = before !== undefined && before.offset <= size ? before : undefined;
    const reading = new Reading(known, known?.task ?? describedTask(path));
    let offset = known?.offset ?? 0;
    let rest: Buffer = Buffer.alloc(0);
    let passing = false;
    while (offset + rest.length < size) {
      const block = Buffer.allocUnsafe(blockBytes);
      const { bytesRead } = await file.read(block, 0, blockBytes, offset + rest.length);
      if (bytesRead === 0) break;
      const bytes = Buffer.concat([rest, block.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
        if (!passing && end - start <= longestLine) reading.take(bytes.subarray(start, end));
        passing = false;
        start = end + 1;
      }
      offset += start;
      rest = bytes.subarray(start);
      // Of a line that is passed over nothing is kept but that it goes on.
      if (rest.length > longestLine) {
        offset += rest.length;
        rest = Buffer.alloc(0);
        passing = true;
      }
    }
    return reading.outlineTo(passing ? (known?.offset ?? 0) : offset);
  } finally {
    await file.close();
  }
}

/** What a subagent was told to do, as the file beside its transcript says; '' where there is none. */
function describedTask(path: string): string {
  try {
    const meta: unknown = JSON.parse(
      readRegular(path.replace(/\.jsonl$/, '.meta.json'), largestMeta).toString('utf8'),
    );
    return isJsonObject(meta) ? cut(text(meta.description), longestWords) : '';
  } catch {
    // Main threads have no such file.
    return '';
  }
}

const assistantMark = Buffer.from('"assistant"');
const userMark = Buffer.from('"user"');

class Reading {
  readonly #messages: Map<string, MessageOutline>;
  #asked: string;
  #task: string;

  constructor(before: TranscriptOutline | undefined, task: string) {
    this.#messages = new Map(before?.messages);
    this.#asked = before?.asked ?? '';
    this.#task = task;
  }

  outlineTo(offset: number): TranscriptOutline {
    return { offset, asked: this.#asked, task: this.#task, messages: this.#messages };
  }

  take(line: Buffer): void {
    const isAnswer = line.includes(assistantMark);
    if (!isAnswer && !line.includes(userMark)) return;
    let record: unknown;
    try {
      record = JSON.parse(line.toString('utf8'));
    } catch {
      return;
    }
    if (isJsonObject(record)) this.#takeRecord(record);
  }

  #takeRecord(record: Record<string, unknown>): void {
    // Some responses stand only in a copy, inside a record of progress.
    if (record.type === 'progress') {
      const copy = isJsonObject(record.data) ? record.data.message : undefined;
      if (isJsonObject(copy) && copy.type === 'assistant') this.#takeRecord(copy);
      return;
    }
    const { message } = record;
    if (!isJsonObject(message)) return;
    if (record.type === 'user') {
      if (record.isMeta === true || record.isCompactSummary === true) return;
      const words = wordsOf(message.content);
      if (words === '') return;
      this.#asked = words;
      if (this.#task === '' && record.isSidechain === true) this.#task = words;
    } else if (record.type === 'assistant') {
      const id = text(message.id) || `uuid:${text(record.uuid)}`;
      this.#takeAnswer(id, message.content, text(record.cwd));
    }
  }

  /** A response stands in several lines: the first that says more than the others do counts. */
  #takeAnswer(id: string, content: unknown, cwd: string): void {
    const known = this.#messages.get(id);
    if (known === undefined && this.#asked !== '') {
      this.#messages.set(id, { kind: 'prompt', name: '', words: this.#asked });
      this.#asked = '';
      return;
    }
    if (known?.kind === 'prompt' || known?.kind === 'tool') return;
    const found = outlineOf(content, cwd);
    if (found !== undefined && (known === undefined || found.kind === 'tool')) {
      this.#messages.set(id, found);
    }
  }
}

/** The words of a person, cut to what can be seen. */
function wordsOf(content: unknown): string {
  return typeof content === 'string' ? oneLine(promptWords(content)) : oneLine(firstWords(content));
}

function outlineOf(content: unknown, cwd: string): MessageOutline | undefined {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  if (!Array.isArray(blocks)) return undefined;
  const objects = blocks.filter(isJsonObject);
  const tool = objects.find(({ type }) => type === 'tool_use' || type === 'server_tool_use');
  if (tool !== undefined) {
    return { kind: 'tool', name: text(tool.name), words: targetOf(tool.input, cwd) };
  }
  const said = objects.find((block) => block.type === 'text' && text(block.text).trim() !== '');
  const words = said === undefined ? '' : oneLine(text(said.text));
  return words === '' ? undefined : { kind: 'text', name: '', words };
}

/** What a tool is called on: a path below the session's folder without that folder. */
function targetOf(input: unknown, cwd: string): string {
  if (!isJsonObject(input)) return '';
  const key = telling.find((name) => text(input[name]) !== '');
  const value = key === undefined ? '' : oneLine(text(input[key]));
  for (const separator of ['/', '\\']) {
    if (cwd !== '' && value.startsWith(cwd + separator)) return value.slice(cwd.length + 1);
  }
  return value;
}

function oneLine(words: string): string {
  return cut(words.trim().replaceAll(/\s+/g, ' '), longestWords);
}
