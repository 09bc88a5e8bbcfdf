import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HumanError } from '../../model/errors.ts';

/** What became of the files of a drop folder. */
export interface DropOutcome {
  readonly done: number;
  readonly added: number;
  readonly known: number;
  /** Files that hold something else; they stand in `rejected` now. */
  readonly refusals: readonly string[];
}

/** A file whose last line is not ended may still be being written, for so long. */
const unfinishedMs = 10_000;

/**
 * Takes in every `.jsonl` and `.json` of a folder. A file is moved to `done` after its events are
 * kept: whoever is stopped between the two takes them in again, and the same key counts once. What
 * holds no events goes to `rejected`, and none of it counts.
 */
export function takeIn(
  folder: string,
  now: number,
  keep: (text: string, name: string) => { added: number; known: number },
): DropOutcome {
  let [done, added, known] = [0, 0, 0];
  const refusals: string[] = [];
  for (const file of waitingFiles(folder)) {
    const text = wholeText(file, now);
    if (text === undefined) continue;
    try {
      const kept = keep(text, basename(file));
      move(file, join(folder, 'done'));
      done += 1;
      added += kept.added;
      known += kept.known;
    } catch (error) {
      if (!(error instanceof HumanError) || error.reason !== 'usage') throw error;
      move(file, join(folder, 'rejected'));
      refusals.push(error.message);
    }
  }
  return { done, added, known, refusals };
}

function waitingFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[^.].*\.jsonl?$/.test(entry.name))
      .map(({ name }) => join(folder, name))
      .sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('files', `The folder ${folder} cannot be read (${code}).`);
  }
}

/** The text of a file; undefined while it is being written, and when somebody else was faster. */
function wholeText(file: string, now: number): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const young = now - statSync(file).mtimeMs < unfinishedMs;
    const torn = text !== '' && !text.endsWith('\n') && ![text, lastLine(text)].some(isJson);
    return young && torn ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Moves a file into a folder; one of the same name there is not replaced. */
function move(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const name = basename(file);
  const taken = new Set(readdirSync(folder));
  let target = name;
  for (let i = 2; taken.has(target); i++) target = name.replace(/(\.jsonl?)$/, `.${i}$1`);
  try {
    renameSync(file, join(folder, target));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
