import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../model/fingerprint.ts';
import { isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { writeFileAtomically } from '../platform/partFile.ts';

/** What is remembered of an installation: how to undo it to the letter. */
export interface InstallRecord {
  readonly file: string;
  /** UTC milliseconds. */
  readonly at: number;
  /** Fingerprint of what was written. */
  readonly written: string;
  /** The copy of what was there; '' where there was no file, undefined where it had our hooks in it. */
  readonly backup: string | undefined;
  /** The limit of depth that was added. */
  readonly maxHops: number;
}

/** File of the data folder that says where the guard is installed. */
export function installsFile(dataFolder: string): string {
  return join(dataFolder, 'guard-installs.json');
}

/** Names of the copies of settings in the data folder. */
export const backupPattern = /^claude-settings-[0-9a-f]{16}\.json$/;

/** Where the copy of a settings file is kept. */
export function backupOf(dataFolder: string, file: string): string {
  return join(dataFolder, `claude-settings-${fingerprint(file)}.json`);
}

/** The installations that are remembered. */
export function readInstalls(dataFolder: string): InstallRecord[] {
  try {
    const value: unknown = JSON.parse(readFileSync(installsFile(dataFolder), 'utf8'));
    const list = isObject(value) && Array.isArray(value.installs) ? value.installs : [];
    return list.filter(isRecord);
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is InstallRecord {
  if (!isObject(value)) return false;
  const { file, at, written, backup, maxHops } = value;
  return (
    typeof file === 'string' &&
    typeof at === 'number' &&
    typeof written === 'string' &&
    typeof maxHops === 'number' &&
    (backup === undefined || typeof backup === 'string')
  );
}

/** Writes down an installation, or that there is none any more. */
export function rememberInstall(
  dataFolder: string,
  file: string,
  record: InstallRecord | undefined,
): void {
  const path = installsFile(dataFolder);
  withFileLock(path, () => {
    const others = readInstalls(dataFolder).filter((each) => each.file !== file);
    const installs = record === undefined ? others : [...others, record];
    if (installs.length === 0) rmSync(path, { force: true });
    else writeFileAtomically(path, `${JSON.stringify({ installs }, null, 2)}\n`, 0o600);
  });
}

/** Whether the guard is in any settings of Claude Code, for whoever says what a budget does. */
export function isGuardInstalled(dataFolder: string): boolean {
  return readInstalls(dataFolder).some(({ file }) => {
    try {
      const text = readFileSync(file, 'utf8');
      return text.includes('"guard"') && text.includes('outlay');
    } catch {
      return false;
    }
  });
}
