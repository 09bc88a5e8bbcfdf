import { readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { HumanError } from '../model/errors.ts';
import { isObject } from '../model/objects.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { writeFileAtomically } from '../platform/partFile.ts';
import {
  isObjectText,
  memberText,
  withMember,
  withMemberText,
  withoutMember,
} from '../text/jsonMember.ts';
import { type InstallRecord, installFile, readInstall, settingsBackup } from './installRecord.ts';

const key = 'statusLine';

/** How often Claude Code asks for the line while nothing happens, in seconds. */
const refreshSeconds = 10;

/** What is to be changed in which file; `before` is undefined where there is no file. */
export interface SettingsChange {
  readonly file: string;
  readonly before: string | undefined;
  /** Undefined: the file goes. */
  readonly after: string | undefined;
  readonly record: InstallRecord | undefined;
}

/** The change that makes `command` the status line of a settings file; undefined where it is that already. */
export function installChange(
  file: string,
  command: string,
  { chain, folder }: { readonly chain: boolean; readonly folder: string },
): SettingsChange | undefined {
  const before = textOf(file);
  const text = before ?? '{}\n';
  if (!isObjectText(text)) throw notOurs(file);
  const written = memberText(text, key);
  const present = written === undefined ? undefined : valueIn(written);
  const earlier = readInstall(folder);
  if (earlier !== undefined && earlier.file !== file) {
    throw new HumanError(
      'usage',
      `Outlay's status line is installed in ${earlier.file}. "outlay statusline uninstall" takes it out there first.`,
    );
  }
  const isOurs = earlier !== undefined && commandOf(present) === earlier.command;
  // Installed anew, what was there before Outlay stays what it was.
  const theirs = isOurs ? earlier.chain : commandOf(present);
  const chained = chain && theirs !== undefined;
  const whole = chained ? `${command} --chain` : command;
  if (isOurs && commandOf(present) === whole) return undefined;
  const value = {
    ...(isObject(present) && present),
    type: 'command',
    command: whole,
    refreshInterval: intervalOf(present),
  };
  // What is installed anew is taken out first, so that what is added is known exactly.
  const base =
    isOurs && earlier.before === undefined ? withoutMember(text, key, earlier.added) : text;
  const changed = base === undefined ? undefined : withMember(base, key, value);
  if (changed === undefined) throw notOurs(file);
  const replaced = isOurs ? earlier.before : written;
  const undo = {
    ...(replaced !== undefined && { before: replaced }),
    ...(changed.added !== undefined && { added: changed.added }),
    created: isOurs ? earlier.created : before === undefined,
  };
  return {
    file,
    before,
    after: changed.text,
    record: { file, command: whole, ...undo, ...(chained && { chain: theirs }) },
  };
}

/** The change that undoes an installation; undefined where there is nothing of Outlay's. */
export function uninstallChange(folder: string): SettingsChange | undefined {
  const record = readInstall(folder);
  if (record === undefined) return undefined;
  const { file, before: value, added, created } = record;
  const before = textOf(file);
  const written = before === undefined ? undefined : memberText(before, key);
  if (before === undefined || written === undefined) {
    return { file, before, after: before, record: undefined };
  }
  // Somebody put another one there since: it is theirs.
  if (commandOf(valueIn(written)) !== record.command) {
    return { file, before, after: before, record: undefined };
  }
  const after =
    value === undefined ? withoutMember(before, key, added) : withMemberText(before, key, value);
  if (after === undefined) throw notOurs(file);
  const isEmpty = created && /^\s*\{\s*\}\s*$/.test(after);
  return { file, before, after: isEmpty ? undefined : after, record: undefined };
}

/** Makes a change, unless the file is no longer what it was when the change was shown. */
export function makeChange({ file, before, after, record }: SettingsChange, folder: string): void {
  withFileLock(installFile(folder), () => {
    if (textOf(file) !== before) {
      throw new HumanError(
        'files',
        `${file} has just been changed: nothing is written. Try again.`,
      );
    }
    if (record !== undefined) {
      if (before !== undefined) writeFileAtomically(settingsBackup(folder), before, 0o600);
      // First what undoes it: whatever ends this program, it can be undone.
      writeFileAtomically(installFile(folder), `${JSON.stringify(record, null, 2)}\n`, 0o600);
    }
    if (after === undefined) rmSync(file, { force: true });
    else if (after !== before) writeFileAtomically(realFile(file), after, modeOf(file));
    if (record === undefined) {
      rmSync(installFile(folder), { force: true });
      rmSync(settingsBackup(folder), { force: true });
    }
  });
}

/** A link stays one: what it leads to is written. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function modeOf(file: string): number {
  return (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
}

function intervalOf(present: unknown): number {
  const own = isObject(present) ? present.refreshInterval : undefined;
  return typeof own === 'number' && own >= 1 ? own : refreshSeconds;
}

function commandOf(value: unknown): string | undefined {
  const command = isObject(value) && value.type === 'command' ? value.command : undefined;
  return typeof command === 'string' && command.trim() !== '' ? command : undefined;
}

function valueIn(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

/** Undefined for no file. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new HumanError('files', `${file} cannot be read (${code ?? 'unknown reason'}).`);
  }
}

function notOurs(file: string): HumanError {
  return new HumanError(
    'config',
    `${file} is no JSON with an object in it, so nothing is written into it. Repair it first.`,
  );
}
