import { stringAt } from '../scan/jsonScanner.ts';

/** Longer values are not kept: they would stay in memory behind their line. */
const longestKept = 4096;

/**
 * Decodes a value that rarely changes from record to record (session, directory, branch): compares
 * bytes with the last one and makes a new string only when they differ.
 */
export class ByteCache {
  /** The last value's bytes, of which a longer one had more. */
  #bytes: Buffer = Buffer.alloc(0);
  #length = -1;
  #text = '';

  /** The string at [start, stop), '' when there is none. */
  read(buf: Buffer, start: number, stop: number): string {
    if (start < 0) return '';
    const length = stop - start;
    if (length > longestKept) return bounded(stringAt(buf, start, stop) ?? '');
    if (this.#length === length && sameBytes(this.#bytes, length, buf, start)) return this.#text;
    if (length > this.#bytes.length) this.#bytes = Buffer.alloc(Math.max(32, 2 * length));
    for (let i = 0; i < length; i++) this.#bytes[i] = buf[start + i]!;
    this.#length = length;
    this.#text = bounded(stringAt(buf, start, stop) ?? '');
    return this.#text;
  }
}

/** Whether the first bytes of `known` stand at `start`. Values are short, so a loop beats a call into native code. */
function sameBytes(known: Uint8Array, length: number, buf: Uint8Array, start: number): boolean {
  for (let i = length - 1; i >= 0; i--) if (known[i] !== buf[start + i]) return false;
  return true;
}

/** Longest id, path or name taken from a transcript. */
const longest = 400;

/** Cuts what nobody writes by honest means, so that one hostile field cannot fill the store. */
export function bounded(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
