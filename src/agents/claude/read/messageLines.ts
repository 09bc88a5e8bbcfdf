import { closeSync, readSync } from 'node:fs';
import { openRegular } from '../../../platform/regularFile.ts';
import type { LocatedMessage } from '../../agentLog.ts';
import { longestLineBytes } from '../../lineReader.ts';
import { type TranscriptLocation, TranscriptParser } from '../parse/parser.ts';
import { freshState } from '../parse/parserState.ts';
import { lineRoom } from '../scan/lineScanner.ts';

/**
 * The records of a transcript that count, each with the line it stands in, as the parser reads them for
 * the store. A last line without its newline counts where it is whole.
 */
export function* messageLines(
  path: string,
  place: TranscriptLocation,
): Generator<LocatedMessage, void, void> {
  const { fd } = openRegular(path);
  try {
    const parser = new TranscriptParser(place, freshState());
    let offset = 0;
    for (;;) {
      // Others may read into the room between two blocks: nothing of a block is used after it.
      const { found, next } = readBlock(fd, offset, parser);
      yield* found;
      if (next === offset) return;
      offset = next;
    }
  } finally {
    closeSync(fd);
  }
}

interface Block {
  readonly found: readonly LocatedMessage[];
  /** Offset behind the lines that were read; the same as before at the end of the file. */
  readonly next: number;
}

function readBlock(fd: number, offset: number, parser: TranscriptParser): Block {
  const { bytes, filled, end } = linesAt(fd, offset);
  const found: LocatedMessage[] = [];
  let start = 0;
  while (start < end) {
    const stop = bytes.indexOf(0x0a, start) + 1;
    take(bytes, start, stop);
    start = stop;
  }
  if (end > 0 || filled === 0) return { found, next: offset + end };
  if (filled >= longestLineBytes) return { found, next: skipLine(fd, offset, filled, parser) };
  take(bytes, 0, filled);
  return { found, next: offset };

  function take(buffer: Buffer, from: number, to: number): void {
    const at = offset + from;
    parser.feed(buffer, from, to, at);
    const { messages, rejected } = parser.take();
    const torn = to === filled && end === 0 && rejected.length > 0;
    if (torn) return;
    for (const message of messages) found.push({ line: parser.state.line, offset: at, message });
  }
}

/** Bytes from an offset on, with as many as hold a whole line; `end` is behind its last newline. */
function linesAt(fd: number, offset: number): { bytes: Buffer; filled: number; end: number } {
  let bytes: Buffer = lineRoom();
  let filled = fill(fd, bytes, 0, offset);
  while (filled === bytes.length && bytes.lastIndexOf(0x0a) < 0) {
    if (bytes.length >= longestLineBytes) break;
    const larger = Buffer.allocUnsafe(Math.min(bytes.length * 2, longestLineBytes));
    bytes.copy(larger, 0, 0, filled);
    filled += fill(fd, larger, filled, offset + filled);
    bytes = larger;
  }
  return { bytes, filled, end: filled === 0 ? 0 : bytes.lastIndexOf(0x0a, filled - 1) + 1 };
}

function fill(fd: number, bytes: Buffer, from: number, position: number): number {
  let total = 0;
  while (from + total < bytes.length) {
    const got = readSync(fd, bytes, from + total, bytes.length - from - total, position + total);
    if (got === 0) break;
    total += got;
  }
  return total;
}

/** Passes over a line that is longer than any that is read; returns the offset behind it. */
function skipLine(fd: number, offset: number, known: number, parser: TranscriptParser): number {
  const bytes = lineRoom();
  for (let position = offset + known; ; ) {
    const got = fill(fd, bytes, 0, position);
    if (got === 0) return offset;
    const newline = bytes.subarray(0, got).indexOf(0x0a);
    if (newline >= 0) {
      parser.skipLongLine(offset);
      return position + newline + 1;
    }
    position += got;
  }
}
