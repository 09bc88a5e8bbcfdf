import { join } from 'node:path';
import * as z from 'zod/mini';
import type { TimeTagEvent } from '../analysis/spend/timeTags.ts';
import { addLines, firstLines, readLines } from '../platform/jsonLines.ts';

/** Starts and stops of marks, one JSON object a line, in the data folder. Lines are only ever added. */
export function marksFile(folder: string): string {
  return join(folder, 'marks.jsonl');
}

const line = z.object({
  name: z.string().check(z.minLength(1), z.maxLength(80)),
  kind: z.enum(['start', 'stop']),
  at: z.number().check(z.nonnegative()),
  session: z.optional(z.string()),
});

/** The marks written so far; lines that are none are named. No file is no problem. */
export function readTimeTags(folder: string): { marks: TimeTagEvent[]; problems: string[] } {
  const file = marksFile(folder);
  const { entries, bad, unreadable } = readLines(file, line);
  if (unreadable !== undefined) {
    const problem = `The marks ${file} cannot be read (${unreadable}); no mark counts.`;
    return { marks: [], problems: [problem] };
  }
  const problem = `${file}: ${bad.length} lines are no marks and do not count (${firstLines(bad)}).`;
  return { marks: entries, problems: bad.length === 0 ? [] : [problem] };
}

/** Adds a start or a stop. */
export function appendTimeTag(folder: string, event: TimeTagEvent): void {
  addLines(marksFile(folder), [event]);
}
