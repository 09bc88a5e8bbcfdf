import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { MarkEvent } from '../analysis/marks.ts';

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
export function readMarks(folder: string): { marks: MarkEvent[]; problems: string[] } {
  const file = marksFile(folder);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const none = code === 'ENOENT' || code === 'ENOTDIR';
    const problem = `The marks ${file} cannot be read (${code ?? 'unknown reason'}); no mark counts.`;
    return { marks: [], problems: none ? [] : [problem] };
  }
  const marks: MarkEvent[] = [];
  const bad: number[] = [];
  text.split('\n').forEach((written, index) => {
    if (written.trim() === '') return;
    const parsed = line.safeParse(parse(written));
    if (parsed.success) marks.push(parsed.data);
    else bad.push(index + 1);
  });
  const lines = bad.slice(0, 5).join(', ');
  const problems =
    bad.length === 0
      ? []
      : [`${file}: ${bad.length} lines are no marks and do not count (${lines}).`];
  return { marks, problems };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Adds a start or a stop. A short line is written as a whole, whoever else writes. */
export function addMark(folder: string, event: MarkEvent): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  appendFileSync(marksFile(folder), `${JSON.stringify(event)}\n`, { mode: 0o600 });
}
