import { closeSync, readSync } from 'node:fs';
import { hashBytes } from '../../../model/hash53.ts';
import { appendAll } from '../../../model/lists.ts';
import type { Bookmark, TranscriptBatch, TranscriptChunk } from '../../../model/records.ts';
import { openRegular } from '../../../platform/regularFile.ts';
import { type TranscriptLocation, TranscriptParser } from '../parse/parser.ts';
import { freshState, type ParserState } from '../parse/parserState.ts';

/** Bytes read at once. */
const blockBytes = 4 * 1024 * 1024;

/** A longer line is counted as rejected and passed over; Claude Code's longest are a few megabytes. */
export const longestLineBytes = 128 * 1024 * 1024;

/** Records in one chunk, which bounds the memory of short lines: a block has no more than that again. */
const mostHeld = 50_000;

/** Bytes of the first line that identify a file. */
const headBytes = 512;

/** Bytes before a bookmark that tell whether they are those that were read. */
const tailBytes = 512;

/** Block buffers are reused from file to file; one reader is at work at a time in a thread. */
let block = Buffer.alloc(0);

/**
 * Reads on from a bookmark, yielding a chunk about every `chunkBytes`. Only complete lines are
 * read: a torn last line waits for its end. A file that shrank, was cut and grew again or is another
 * one is read again from the start. Memory stays within one block, or the longest line.
 */
export function* readChunks(
  path: string,
  place: TranscriptLocation,
  bookmark: Bookmark | undefined,
  chunkBytes = 16 * 1024 * 1024,
): Generator<TranscriptChunk, void, void> {
  const { fd, stats } = openRegular(path);
  // Threads that only ask who wrote a file never need it.
  if (block.length === 0) block = Buffer.allocUnsafe(blockBytes);
  try {
    const inode = `${stats.dev}:${stats.ino}`;
    const head = readHead(fd);
    const same =
      bookmark !== undefined &&
      bookmark.offset <= stats.size &&
      bookmark.inode === inode &&
      isSameText(fd, bookmark, head);
    let offset = same ? bookmark.offset : 0;
    // Of a file of which nothing was read there is nothing to read again.
    let restarted = bookmark !== undefined && bookmark.offset > 0 && !same;
    const parser = new TranscriptParser(
      place,
      same ? (bookmark.state as ParserState) : freshState(),
    );
    let taken = offset;
    const chunk = (done: boolean): TranscriptChunk => {
      const start = taken;
      taken = offset;
      const batch = parser.take();
      const state = { ...parser.state };
      if (done) addUnterminated(fd, offset, place, state, batch);
      const size = stats.size;
      const bookmark = { offset, state, inode, head: withTail(head, fd, offset) };
      const next = { batch, start, bookmark, size, restarted, done };
      restarted = false;
      return next;
    };
    for (;;) {
      const next = feedBlock(fd, offset, parser);
      if (next === offset) break;
      offset = next;
      if (offset - taken >= chunkBytes || parser.held >= mostHeld) yield chunk(false);
    }
    yield chunk(true);
  } finally {
    closeSync(fd);
    if (block.length > blockBytes) block = Buffer.allocUnsafe(blockBytes);
  }
}

/** Reads one block, feeds its complete lines, and returns the offset behind them. */
function feedBlock(fd: number, offset: number, parser: TranscriptParser): number {
  let filled = fill(fd, 0, offset);
  let newline = block.lastIndexOf(0x0a, filled - 1);
  // No line ends in this block: make room until one does.
  while (filled > 0 && newline < 0 && filled === block.length) {
    if (block.length >= longestLineBytes) return skipLine(fd, offset, parser);
    const larger = Buffer.allocUnsafe(Math.min(block.length * 2, longestLineBytes));
    block.copy(larger, 0, 0, filled);
    block = larger;
    const from = filled;
    filled += fill(fd, filled, offset + filled);
    if (filled === from) break;
    newline = block.lastIndexOf(0x0a, filled - 1);
  }
  if (filled === 0 || newline < 0) return offset;
  parser.feed(block, 0, newline + 1, offset);
  return offset + newline + 1;
}

/**
 * A last line that is whole but for its newline counts already; the bookmark stays before it, so it
 * is read once more when it is terminated, and the merge makes that safe.
 */
function addUnterminated(
  fd: number,
  offset: number,
  place: TranscriptLocation,
  state: ParserState,
  batch: TranscriptBatch,
): void {
  const filled = fill(fd, 0, offset);
  if (filled === 0 || filled === block.length || !endsLikeAnObject(block, filled)) return;
  const parser = new TranscriptParser(place, state);
  parser.feed(block, 0, filled, offset);
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

/** Fills the block from `from` on; returns the number of bytes read. */
function fill(fd: number, from: number, position: number): number {
  let total = 0;
  while (from + total < block.length) {
    const got = readSync(fd, block, from + total, block.length - from - total, position + total);
    if (got === 0) break;
    total += got;
  }
  return total;
}

/** Passes over a line longer than the limit; returns the offset behind its newline, or `offset`. */
function skipLine(fd: number, offset: number, parser: TranscriptParser): number {
  let position = offset + block.length;
  for (;;) {
    const got = fill(fd, 0, position);
    if (got === 0) return offset;
    const newline = block.subarray(0, got).indexOf(0x0a);
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
function isSameText(fd: number, bookmark: Bookmark, head: string): boolean {
  const { offset } = bookmark;
  if (offset === 0) return bookmark.head === head;
  // Bookmarks of earlier versions know nothing of the bytes before them, but that a newline is the last.
  const hasTail = bookmark.head.includes(tailMark);
  return (
    bookmark.head === (hasTail ? withTail(head, fd, offset) : head) && isBehindNewline(fd, offset)
  );
}

function isBehindNewline(fd: number, offset: number): boolean {
  const byte = Buffer.allocUnsafe(1);
  return readSync(fd, byte, 0, 1, offset - 1) === 1 && byte[0] === 0x0a;
}

/** Stands between the two hashes of a bookmark. */
const tailMark = '.';

/** The hash of the first line, and behind it that of the bytes before an offset. */
function withTail(head: string, fd: number, offset: number): string {
  if (offset === 0) return head;
  const length = Math.min(offset, tailBytes);
  const bytes = Buffer.allocUnsafe(length);
  const got = readSync(fd, bytes, 0, length, offset - length);
  return `${head}${tailMark}${hashBytes(bytes, 0, got).toString(36)}`;
}

function readHead(fd: number): string {
  const bytes = Buffer.allocUnsafe(headBytes);
  const got = readSync(fd, bytes, 0, headBytes, 0);
  const newline = bytes.subarray(0, got).indexOf(0x0a);
  if (newline < 0 && got < headBytes) return '';
  return hashBytes(bytes, 0, newline < 0 ? got : newline).toString(36);
}
