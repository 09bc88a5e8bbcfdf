/**
 * A structural scanner over JSON bytes, in AssemblyScript: compiled to WebAssembly with SIMD by
 * `scripts/release/scanner.mjs`. It walks one record, notes where the wanted values stand, and says
 * whether the bytes are JSON to the letter. What is wanted stands in a table (`shapes.ts`), which
 * `wasmScanner.ts` writes into this memory; `plainScanner.ts` is the twin that says what is right.
 *
 * Inside, places are addresses of this memory; 0 stands for "could not make sense of the bytes".
 */

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const OPEN_BRACE: u8 = 0x7b;
const CLOSE_BRACE: u8 = 0x7d;
const OPEN_BRACKET: u8 = 0x5b;
const CLOSE_BRACKET: u8 = 0x5d;

/** Bits of `flags`, as in `shapes.ts`. */
const UNSOUND: i32 = 1;
const DUPLICATE: i32 = 2;
const TOO_MANY: i32 = 4;
const ESCAPED_KEY: i32 = 8;

/** Layout of the table, as `packShapes` writes it. */
const SHAPE_BYTES: usize = 256;
const ENTRY_BYTES: usize = 48;
const MOST_KEY: i32 = 40;
const NO_SHAPE: i32 = 255;
const EVENT_BYTES: usize = 12;

let flags: i32 = 0;

/** Places are told from here on. */
let base: usize = 0;
let shapes: usize = 0;
/** Where flags and number of events are left, and behind them the events. */
let header: usize = 0;
let events: usize = 0;
let next: usize = 0;
let full: usize = 0;

/** Says where the table of shapes stands, where a scan leaves its answer, and from where places count. */
export function setup(shapesAt: usize, headerAt: usize, mostEvents: i32, baseAt: usize): void {
  shapes = shapesAt;
  header = headerAt;
  events = headerAt + 8;
  full = events + <usize>mostEvents * EVENT_BYTES;
  base = baseAt;
}

/** Walks the object in [start, end), places from the base; returns the place behind it, or -1. */
export function scan(start: i32, end: i32): i32 {
  flags = 0;
  next = events;
  const from = base + <usize>start;
  const isObject = start < end && load<u8>(from) == OPEN_BRACE;
  const stop = isObject ? scanObject(from, base + <usize>end, shapes) : 0;
  store<i32>(header, flags);
  store<i32>(header, <i32>((next - events) / EVENT_BYTES), 4);
  return stop == 0 ? -1 : <i32>(stop - base);
}

/** Notes a value; returns where its event stands, 0 when there is no room for more. */
function emit(slot: i32, start: usize, stop: usize): usize {
  if (next >= full) {
    flags |= TOO_MANY;
    return 0;
  }
  const at = next;
  store<i32>(at, slot);
  store<u32>(at, <u32>(start - base), 4);
  store<u32>(at, <u32>(stop - base), 8);
  next = at + EVENT_BYTES;
  return at;
}

function skipSpace(from: usize, end: usize): usize {
  let p = from;
  while (p < end) {
    const c = load<u8>(p);
    if (c != 0x20 && c != 0x0d && c != 0x09 && c != 0x0a) break;
    p++;
  }
  return p;
}

function isHex(c: u8): bool {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}

/** Whether an escape is one of JSON's; `p` is the byte behind the backslash. */
function isEscape(p: usize, end: usize): bool {
  if (p >= end) return false;
  const c = load<u8>(p);
  if (c == QUOTE || c == BACKSLASH || c == 0x2f || c == 0x6e || c == 0x74) return true;
  if (c == 0x72 || c == 0x62 || c == 0x66) return true;
  if (c != 0x75 || p + 5 > end) return false;
  return (
    isHex(load<u8>(p, 1)) && isHex(load<u8>(p, 2)) && isHex(load<u8>(p, 3)) && isHex(load<u8>(p, 4))
  );
}

/** From behind an opening quote to behind the closing one; sixteen bytes at a time. */
function skipString(from: usize, end: usize): usize {
  const quotes = i8x16.splat(<i8>QUOTE);
  const slashes = i8x16.splat(<i8>BACKSLASH);
  const spaces = i8x16.splat(0x20);
  let p = from;
  while (p < end) {
    const v = v128.load(p);
    let mask = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(v, quotes), i8x16.eq(v, slashes)), i8x16.lt_u(v, spaces)),
    );
    let step: usize = 16;
    while (mask != 0) {
      const i = ctz(mask);
      const at = p + <usize>i;
      if (at >= end) return 0;
      const c = load<u8>(at);
      if (c == QUOTE) return at + 1;
      if (c != BACKSLASH) {
        flags |= UNSOUND;
        mask &= mask - 1;
      } else {
        if (!isEscape(at + 1, end)) flags |= UNSOUND;
        if (i == 15) {
          step = 17;
          break;
        }
        mask &= -1 << (i + 2);
      }
    }
    p += step;
  }
  return 0;
}

function isPlain(c: u8): bool {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x61 && c <= 0x7a) ||
    c == 0x2d ||
    c == 0x2e ||
    c == 0x2b ||
    c == 0x45
  );
}

function isDigit(c: u8): bool {
  return c >= 0x30 && c <= 0x39;
}

function digits(from: usize, stop: usize): usize {
  let p = from;
  while (p < stop && isDigit(load<u8>(p))) p++;
  return p;
}

/** Whether the bytes in [start, stop) are a number as JSON writes it. */
function isNumber(start: usize, stop: usize): bool {
  let p = start;
  if (load<u8>(p) == 0x2d) p++;
  const whole = p;
  p = digits(p, stop);
  if (p == whole || (load<u8>(whole) == 0x30 && p - whole > 1)) return false;
  if (p < stop && load<u8>(p) == 0x2e) {
    const fraction = p + 1;
    p = digits(fraction, stop);
    if (p == fraction) return false;
  }
  if (p < stop && (load<u8>(p) == 0x65 || load<u8>(p) == 0x45)) {
    p++;
    if (p < stop && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
    const exponent = p;
    p = digits(exponent, stop);
    if (p == exponent) return false;
  }
  return p == stop;
}

function isScalar(start: usize, stop: usize): bool {
  const length = stop - start;
  if (length == 4) {
    const word = load<u32>(start);
    // true, null
    if (word == 0x65757274 || word == 0x6c6c756e) return true;
  }
  // false
  if (length == 5 && load<u32>(start) == 0x736c6166 && load<u8>(start, 4) == 0x65) return true;
  return isNumber(start, stop);
}

function skipScalar(from: usize, end: usize): usize {
  let p = from;
  while (p < end && isPlain(load<u8>(p))) p++;
  if (p == from) return 0;
  if (!isScalar(from, p)) flags |= UNSOUND;
  return p;
}

/** From the first byte of a value to behind its last. */
function skipValue(from: usize, end: usize): usize {
  if (from >= end) return 0;
  const c = load<u8>(from);
  if (c == QUOTE) return skipString(from + 1, end);
  if (c == OPEN_BRACE || c == OPEN_BRACKET) return skipNested(from, end);
  return skipScalar(from, end);
}

/** What may come next inside nested values. */
const VALUE: i32 = 0;
const VALUE_OR_END: i32 = 1;
const KEY: i32 = 2;
const KEY_OR_END: i32 = 3;
const AFTER_KEY: i32 = 4;
const AFTER_VALUE: i32 = 5;

/**
 * Passes over an object or array by counting brackets, and holds what it passes against the grammar;
 * deeper than sixty-three levels it gives no word for that.
 */
function skipNested(from: usize, end: usize): usize {
  let depth = 0;
  /** One bit a level, the innermost lowest: 1 for an object. */
  let levels: u64 = 0;
  let state = VALUE;
  let p = from;
  while (p < end) {
    const c = load<u8>(p);
    if (c == QUOTE) {
      p = skipString(p + 1, end);
      if (p == 0) return 0;
      if (state <= VALUE_OR_END) state = AFTER_VALUE;
      else if (state <= KEY_OR_END) state = AFTER_KEY;
      else flags |= UNSOUND;
      continue;
    }
    if (c == COMMA) {
      if (state == AFTER_VALUE) state = levels & 1 ? KEY : VALUE;
      else flags |= UNSOUND;
    } else if (c == COLON) {
      if (state == AFTER_KEY) state = VALUE;
      else flags |= UNSOUND;
    } else if (c == OPEN_BRACE || c == OPEN_BRACKET) {
      if (state > VALUE_OR_END || depth >= 63) flags |= UNSOUND;
      depth++;
      const isObject = c == OPEN_BRACE;
      levels = (levels << 1) | (isObject ? 1 : 0);
      state = isObject ? KEY_OR_END : VALUE_OR_END;
    } else if (c == CLOSE_BRACE || c == CLOSE_BRACKET) {
      const isObject = (levels & 1) == 1;
      const mayEnd = state == AFTER_VALUE || state == (isObject ? KEY_OR_END : VALUE_OR_END);
      if (!mayEnd || isObject != (c == CLOSE_BRACE)) flags |= UNSOUND;
      levels >>= 1;
      state = AFTER_VALUE;
      if (--depth == 0) return p + 1;
    } else if (isPlain(c)) {
      const start = p;
      do p++;
      while (p < end && isPlain(load<u8>(p)));
      if (state > VALUE_OR_END || !isScalar(start, p)) flags |= UNSOUND;
      state = AFTER_VALUE;
      continue;
    } else if (c != 0x20 && c != 0x0d && c != 0x09 && c != 0x0a) flags |= UNSOUND;
    p++;
  }
  return 0;
}

/** The entry of a shape's key that stands at [start, stop), or 0. */
function findKey(shape: usize, start: usize, stop: usize): usize {
  const length = <i32>(stop - start);
  if (length > MOST_KEY) return 0;
  // By length: the first entry and their number.
  const first = <usize>load<u8>(shape + 32 + <usize>length * 2);
  let left = load<u8>(shape + 33 + <usize>length * 2);
  let entry = <usize>load<u32>(shape) + first * ENTRY_BYTES;
  while (left > 0) {
    if (sameBytes(entry + 8, start, length)) return entry;
    entry += ENTRY_BYTES;
    left--;
  }
  return 0;
}

function sameBytes(a: usize, b: usize, length: i32): bool {
  let i: usize = 0;
  const whole = <usize>(length & ~7);
  for (; i < whole; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  const rest = length & 7;
  if (rest == 0) return true;
  const mask = ((<u64>1) << (<u64>rest * 8)) - 1;
  return ((load<u64>(a + i) ^ load<u64>(b + i)) & mask) == 0;
}

/** Whether a key begins with the shape's prefix and is longer, within bounds. */
function hasPrefix(shape: usize, start: usize, stop: usize): bool {
  const prefix = <i32>load<u8>(shape, 4);
  const length = <i32>(stop - start);
  if (prefix == 0 || length <= prefix || length >= MOST_KEY) return false;
  return sameBytes(shape + 16, start, prefix);
}

/** Walks the object at `from` by a shape; returns the place behind it, or 0. */
function scanObject(from: usize, end: usize, shape: usize): usize {
  let seen: u64 = 0;
  let p = skipSpace(from + 1, end);
  if (p < end && load<u8>(p) == CLOSE_BRACE) return p + 1;
  while (true) {
    if (p >= end || load<u8>(p) != QUOTE) return 0;
    const key = p + 1;
    p = skipKey(key, end);
    if (p == 0) return 0;
    const keyEnd = p - 1;
    const entry = findKey(shape, key, keyEnd);
    p = skipSpace(p, end);
    if (p >= end || load<u8>(p) != COLON) return 0;
    const value = skipSpace(p + 1, end);
    if (entry == 0) {
      p = skipValue(value, end);
      if (p == 0) return 0;
      if (hasPrefix(shape, key, keyEnd)) emit(load<u8>(shape, 5), key - 1, p);
    } else {
      const bit = (<u64>1) << (<u64>load<u8>(entry, 2));
      if (seen & bit) flags |= DUPLICATE;
      seen |= bit;
      p = scanValue(value, end, load<u8>(entry), load<u8>(entry, 1));
      if (p == 0) return 0;
    }
    p = skipSpace(p, end);
    if (p >= end) return 0;
    const c = load<u8>(p);
    if (c == CLOSE_BRACE) return p + 1;
    if (c != COMMA) return 0;
    p = skipSpace(p + 1, end);
  }
}

/** Passes over a key; one with escapes in it may be any, which the twin finds out. */
function skipKey(from: usize, end: usize): usize {
  const stop = skipString(from, end);
  if (stop == 0) return 0;
  for (let p = from; p < stop; p++) {
    if (load<u8>(p) == BACKSLASH) {
      flags |= ESCAPED_KEY;
      break;
    }
  }
  return stop;
}

/** Notes a wanted value, and inside it what its own shape wants; returns the place behind it, or 0. */
function scanValue(from: usize, end: usize, slot: i32, child: i32): usize {
  if (from >= end) return 0;
  const event = emit(slot, from, from);
  const inside = next;
  let stop: usize = 0;
  if (child != NO_SHAPE) {
    const shape = shapes + <usize>child * SHAPE_BYTES;
    const c = load<u8>(from);
    const isList = load<u8>(shape, 6) == 1;
    if (isList ? c == OPEN_BRACKET : c == OPEN_BRACE) {
      stop = isList ? scanArray(from, end, shape) : scanObject(from, end, shape);
      if (stop == 0) {
        flags |= UNSOUND;
        next = inside;
      }
    }
  }
  if (stop == 0) stop = skipValue(from, end);
  if (event != 0 && stop != 0) store<u32>(event, <u32>(stop - base), 8);
  return stop;
}

/** Walks the array at `from`: of its items those that are objects are noted. */
function scanArray(from: usize, end: usize, shape: usize): usize {
  const slot = load<u8>(shape, 5);
  const item = load<u8>(shape, 7);
  let left = load<i32>(shape, 8);
  let p = skipSpace(from + 1, end);
  if (p < end && load<u8>(p) == CLOSE_BRACKET) return p + 1;
  while (true) {
    if (p < end && load<u8>(p) == OPEN_BRACE) {
      if (left > 0) {
        left--;
        p = scanValue(p, end, slot, item);
      } else {
        flags |= TOO_MANY;
        p = skipValue(p, end);
      }
    } else p = skipValue(p, end);
    if (p == 0) return 0;
    p = skipSpace(p, end);
    if (p >= end) return 0;
    const c = load<u8>(p);
    if (c == CLOSE_BRACKET) return p + 1;
    if (c != COMMA) return 0;
    p = skipSpace(p + 1, end);
  }
}
