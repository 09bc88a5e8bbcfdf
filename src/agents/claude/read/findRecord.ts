import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../../../platform/regularFile.ts';
import type { RecordLocation, WantedRecord } from '../../agentLog.ts';

/** Bytes looked through at once; between two blocks others have the thread. */
const blockBytes = 1024 * 1024;

/** A longer record is not parsed: it is told by its bytes alone. */
const longestParsed = 16 * 1024 * 1024;

/**
 * Finds the line a message was counted from: of the lines of that response the one with the most
 * output, the first of equals. Reads the file in blocks; undefined when no line is of that response.
 */
export async function findRecord(
  path: string,
  wanted: WantedRecord,
): Promise<RecordLocation | undefined> {
  const id = writtenId(wanted);
  const needle = needleOf(id);
  if (needle.length === 0) return undefined;
  const file = await openRegularFile(path);
  try {
    let best: { readonly place: RecordLocation; readonly output: number } | undefined;
    for await (const place of linesWith(file, needle)) {
      const output = await outputOf(file, place, id);
      if (output !== undefined && (best === undefined || output > best.output)) {
        best = { place, output };
      }
    }
    return best?.place;
  } finally {
    await file.close();
  }
}

/** The id a record has: ours says `uuid:…` for a record without `message.id`. */
export function writtenId({ messageId }: WantedRecord): string {
  return messageId.replace(/^uuid:/, '');
}

/** The bytes an id stands in a transcript with: inside a string of JSON. */
export function needleOf(id: string): Buffer {
  return Buffer.from(JSON.stringify(id).slice(1, -1));
}

/** The lines that have these bytes in them, from the first to the last. */
export async function* linesWith(file: FileHandle, needle: Buffer): AsyncGenerator<RecordLocation> {
  const { size } = await file.stat();
  const block = Buffer.allocUnsafe(blockBytes + needle.length);
  let line = 0;
  let lineStart = 0;
  /** The line has the bytes; it is yielded once its end is known. */
  let hit = false;
  let searched = 0;
  for (let offset = 0; offset < size; ) {
    // Each block begins with the end of the one before, so that no place is cut in two.
    const overlap = Math.min(offset, needle.length - 1);
    const { bytesRead } = await file.read(block, 0, blockBytes + overlap, offset - overlap);
    if (bytesRead <= overlap) break;
    const bytes = block.subarray(0, bytesRead);
    const base = offset - overlap;
    let from = overlap;
    let found = bytes.indexOf(needle);
    for (;;) {
      const newline = bytes.indexOf(0x0a, from);
      const end = newline < 0 ? bytesRead : newline;
      while (found >= 0 && found < end) {
        // What a block repeats of the one before may belong to an earlier line.
        if (base + found >= Math.max(lineStart, searched)) hit = true;
        found = bytes.indexOf(needle, found + 1);
      }
      if (newline < 0) break;
      if (hit) yield { line, offset: lineStart, length: base + newline - lineStart };
      hit = false;
      line += 1;
      lineStart = base + newline + 1;
      from = newline + 1;
    }
    offset = base + bytesRead;
    searched = Math.max(0, offset - needle.length + 1);
  }
  if (hit) yield { line, offset: lineStart, length: size - lineStart };
}

/** Output tokens of the response a line is of; undefined when it is of another, or no response. */
async function outputOf(
  file: FileHandle,
  { offset, length }: RecordLocation,
  id: string,
): Promise<number | undefined> {
  if (length > longestParsed) return 0;
  return outputOfRecord(await recordAt(file, { offset, length }), id);
}

/** The record of a line; undefined when it is none. */
export async function recordAt(
  file: FileHandle,
  { offset, length }: Pick<RecordLocation, 'offset' | 'length'>,
): Promise<unknown> {
  const bytes = Buffer.allocUnsafe(length);
  await file.read(bytes, 0, length, offset);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

interface LooseRecord {
  readonly type?: unknown;
  readonly uuid?: unknown;
  readonly message?: {
    readonly id?: unknown;
    readonly usage?: { readonly output_tokens?: unknown };
  };
  readonly data?: { readonly message?: unknown };
}

function outputOfRecord(value: unknown, id: string): number | undefined {
  const record = value as LooseRecord | null | undefined;
  if (typeof record !== 'object' || record === null) return undefined;
  if (record.type === 'progress') return outputOfRecord(record.data?.message, id);
  if (record.type !== 'assistant') return undefined;
  if (record.message?.id !== id && record.uuid !== id) return undefined;
  const output = record.message?.usage?.output_tokens;
  return typeof output === 'number' ? output : 0;
}
