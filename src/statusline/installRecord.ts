import { join } from 'node:path';
import { isObject } from '../model/objects.ts';
import { readRegular } from '../platform/regularFile.ts';

/** What was changed in the user's settings of Claude Code, so that it can be undone. */
export interface InstallRecord {
  /** The settings file. */
  readonly file: string;
  /** The command Outlay put there. */
  readonly command: string;
  /** The status line's value that was there, as it was written; undefined where there was none. */
  readonly before?: string;
  /** Text that was added where there was none: taken out, the file is as it was. */
  readonly added?: string;
  /** There was no file. */
  readonly created: boolean;
  /** The command that was there, which is run as well. */
  readonly chain?: string;
}

/** File of the data folder that says what `outlay statusline install` changed. */
export function installFile(dataFolder: string): string {
  return join(dataFolder, 'statusline-install.json');
}

/** File of the data folder with the settings as they were before. */
export function settingsBackup(dataFolder: string): string {
  return join(dataFolder, 'claude-settings.statusline.bak.json');
}

/** What was installed; undefined where nothing was, or the file is not ours. */
export function readInstall(dataFolder: string): InstallRecord | undefined {
  try {
    const text = readRegular(installFile(dataFolder), 1_000_000).toString('utf8');
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const { file, command, before, added, created, chain } = value;
    const texts = [before, added, chain].every(
      (each) => each === undefined || typeof each === 'string',
    );
    if (typeof file !== 'string' || typeof command !== 'string' || !texts) return undefined;
    return { ...value, file, command, created: created === true };
  } catch {
    return undefined;
  }
}
