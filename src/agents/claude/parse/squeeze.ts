import { skipString } from '../scan/jsonScanner.ts';

/** Bytes kept of a string: more than any id, name or path takes with every character escaped. */
const keptBytes = 4096;

/** Values in one record, and bytes of it without its long texts; real ones have a few hundred. */
export const mostValues = 200_000;
const mostBytes = 8 * 1024 * 1024;

const quote = 0x22;
const backslash = 0x5c;

/**
 * The record at [start, end) with its long strings cut, so that parsing takes little memory however
 * long the line is: nearly all of it is text that nobody counts. Undefined where it has too many
 * values for a record.
 */
export function squeezed(buf: Buffer, start: number, end: number): Buffer | undefined {
  const pieces: Buffer[] = [];
  let values = 0;
  let bytes = 0;
  let copied = start;
  const copy = (to: number): void => {
    if (to > copied) pieces.push(buf.subarray(copied, to));
    bytes += to - copied;
  };
  for (let i = start; i < end; ) {
    const c = buf[i++]!;
    // Every value but the first stands behind a comma or an opening bracket.
    if (c === 0x2c || c === 0x5b || c === 0x7b) {
      if (++values > mostValues) return undefined;
    }
    if (c !== quote) continue;
    const stop = skipString(buf, i, end);
    if (stop < 0) break;
    if (stop - i > keptBytes) {
      copy(characterEnd(buf, i, i + keptBytes));
      copied = stop - 1;
      if (bytes > mostBytes) return undefined;
    }
    i = stop;
  }
  copy(end);
  return bytes > mostBytes ? undefined : Buffer.concat(pieces);
}

/** The last place at or before `to` at which a string that begins at `from` may be cut. */
function characterEnd(buf: Buffer, from: number, to: number): number {
  let at = to;
  // Not inside a character of several bytes.
  while (at > from && (buf[at]! & 0xc0) === 0x80) at--;
  // Nor inside an escape, which begins at an odd one of several backslashes: at most six bytes back.
  for (let back = 1; back <= 6 && at - back >= from; back++) {
    if (buf[at - back] !== backslash) continue;
    let slashes = 1;
    while (at - back - slashes >= from && buf[at - back - slashes] === backslash) slashes++;
    const begin = slashes % 2 === 1 ? at - back : -1;
    if (begin < 0) return at;
    const length = buf[begin + 1] === 0x75 ? 6 : 2;
    return begin + length > at ? begin : at;
  }
  return at;
}
