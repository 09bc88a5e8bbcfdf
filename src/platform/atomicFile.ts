import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HumanError } from '../model/errors.ts';

/** Writes a file so that a reader finds the old content or the new, never half of it. */
export function writeFileAtomically(file: string, content: string, mode: number): void {
  const part = `${file}.${process.pid}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(part, content, { mode });
    renameSync(part, file);
  } catch (error) {
    if (existsSync(part)) rmSync(part);
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('files', `${file} cannot be written (${code}).`, { cause: error });
  }
}
