import { openRegularFile } from '../platform/regularFile.ts';
import type { Excerpt } from './agentLog.ts';

/** Lines of an excerpt before and after the wanted one. */
const linesAround = 60;
/** Characters of a line an excerpt shows. */
const longestLine = 4_000;
/** Bytes looked through on either side for the lines around. */
const reachBytes = 8 * 1024 * 1024;

/** The lines around a place of a file (bytes before the line), each cut to what can be looked at. */
export async function readExcerpt(path: string, offset: number): Promise<Excerpt> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, offset - reachBytes);
    const to = Math.min(size, offset + reachBytes);
    const bytes = Buffer.allocUnsafe(to - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const before = linesBefore(bytes.subarray(0, offset - from), from > 0);
    const after = linesAfter(bytes.subarray(offset - from, bytesRead));
    return { lines: [...before, ...after].map(cutLine), wanted: before.length };
  } finally {
    await file.close();
  }
}

/** The last lines of what stands before a line; the first of all may be torn and is left out. */
function linesBefore(bytes: Buffer, torn: boolean): Buffer[] {
  const lines: Buffer[] = [];
  let end = bytes.length - 1;
  while (end > 0 && lines.length < linesAround) {
    const newline = bytes.lastIndexOf(0x0a, end - 1);
    if (newline < 0 && torn) break;
    lines.unshift(bytes.subarray(newline + 1, end));
    end = newline;
  }
  return lines;
}

function linesAfter(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length && lines.length <= linesAround; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function cutLine(bytes: Buffer): { text: string; cut: number } {
  // Up to four bytes a character: no more than this is ever needed.
  const text = bytes.subarray(0, longestLine * 4).toString('utf8');
  const shown = text.slice(0, longestLine);
  return { text: shown, cut: bytes.length - Buffer.byteLength(shown) };
}
