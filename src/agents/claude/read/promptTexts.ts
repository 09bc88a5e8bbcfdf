import { readRegular } from '../../../platform/regularFile.ts';
import { firstWords } from '../parse/promptWords.ts';
import { isJsonObject, text } from '../parse/usage.ts';

/** A longer line is no prompt of a person's: it carries a tool's result or a picture. */
const longestLine = 64 * 1024;
/** Larger files are left out: what they say is not worth the wait. */
const largestFile = 64 * 1024 * 1024;

/**
 * What a person asked for in the main thread of a transcript, by the id of the prompt (its `promptId`,
 * else the record's uuid). Nothing for a file that is gone or too large.
 */
export function promptTexts(path: string): Map<string, string> {
  const found = new Map<string, string>();
  const bytes = bytesOf(path);
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    if (end - start < longestLine) {
      const prompt = promptOf(bytes.subarray(start, end));
      if (prompt !== undefined && !found.has(prompt.id)) found.set(prompt.id, prompt.words);
    }
    start = end + 1;
  }
  return found;
}

function bytesOf(path: string): Buffer {
  try {
    return readRegular(path, largestFile);
  } catch {
    return Buffer.alloc(0);
  }
}

const userMark = Buffer.from('"user"');

function promptOf(line: Buffer): { id: string; words: string } | undefined {
  // Most lines are no user's: they need not be parsed.
  if (!line.includes(userMark)) return undefined;
  const record = parse(line);
  if (record?.type !== 'user' || record.isSidechain === true) return undefined;
  if (record.isMeta === true || record.isCompactSummary === true) return undefined;
  const id = text(record.promptId) || text(record.uuid);
  const words = isJsonObject(record.message) ? firstWords(record.message.content) : '';
  return id === '' || words === '' ? undefined : { id, words };
}

function parse(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
