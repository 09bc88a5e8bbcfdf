import { stringAt } from '../scan/jsonScanner.ts';

/** Longer values are not kept: they would stay in memory behind their line. */
const longestKept = 4096;

/**
 * Decodes a value that rarely changes from record to record (session, directory, branch): compares
 * bytes with the last one and makes a new string only when they differ.
 */
export class ByteCache {
  #bytes: Buffer = Buffer.alloc(0);
  #text = '';

  /** The string at [start, stop), '' when there is none. */
  read(buf: Buffer, start: number, stop: number): string {
    if (start < 0) return '';
    const length = stop - start;
    if (length > longestKept) return bounded(stringAt(buf, start, stop) ?? '');
    const known = this.#bytes;
    if (known.length === length && sameBytes(known, buf, start)) return this.#text;
    this.#bytes = Buffer.from(buf.subarray(start, stop));
    this.#text = bounded(stringAt(buf, start, stop) ?? '');
    return this.#text;
  }
}

/** Whether `known` stands at `start`. Values are short, so a loop beats a call into native code. */
function sameBytes(known: Uint8Array, buf: Uint8Array, start: number): boolean {
  for (let i = known.length - 1; i >= 0; i--) if (known[i] !== buf[start + i]) return false;
  return true;
}

/** Longest id, path or name taken from a transcript. */
const longest = 400;

/** Cuts what nobody writes by honest means, so that one hostile field cannot fill the store. */
export function bounded(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
