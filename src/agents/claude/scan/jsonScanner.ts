/**
 * A structural scanner over JSON bytes. Most of a transcript is text nobody prices (tool output,
 * images, attachments); this walks over it at about a nanosecond a byte and notes where the few
 * wanted values stand, without making a single string. It checks structure, not every literal:
 * lines whose figures count are parsed in full afterwards.
 */

/** A set of object keys to look for; a key is referred to by its index. */
export class KeySet<K extends string> {
  readonly keys: readonly K[];
  readonly #byLength: { readonly bytes: Uint8Array; readonly index: number }[][] = [];

  constructor(keys: readonly K[]) {
    this.keys = keys;
    const encoder = new TextEncoder();
    keys.forEach((key, index) => {
      const bytes = encoder.encode(key);
      const list = this.#byLength[bytes.length] ?? [];
      list.push({ bytes, index });
      this.#byLength[bytes.length] = list;
    });
  }

  /** Index of the key whose bytes stand at [start, end), or -1. */
  find(buf: Uint8Array, start: number, end: number): number {
    const list = this.#byLength[end - start];
    if (list === undefined) return -1;
    next: for (const candidate of list) {
      const bytes = candidate.bytes;
      for (let i = 0; i < bytes.length; i++) if (bytes[i] !== buf[start + i]) continue next;
      return candidate.index;
    }
    return -1;
  }

  indexOf(key: K): number {
    return this.keys.indexOf(key);
  }

  /** Room for the spans of one scan. */
  spans(): Spans {
    return new Spans(this.keys.length);
  }
}

/** Where the values of a scan's keys stand, by the index of the key. */
export class Spans {
  readonly #bounds: Int32Array;

  constructor(keys: number) {
    this.#bounds = new Int32Array(keys * 2).fill(-1);
  }

  /** First byte of a value; -1 where the key is missing. */
  start(index: number): number {
    return this.#bounds[index * 2]!;
  }

  /** The byte after a value; -1 where the key is missing. */
  end(index: number): number {
    return this.#bounds[index * 2 + 1]!;
  }

  set(index: number, start: number, end: number): void {
    this.#bounds[index * 2] = start;
    this.#bounds[index * 2 + 1] = end;
  }

  /** Forgets the values of the keys from one index up to another. */
  forget(from: number, to: number): void {
    this.#bounds.fill(-1, from * 2, to * 2);
  }

  clear(): void {
    this.#bounds.fill(-1);
  }
}

export const quote = 0x22;
export const backslash = 0x5c;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The scan could not make sense of the bytes. */
export const malformed = -1;

/** A longer key is none of ours, however it is written. */
const longestKey = 256;

export function skipSpace(buf: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const c = buf[i]!;
    if (c !== 0x20 && c !== 0x0d && c !== 0x09 && c !== 0x0a) break;
    i++;
  }
  return i;
}

/** Bytes of a string looked at one by one before the search for its end is left to native code. */
const nearBytes = 96;

/** From behind an opening quote to behind the closing one. */
export function skipString(buf: Buffer, from: number, end: number): number {
  let i = from;
  for (;;) {
    const near = Math.min(i + nearBytes, end);
    while (i < near) {
      const c = buf[i++]!;
      if (c === quote) return i;
      if (c === backslash) i++;
    }
    if (i >= end) return malformed;
    // A long string: native code finds the next quote far faster, if it is not escaped.
    const found = buf.indexOf(quote, i);
    if (found < 0 || found >= end) return malformed;
    let slashes = 0;
    while (found - slashes > i && buf[found - slashes - 1] === backslash) slashes++;
    i = found + 1;
    if (slashes % 2 === 0) return i;
  }
}

/** From the first byte of a value to behind its last. */
export function skipValue(buf: Buffer, from: number, end: number): number {
  const first = buf[from];
  if (first === quote) return skipString(buf, from + 1, end);
  if (first === openBrace || first === openBracket) return skipNested(buf, from, end);
  let i = from;
  while (i < end) {
    const c = buf[i]!;
    // Numbers, true, false, null: letters, digits, sign, point.
    const plain = (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x7a) || c === 0x2d || c === 0x2e;
    if (!plain && c !== 0x2b && c !== 0x45) break;
    i++;
  }
  return i === from ? malformed : i;
}

function skipNested(buf: Buffer, from: number, end: number): number {
  let depth = 0;
  let i = from;
  while (i < end) {
    const c = buf[i++]!;
    if (c === quote) {
      i = skipString(buf, i, end);
      if (i < 0) return malformed;
    } else if (c === openBrace || c === openBracket) depth++;
    else if (c === closeBrace || c === closeBracket) {
      if (--depth === 0) return i;
    }
  }
  return malformed;
}

/** Reads the item at `start` in passing; returns the place behind it, or a negative number. */
export type ItemReader = (buf: Buffer, start: number, end: number) => number;

/**
 * Walks the object that starts at `from` and notes the spans of the wanted keys (the last one of a
 * repeated key, as JSON.parse does). Returns the place behind the object, or `malformed`.
 */
export function scanObject<K extends string>(
  buf: Buffer,
  from: number,
  end: number,
  keys: KeySet<K>,
  spans: Spans,
): number {
  spans.clear();
  if (buf[from] !== openBrace) return malformed;
  let i = skipSpace(buf, from + 1, end);
  if (buf[i] === closeBrace && i < end) return i + 1;
  for (;;) {
    if (buf[i] !== quote) return malformed;
    const keyStart = i + 1;
    let escaped = false;
    i = keyStart;
    for (;;) {
      if (i >= end) return malformed;
      const c = buf[i]!;
      if (c === quote) break;
      if (c === backslash) {
        escaped = true;
        i++;
      }
      i++;
    }
    const index = escaped ? findEscaped(keys, buf, keyStart, i) : keys.find(buf, keyStart, i);
    if (index === undefined) return malformed;
    i = skipSpace(buf, i + 1, end);
    if (buf[i] !== colon) return malformed;
    const start = skipSpace(buf, i + 1, end);
    const stop = skipValue(buf, start, end);
    if (stop < 0 || stop > end) return malformed;
    if (index >= 0) spans.set(index, start, stop);
    i = skipSpace(buf, stop, end);
    if (i >= end) return malformed;
    const c = buf[i];
    if (c === closeBrace) return i + 1;
    if (c !== comma) return malformed;
    i = skipSpace(buf, i + 1, end);
  }
}

/** Index of a key that is written with escapes; undefined where they are none of JSON's. */
function findEscaped<K extends string>(
  keys: KeySet<K>,
  buf: Buffer,
  start: number,
  stop: number,
): number | undefined {
  if (stop - start > longestKey) return -1;
  const key = stringAt(buf, start - 1, stop + 1);
  if (key === undefined) return undefined;
  const bytes = Buffer.from(key);
  return keys.find(bytes, 0, bytes.length);
}

/** Walks the array at `from`, leaving each item to `item`; returns the place behind it, or negative. */
export function scanArray(buf: Buffer, from: number, end: number, item: ItemReader): number {
  let i = skipSpace(buf, from + 1, end);
  if (buf[i] === closeBracket) return i + 1;
  for (;;) {
    const stop = item(buf, i, end);
    if (stop < 0) return stop;
    i = skipSpace(buf, stop, end);
    if (buf[i] === closeBracket) return i + 1;
    if (buf[i] !== comma) return malformed;
    i = skipSpace(buf, i + 1, end);
  }
}

function hasBackslash(buf: Uint8Array, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (buf[i] === backslash) return true;
  return false;
}

/** Bytes of a string that are decoded where nobody asks for more: enough for any id, name or path. */
const longestString = 4096;

/**
 * The string whose quotes stand at [start, stop), or undefined when the value is no string. Of one
 * longer than `longest` bytes its beginning, so that no field costs more than it is worth.
 */
export function stringAt(
  buf: Buffer,
  start: number,
  stop: number,
  longest = longestString,
): string | undefined {
  if (start < 0 || buf[start] !== quote) return undefined;
  if (stop - start > longest) return beginning(buf, start + 1, start + longest);
  if (!hasBackslash(buf, start + 1, stop - 1)) return buf.toString('utf8', start + 1, stop - 1);
  try {
    return JSON.parse(buf.toString('utf8', start, stop)) as string;
  } catch {
    return undefined;
  }
}

/** What a string that goes on behind `stop` begins with; its last character may be lost. */
function beginning(buf: Buffer, start: number, stop: number): string | undefined {
  const head = buf.toString('utf8', start, stop);
  // The cut may have split an escape of up to six characters.
  for (let shorter = 0; shorter <= 6; shorter++) {
    try {
      return JSON.parse(`"${head.slice(0, head.length - shorter)}"`) as string;
    } catch {
      // One character less.
    }
  }
  return undefined;
}

/** Whether the value at `start` is the literal `true`. */
export function isTrue(buf: Uint8Array, start: number): boolean {
  return start >= 0 && buf[start] === 0x74;
}

/** Whether the value at `start` is the literal `false`. */
export function isFalse(buf: Uint8Array, start: number): boolean {
  return start >= 0 && buf[start] === 0x66;
}

export function isObject(buf: Uint8Array, start: number): boolean {
  return start >= 0 && buf[start] === openBrace;
}

export function isArray(buf: Uint8Array, start: number): boolean {
  return start >= 0 && buf[start] === openBracket;
}
