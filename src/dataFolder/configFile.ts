import { readFileSync } from 'node:fs';
import { HumanError } from '../model/errors.ts';
import { isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import { keepBroken } from '../platform/setAsideFile.ts';

/**
 * `config.json` in the data folder: `{ revision, settings, budgets }`. The editor writes the settings,
 * the terminal the budgets; each keeps the other's part, and parts of versions to come.
 */
export type ConfigContent = Readonly<Record<string, unknown>>;

/** Retries of the optimistic lock: versions before 0.6 take no lock. */
const mostTries = 20;

/**
 * Changes the file as a whole, under its lock: nobody reads half of it, and no change is lost. `change`
 * gives undefined where nothing is to be written. What is there and is no JSON is an error; with
 * `onBroken` it is kept under another name, which is told, and the file is begun anew.
 */
export function updateConfig(
  file: string,
  change: (content: ConfigContent) => ConfigContent | undefined,
  { onBroken }: { readonly onBroken?: (keptAs: string) => void } = {},
): boolean {
  // Where there is nothing to change nothing is made, not even a lock: the folder may be read-only.
  const seen = contentOf(textOf(file));
  if (seen !== undefined && change(seen) === undefined) return false;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const outcome = withFileLock(file, (isHeld) => {
      const text = textOf(file);
      const before = contentOf(text);
      if (before === undefined && onBroken === undefined) throw brokenFile(file);
      const changed = change(before ?? {});
      if (changed === undefined) return 'unchanged';
      if (!isHeld() || textOf(file) !== text) return 'again';
      if (before === undefined) onBroken?.(keepBroken(file));
      const content = Object.assign({ revision: 0 }, changed, {
        revision: revisionOf(before ?? {}) + 1,
      });
      writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`, 0o600);
      return 'written';
    });
    if (outcome !== 'again') return outcome === 'written';
  }
  throw new HumanError('files', `${file} is changed all the time by another program. Try again.`);
}

function revisionOf({ revision }: ConfigContent): number {
  return typeof revision === 'number' ? revision : 0;
}

/** '' for no file. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new HumanError('files', `${file} cannot be read (${code ?? 'unknown reason'}).`);
  }
}

/** What a file's text says; undefined where it is no JSON with an object in it. */
function contentOf(text: string): ConfigContent | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function brokenFile(file: string): HumanError {
  return new HumanError(
    'config',
    `${file} is not JSON with an object in it, so nothing is written into it. Repair or remove it first.`,
  );
}
