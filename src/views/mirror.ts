import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from 'vscode';
import { isObject } from '../model/objects.ts';
import { sharedKeys } from './settings.ts';

interface Mirrored {
  readonly revision?: unknown;
  readonly settings?: unknown;
}

/**
 * Writes the user's settings into the data folder, where the terminal reads them. Only what the
 * user has set is written, a workspace's wishes are not; keys of another version are kept. The file
 * is replaced as a whole, so nobody reads half of it.
 */
export function mirrorSettings(folder: string): void {
  const file = join(folder, 'config.json');
  const before = readMirrored(file);
  const known = isObject(before.settings) ? before.settings : {};
  const settings: Record<string, unknown> = { ...known };
  const config = workspace.getConfiguration();
  for (const key of sharedKeys) {
    const value: unknown = config.inspect(key)?.globalValue;
    if (value === undefined) delete settings[key];
    else settings[key] = value;
  }
  if (JSON.stringify(settings) === JSON.stringify(known)) return;
  const revision = typeof before.revision === 'number' ? before.revision + 1 : 1;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify({ revision, settings }, null, 2)}\n`, { mode: 0o600 });
  renameSync(part, file);
}

function readMirrored(file: string): Mirrored {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(value) ? value : {};
  } catch {
    // Not there yet, or no JSON: then it is written anew.
    return {};
  }
}
