import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type * as z from 'zod/mini';
import { HumanError } from '../model/errors.ts';
import { jsonOf } from './jsonFile.ts';

/** What a file of one JSON object a line holds. */
export interface ReadLines<T> {
  readonly entries: T[];
  /** Numbers of the lines that are none of these objects, counted from 1. */
  readonly bad: readonly number[];
  /** Why the file cannot be read, as the system says it; undefined where it can, or is not there. */
  readonly unreadable: string | undefined;
}

/** Reads such a file. Lines that do not fit are numbered, the others count; no file is no problem. */
export function readLines<T>(file: string, schema: z.ZodMiniType<T>): ReadLines<T> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const none = code === 'ENOENT' || code === 'ENOTDIR';
    return { entries: [], bad: [], unreadable: none ? undefined : (code ?? 'unknown reason') };
  }
  const entries: T[] = [];
  const bad: number[] = [];
  text.split('\n').forEach((written, index) => {
    if (written === '') return;
    const parsed = schema.safeParse(jsonOf(written));
    if (parsed.success) entries.push(parsed.data);
    else bad.push(index + 1);
  });
  return { entries, bad, unreadable: undefined };
}

/** The first of some line numbers, for a sentence. */
export function firstLines(bad: readonly number[]): string {
  return bad.slice(0, 5).join(', ');
}

/** That lines do not fit and are left out; `noun` is what each of them is not: `snapshot`. */
export function leftOutText(file: string, bad: readonly number[], noun: string): string {
  return bad.length === 1
    ? `${file}: line ${firstLines(bad)} is not a ${noun} and is left out.`
    : `${file}: lines ${firstLines(bad)} are not ${noun}s and are left out.`;
}

/** Adds objects, a line each, as a whole, whoever else writes; behind a torn line a new one begins. */
export function addLines(file: string, entries: readonly object[]): void {
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, endsTorn(file) ? `\n${text}` : text, { mode: 0o600 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('files', `${file} cannot be written (${code}).`, { cause: error });
  }
}

/** Whether somebody was stopped in the middle of a line. */
function endsTorn(file: string): boolean {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return false;
  }
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
  } finally {
    closeSync(fd);
  }
}
