import { closeSync, readSync, type Stats } from 'node:fs';
import { hashBytes } from '../model/hash53.ts';
import { appendAll } from '../model/lists.ts';
import type { Bookmark, TranscriptBatch, TranscriptChunk } from '../model/records.ts';
import { openRegular } from '../platform/regularFile.ts';
import type { LocatedMessage } from './agentLog.ts';
import { emptyBatch } from './batch.ts';

/** A longer line is counted as rejected and passed over; the longest real ones are a few megabytes. */
export const longestLineBytes = 128 * 1024 * 1024;

/** Records in one chunk, which bounds the memory of short lines: a block has no more than that again. */
const mostHeld = 50_000;

/** Bytes of the first line that identify a file. */
const headBytes = 512;

/** Bytes before a bookmark that tell whether they are those that were read. */
const tailBytes = 512;

/** Bytes read at once, unless a line is longer: what is scanned then is still in the processor's cache. */
const portionBytes = 512 * 1024;

/** What turns the lines of one file into records. How the file is cut into calls makes no difference. */
export interface LineParser {
  /** Records it holds until they are taken. */
  readonly held: number;
  /** What must be remembered to read on: plain data, of which a copy is kept. */
  readonly state: { readonly line: number };
  /** Reads the whole lines in [start, stop) of `buf`; the byte at `start` is byte `offset` of the file. */
  feed(buf: Buffer, start: number, stop: number, offset: number): void;
  /** Counts a line longer than any that is read, which begins at `offset`. */
  skipLongLine(offset: number): void;
  /** The records since the last call. */
  take(): TranscriptBatch;
}

/** Calls `take` with where each line in [start, stop) of `buf` begins and ends, newlines left out. */
export function eachLine(
  buf: Buffer,
  start: number,
  stop: number,
  take: (from: number, end: number) => void,
): void {
  for (let from = start; from < stop; ) {
    const newline = buf.indexOf(0x0a, from);
    const end = newline < 0 || newline >= stop ? stop : newline;
    take(from, end);
    from = end + 1;
  }
}

/** A parser that goes on from a state of its own kind; undefined for the start of a file. */
type ParserFor = (state: unknown) => LineParser;

/**
 * Reads logs that are appended to line by line. One reader serves the files of a thread, in turns: its
 * block of bytes is reused.
 */
export class LineReader {
  readonly #room: () => Buffer;
  readonly #block: Block = { bytes: Buffer.alloc(0), owner: undefined };
  #roomBytes = 0;

  /** @param room makes the memory lines are read into, when first needed and after very long lines */
  constructor(room: () => Buffer) {
    this.#room = room;
  }

  #open(path: string): OpenFile {
    const { fd, stats } = openRegular(path);
    // Threads that only ask who wrote a file never need it.
    if (this.#roomBytes === 0) this.#makeRoom();
    return new OpenFile(fd, stats, this.#block);
  }

  #close(file: OpenFile): void {
    file.close();
    if (this.#block.bytes.length > this.#roomBytes) this.#makeRoom();
  }

  #makeRoom(): void {
    this.#block.bytes = this.#room();
    this.#roomBytes = this.#block.bytes.length;
  }

  /**
   * Reads on from a bookmark, yielding a chunk about every `chunkBytes`. Only complete lines are
   * read: a torn last line waits for its end. A file that shrank, was cut and grew again or is another
   * one is read again from the start. Memory stays within one block, or the longest line.
   */
  *read(
    path: string,
    parserFor: ParserFor,
    bookmark: Bookmark | undefined,
    chunkBytes = 16 * 1024 * 1024,
  ): Generator<TranscriptChunk, void, void> {
    const file = this.#open(path);
    try {
      const { inode, size } = file;
      if (bookmark === undefined) file.fill(0, portionBytes);
      const head = headOf(file);
      const same =
        bookmark !== undefined &&
        bookmark.offset <= size &&
        bookmark.inode === inode &&
        isSameText(file, bookmark, head);
      let offset = same ? bookmark.offset : 0;
      // Of a file of which nothing was read there is nothing to read again.
      let restarted = bookmark !== undefined && bookmark.offset > 0 && !same;
      const parser = parserFor(same ? bookmark.state : undefined);
      let taken = offset;
      const chunk = (done: boolean): TranscriptChunk => {
        const start = taken;
        taken = offset;
        const batch = parser.take();
        const state = { ...parser.state };
        const bookmark = { offset, state, inode, head: withTail(head, file, offset) };
        if (done) addUnterminated(file, offset, parserFor(state), batch);
        const next = { batch, start, bookmark, size, restarted, done };
        restarted = false;
        return next;
      };
      for (;;) {
        const next = feedBlock(file, offset, parser);
        if (next === offset) break;
        offset = next;
        if (offset - taken >= chunkBytes || parser.held >= mostHeld) yield chunk(false);
      }
      yield chunk(true);
    } finally {
      this.#close(file);
    }
  }

  /**
   * The records of a file that count, each with the line it stands in, as a parser that begins with it reads
   * them for the store. A last line without its newline counts where it is whole.
   */
  *messages(path: string, parser: LineParser): Generator<LocatedMessage, void, void> {
    const file = this.#open(path);
    try {
      const lines = new LineByLine(parser);
      let offset = 0;
      for (;;) {
        const next = feedBlock(file, offset, lines);
        // Others may read into the block meanwhile: nothing of it is used after this.
        yield* lines.takeFound();
        if (next === offset) break;
        offset = next;
      }
      const tail = emptyBatch();
      addUnterminated(file, offset, parser, tail);
      lines.note(tail, offset);
      yield* lines.takeFound();
    } finally {
      this.#close(file);
    }
  }
}

/** Has a parser take a line at a time, and notes where the records that count stand. */
class LineByLine implements LineParser {
  readonly #parser: LineParser;
  #found: LocatedMessage[] = [];

  constructor(parser: LineParser) {
    this.#parser = parser;
  }

  get held(): number {
    return this.#parser.held;
  }

  get state(): LineParser['state'] {
    return this.#parser.state;
  }

  feed(buf: Buffer, start: number, stop: number, offset: number): void {
    eachLine(buf, start, stop, (from, end) => {
      const at = offset + (from - start);
      this.#parser.feed(buf, from, Math.min(end + 1, stop), at);
      this.note(this.#parser.take(), at);
    });
  }

  skipLongLine(offset: number): void {
    this.#parser.skipLongLine(offset);
  }

  take(): TranscriptBatch {
    return this.#parser.take();
  }

  note({ messages }: TranscriptBatch, offset: number): void {
    for (const message of messages) this.#found.push({ line: this.state.line, offset, message });
  }

  /** The records since the last call. */
  takeFound(): LocatedMessage[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}

/** Bytes that are reused from file to file, and whose they are. */
interface Block {
  bytes: Buffer;
  owner: OpenFile | undefined;
}

/** A file as long as it was when it was opened, and which of its bytes are in the block. */
class OpenFile {
  readonly #fd: number;
  readonly size: number;
  readonly inode: string;
  readonly block: Block;
  #from = 0;
  #filled = 0;

  constructor(fd: number, { size, dev, ino }: Stats, block: Block) {
    this.#fd = fd;
    this.size = size;
    this.inode = `${dev}:${ino}`;
    this.block = block;
  }

  close(): void {
    closeSync(this.#fd);
    this.block.owner = undefined;
  }

  /**
   * Brings the bytes from `offset` on into the block, at least `wanted` unless the file or the block ends
   * before; returns how many of them are there.
   */
  fill(offset: number, wanted: number): number {
    const { block } = this;
    const known = block.owner === this && offset === this.#from ? this.#filled : 0;
    block.owner = this;
    const length = Math.min(wanted, block.bytes.length, Math.max(0, this.size - offset));
    this.#from = offset;
    this.#filled = known >= length ? known : known + this.#read(block.bytes, known, length, offset);
    return this.#filled;
  }

  /** Bytes [from, to) of the file, as far as it has them; good until the next are read. */
  bytes(from: number, to: number): Buffer {
    const start = from - this.#from;
    if (this.block.owner === this && start >= 0 && to - this.#from <= this.#filled) {
      return this.block.bytes.subarray(start, to - this.#from);
    }
    const few = Buffer.allocUnsafe(to - from);
    return few.subarray(0, this.#read(few, 0, few.length, from));
  }

  /** Fills `buf` from `known` up to `length` with what stands behind `offset`; returns the bytes read. */
  #read(buf: Buffer, known: number, length: number, offset: number): number {
    let filled = known;
    while (filled < length) {
      const got = readSync(this.#fd, buf, filled, length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return filled - known;
  }
}

/** Reads one block, feeds its complete lines, and returns the offset behind them. */
function feedBlock(file: OpenFile, offset: number, parser: LineParser): number {
  const { block } = file;
  let filled = file.fill(offset, portionBytes);
  let newline = lastNewline(block.bytes, filled);
  // No line ends in this block: make room until one does.
  while (newline < 0 && offset + filled < file.size) {
    if (filled >= longestLineBytes) return skipLine(file, offset, parser);
    if (filled === block.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(filled * 2, longestLineBytes));
      block.bytes.copy(larger, 0, 0, filled);
      block.bytes = larger;
    }
    const before = filled;
    filled = file.fill(offset, filled * 2);
    if (filled === before) break;
    newline = lastNewline(block.bytes, filled);
  }
  if (newline < 0) return offset;
  parser.feed(block.bytes, 0, newline + 1, offset);
  return offset + newline + 1;
}

/** Where the last newline among the first bytes of the block is, or -1. */
function lastNewline(bytes: Buffer, filled: number): number {
  // Of no bytes the last would be the block's own.
  return filled === 0 ? -1 : bytes.lastIndexOf(0x0a, filled - 1);
}

/**
 * A last line that is whole but for its newline counts already; the bookmark stays before it, so it
 * is read once more when it is terminated, and the merge makes that safe.
 */
function addUnterminated(
  file: OpenFile,
  offset: number,
  parser: LineParser,
  batch: TranscriptBatch,
): void {
  const { bytes } = file.block;
  const filled = file.fill(offset, bytes.length);
  if (filled === 0 || filled === bytes.length || !endsLikeAnObject(bytes, filled)) return;
  parser.feed(bytes, 0, filled, offset);
  const tail = parser.take();
  if (tail.rejected.length > 0) return;
  for (const key of Object.keys(batch) as (keyof TranscriptBatch)[]) {
    if (key !== 'lines') appendAll(batch[key] as unknown[], tail[key] as unknown[]);
  }
}

function endsLikeAnObject(buf: Uint8Array, end: number): boolean {
  let i = end - 1;
  while (i > 0 && (buf[i] === 0x20 || buf[i] === 0x0d || buf[i] === 0x09)) i--;
  return buf[i] === 0x7d;
}

/** Passes over a line longer than the limit; returns the offset behind its newline, or `offset`. */
function skipLine(file: OpenFile, offset: number, parser: LineParser): number {
  const { bytes } = file.block;
  let position = offset + bytes.length;
  for (;;) {
    const got = file.fill(position, bytes.length);
    if (got === 0) return offset;
    const newline = bytes.subarray(0, got).indexOf(0x0a);
    if (newline >= 0) {
      parser.skipLongLine(offset);
      return position + newline + 1;
    }
    position += got;
  }
}

/**
 * Whether what a bookmark stands behind is still what was read. Claude Code drops a line by cutting the
 * file in place: what has grown since may reach further, and may have a newline in the same place.
 */
function isSameText(file: OpenFile, bookmark: Bookmark, head: string): boolean {
  const { offset } = bookmark;
  if (offset === 0) return bookmark.head === head;
  // Bookmarks of earlier versions know nothing of the bytes before them, but that a newline is the last.
  const hasTail = bookmark.head.includes(tailMark);
  return (
    bookmark.head === (hasTail ? withTail(head, file, offset) : head) &&
    isBehindNewline(file, offset)
  );
}

function isBehindNewline(file: OpenFile, offset: number): boolean {
  return file.bytes(offset - 1, offset)[0] === 0x0a;
}

/** Stands between the two hashes of a bookmark. */
const tailMark = '.';

/** The hash of the first line, and behind it that of the bytes before an offset. */
function withTail(head: string, file: OpenFile, offset: number): string {
  if (offset === 0) return head;
  const bytes = file.bytes(Math.max(0, offset - tailBytes), offset);
  return `${head}${tailMark}${hashBytes(bytes, 0, bytes.length).toString(36)}`;
}

function headOf(file: OpenFile): string {
  const bytes = file.bytes(0, Math.min(headBytes, file.size));
  const newline = bytes.indexOf(0x0a);
  if (newline < 0 && bytes.length < headBytes) return '';
  return hashBytes(bytes, 0, newline < 0 ? bytes.length : newline).toString(36);
}
