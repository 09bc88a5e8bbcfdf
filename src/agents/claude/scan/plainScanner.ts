import {
  backslash,
  closeBrace,
  colon,
  comma,
  malformed,
  openBrace,
  openBracket,
  quote,
  scanArray,
  skipSpace,
  skipString,
  skipValue,
  stringAt,
} from './jsonScanner.ts';
import { eventSize, mostEvents, type RecordScanner } from './recordScanner.ts';
import { type CompiledShape, compiled, type Entry, flag, longestKey } from './shapes.ts';

/** A key written with escapes is six times as long at most. */
const longestWritten = longestKey * 6;

/**
 * The scanner in plain JavaScript: the reference for the one in WebAssembly, and its stand-in where that
 * cannot run, for lines longer than its memory, and for keys written with escapes. It leaves the letter
 * of JSON to `JSON.parse` and calls every record unsound.
 */
export class PlainScanner implements RecordScanner {
  events = new Int32Array(1024 * eventSize);
  count = 0;
  flags = 0;

  scan(buf: Buffer, start: number, end: number): number {
    this.count = 0;
    this.flags = flag.unsound;
    if (buf[start] !== openBrace || start >= end) return malformed;
    return this.#object(buf, start, end, compiled.shapes[0]!);
  }

  #emit(slot: number, start: number, stop: number): number {
    if (this.count >= mostEvents) {
      this.flags |= flag.tooMany;
      return -1;
    }
    const at = this.count++ * eventSize;
    if (at >= this.events.length) {
      const larger = new Int32Array(this.events.length * 2);
      larger.set(this.events);
      this.events = larger;
    }
    this.events[at] = slot;
    this.events[at + 1] = start;
    this.events[at + 2] = stop;
    return at;
  }

  #object(buf: Buffer, from: number, end: number, shape: CompiledShape): number {
    let seen = 0n;
    let i = skipSpace(buf, from + 1, end);
    if (i < end && buf[i] === closeBrace) return i + 1;
    for (;;) {
      if (i >= end || buf[i] !== quote) return malformed;
      const key = i + 1;
      i = skipString(buf, key, end);
      if (i < 0) return malformed;
      const entry = find(shape, buf, key, i - 1);
      const isPrefixed = entry === undefined && hasPrefix(shape, buf, key, i - 1);
      i = skipSpace(buf, i, end);
      if (i >= end || buf[i] !== colon) return malformed;
      const value = skipSpace(buf, i + 1, end);
      if (entry === undefined) {
        i = value < end ? skipValue(buf, value, end) : malformed;
        if (i < 0) return malformed;
        if (isPrefixed) this.#emit(shape.slot, key - 1, i);
      } else {
        const bit = 1n << BigInt(shape.entries.indexOf(entry));
        if (seen & bit) this.flags |= flag.duplicate;
        seen |= bit;
        i = this.#value(buf, value, end, entry.slot, entry.child);
        if (i < 0) return malformed;
      }
      i = skipSpace(buf, i, end);
      if (i >= end) return malformed;
      if (buf[i] === closeBrace) return i + 1;
      if (buf[i] !== comma) return malformed;
      i = skipSpace(buf, i + 1, end);
    }
  }

  #value(
    buf: Buffer,
    from: number,
    end: number,
    slot: number,
    child: CompiledShape | undefined,
  ): number {
    if (from >= end) return malformed;
    const event = this.#emit(slot, from, from);
    const inside = this.count;
    let stop = malformed;
    if (child !== undefined && buf[from] === (child.isArray ? openBracket : openBrace)) {
      stop = child.isArray
        ? this.#array(buf, from, end, child)
        : this.#object(buf, from, end, child);
      if (stop < 0) this.count = inside;
    }
    if (stop < 0) stop = skipValue(buf, from, end);
    if (event >= 0 && stop >= 0) this.events[event + 2] = stop;
    return stop;
  }

  #array(buf: Buffer, from: number, end: number, shape: CompiledShape): number {
    let left = shape.most;
    return scanArray(buf, from, end, (_, start) => {
      if (start >= end) return malformed;
      if (buf[start] !== openBrace) return skipValue(buf, start, end);
      if (left > 0) {
        left--;
        return this.#value(buf, start, end, shape.slot, shape.item);
      }
      this.flags |= flag.tooMany;
      return skipValue(buf, start, end);
    });
  }
}

function find(shape: CompiledShape, buf: Buffer, start: number, stop: number): Entry | undefined {
  const bytes = keyBytes(buf, start, stop);
  return shape.entries.find(
    (entry) => entry.bytes.length === bytes.length && bytes.equals(entry.bytes),
  );
}

function hasPrefix({ prefix }: CompiledShape, buf: Buffer, start: number, stop: number): boolean {
  if (prefix.length === 0) return false;
  const bytes = keyBytes(buf, start, stop);
  const { length } = bytes;
  if (length <= prefix.length || length > longestKey) return false;
  return bytes.subarray(0, prefix.length).equals(prefix);
}

/** The bytes of a key, its escapes resolved. */
function keyBytes(buf: Buffer, start: number, stop: number): Buffer {
  const bytes = buf.subarray(start, stop);
  if (stop - start > longestWritten || !bytes.includes(backslash)) return bytes;
  return Buffer.from(stringAt(buf, start - 1, stop + 1) ?? '');
}
