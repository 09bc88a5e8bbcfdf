import { readFileSync } from 'node:fs';
import { HumanError } from '../model/errors.ts';
import { isObject } from '../model/objects.ts';
import { writeFileAtomically } from '../platform/partFile.ts';

/**
 * `config.json` in the data folder: `{ revision, settings, budgets }`. The editor writes the settings,
 * the terminal the budgets; each keeps the other's part, and parts of versions to come.
 */
export type ConfigContent = Readonly<Record<string, unknown>>;

/** Retries of the optimistic lock. */
const mostTries = 5;

/**
 * Changes the file as a whole: nobody reads half of it, and a change somebody else made meanwhile
 * is read again first. `change` gives undefined where nothing is to be written. What is there and
 * is no JSON is an error, unless `anew` says that it may go.
 */
export function updateConfig(
  file: string,
  change: (content: ConfigContent) => ConfigContent | undefined,
  { anew = false }: { readonly anew?: boolean } = {},
): boolean {
  for (let tries = 1; ; tries += 1) {
    const before = readContent(file, anew);
    const changed = change(before);
    if (changed === undefined) return false;
    const known = revisionOf(before);
    if (tries < mostTries && revisionOf(readContent(file, anew)) !== known) continue;
    const content = Object.assign({ revision: 0 }, changed, { revision: known + 1 });
    writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`, 0o600);
    return true;
  }
}

function revisionOf({ revision }: ConfigContent): number {
  return typeof revision === 'number' ? revision : 0;
}

function readContent(file: string, anew: boolean): ConfigContent {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (anew || code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw new HumanError('files', `${file} cannot be read (${code ?? 'unknown reason'}).`);
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  if (anew) return {};
  throw new HumanError(
    'config',
    `${file} is not JSON with an object in it, so nothing is written into it. Repair or remove it first.`,
  );
}
