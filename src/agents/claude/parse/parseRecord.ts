import { isObject, skipSpace, skipValue } from '../scan/jsonScanner.ts';
import { squeezed } from './squeeze.ts';
import { isJsonObject } from './usage.ts';

/** Bytes of a line that are parsed as they are. */
export const longestParsed = 64 * 1024;

/** A line that is JSON but no object. A long one is told by its structure: parsed it would fill the memory. */
export function isOtherJson(buf: Buffer, start: number, end: number): boolean {
  if (isObject(buf, start)) return false;
  if (end - start > longestParsed) {
    const stop = skipValue(buf, start, end);
    return stop > 0 && skipSpace(buf, stop, end) === end;
  }
  const value = tryParse(buf.toString('utf8', start, end));
  return value !== undefined && !isJsonObject(value);
}

/** Parses a record; undefined where it is none. Long texts in it are cut. */
export function parseRecord(
  buf: Buffer,
  start: number,
  end: number,
): Record<string, unknown> | 'too many parts' | undefined {
  const bytes = end - start > longestParsed ? squeezed(buf, start, end) : buf.subarray(start, end);
  if (bytes === undefined) return 'too many parts';
  const json = bytes.toString('utf8');
  // Some writers leave control characters in strings as they are; none of those matter here.
  const value = tryParse(json) ?? tryParse(json.replace(/\p{Cc}/gu, ' '));
  return isJsonObject(value) ? value : undefined;
}

/** The same for records in which no spend stands: one that has too much in it says nothing. */
export function parseObject(
  buf: Buffer,
  start: number,
  end: number,
): Record<string, unknown> | undefined {
  const record = parseRecord(buf, start, end);
  return record === 'too many parts' ? undefined : record;
}

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
