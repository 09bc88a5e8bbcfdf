import { setImmediate as nextTurn } from 'node:timers/promises';
import { openRegularFile } from '../platform/regularFile.ts';
import { longestLineBytes } from './lineReader.ts';

/** Of a larger file nobody waits to be told what was said. */
export const largestSaid = 128 * 1024 * 1024;

/** Bytes gone through at once. */
const blockBytes = 1024 * 1024;

/** A line of a file, its newline included. */
export interface FileLine {
  readonly bytes: Buffer;
  readonly start: number;
  readonly stop: number;
}

/** The lines of a file that is held whole, but for those too long to be read. */
export function* linesIn(bytes: Buffer): Generator<FileLine> {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const stop = newline < 0 ? bytes.length : newline + 1;
    if (stop - start <= longestLineBytes) yield { bytes, start, stop };
    start = stop;
  }
}

/**
 * The lines of a file; between two blocks others have the thread. Throws the file system's errors, and a
 * RangeError for a file that is too large.
 */
export async function* linesOfFile(path: string): AsyncGenerator<FileLine> {
  const file = await openRegularFile(path);
  let bytes: Buffer;
  try {
    const { size } = await file.stat();
    if (size > largestSaid) throw new RangeError(`${path} has more than ${largestSaid} bytes`);
    bytes = await file.readFile();
  } finally {
    await file.close();
  }
  let rested = 0;
  for (const line of linesIn(bytes)) {
    yield line;
    if (line.stop - rested < blockBytes) continue;
    rested = line.stop;
    await nextTurn();
  }
}
