import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { HumanError } from '../model/errors.ts';

/**
 * Reads a secret from a file for its owner alone: nobody types or prints them. `what` names the file in a sentence,
 * `kind` what is in it. Throws a `HumanError` for one that others can read.
 */
export function readSecret(file: string, what: string, kind = 'connection string'): string {
  const path = resolve(file);
  let text: string;
  let mode: number;
  try {
    text = readFileSync(path, 'utf8').trim();
    ({ mode } = statSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('usage', `${what}, ${path}, cannot be read (${code}).`);
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new HumanError(
      'usage',
      `${path} holds a secret and can be read by others. Make it yours alone (chmod 600) and try again.`,
    );
  }
  if (text === '' || text.includes('\n') || text.length > 4096) {
    throw new HumanError('usage', `${path} is no ${kind} in one line.`);
  }
  return text;
}
