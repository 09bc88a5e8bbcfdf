import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HumanError } from '../model/errors.ts';
import { writeFileAtomically } from './partFile.ts';

/** The text of a file that is somebody's own; undefined where there is none. Throws a `HumanError`. */
export function readUserFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HumanError('files', `${file} cannot be read (${code ?? 'unknown reason'}).`);
  }
}

/** What a path stands for: a link stays one, and what it leads to is written. */
export function targetOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** Writes such a file, which had the text `before`, or removes it; undefined stands for no file. */
export function writeUserFile(
  file: string,
  before: string | undefined,
  after: string | undefined,
): void {
  const target = targetOf(file);
  if (after === undefined) {
    rmSync(target, { force: true });
    return;
  }
  mkdirSync(dirname(target), { recursive: true });
  // Its user's rights stay; settings may hold keys.
  const mode = before === undefined ? 0o600 : statSync(target).mode & 0o777;
  writeFileAtomically(target, after, mode);
}
