import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HumanError } from '../../model/errors.ts';
import { fingerprint } from '../../model/fingerprint.ts';
import { isObject } from '../../model/objects.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { depthVariable, type InstallWishes } from './hookEntries.ts';
import { memberOf, parseJsonText, removePart, valueOf } from './jsonText.ts';
import { ownHandlers, withGuard, withoutGuard } from './settingsEdit.ts';

/** Which of Claude Code's settings: the user's, a project's shared ones, or a project's private ones. */
export type InstallScope = 'user' | 'project' | 'local';

/** A settings file, changed or to be changed. */
export interface SettingsChange {
  readonly file: string;
  /** Undefined where there is no file. */
  readonly before: string | undefined;
  /** Undefined where the file goes. */
  readonly after: string | undefined;
}

/** Where Claude Code looks for settings of a scope. */
export function settingsFile(
  scope: InstallScope,
  { configDir, project }: { readonly configDir: string; readonly project: string },
): string {
  if (scope === 'user') return join(configDir, 'settings.json');
  return join(project, '.claude', scope === 'project' ? 'settings.json' : 'settings.local.json');
}

/** What is remembered of an installation: how to undo it to the letter. */
interface InstallRecord {
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

function backupOf(dataFolder: string, file: string): string {
  return join(dataFolder, `claude-settings-${fingerprint(file)}.json`);
}

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

function remember(
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

/** The change that installs the guard; `before` and `after` are the same where it is there. */
export function planInstall(file: string, wishes: InstallWishes): SettingsChange {
  const before = textOf(file);
  const after = withGuard(before ?? '', file, wishes);
  return { file, before, after };
}

/** The change that takes it out: to the letter what was there, where nothing else has changed since. */
export function planUninstall(file: string, dataFolder: string): SettingsChange {
  const before = textOf(file);
  if (before === undefined) return { file, before, after: undefined };
  const record = readInstalls(dataFolder).find((each) => each.file === file);
  if (record !== undefined && record.written === fingerprint(before)) {
    if (record.backup === '') return { file, before, after: undefined };
    const kept = record.backup === undefined ? undefined : textOf(record.backup);
    if (kept !== undefined) return { file, before, after: kept };
  }
  const without = withoutGuard(before, file);
  return { file, before, after: withoutDepth(without, file, record?.maxHops ?? 0) };
}

/** Takes out the limit of depth, where it is still the one that was added. */
function withoutDepth(text: string, file: string, maxHops: number): string {
  if (maxHops === 0 || text.trim() === '') return text;
  const root = parseJsonText(text, file);
  const env = memberOf(root, 'env')?.node;
  if (root.kind !== 'object' || env?.kind !== 'object') return text;
  const at = env.members.findLastIndex(({ name }) => name === depthVariable);
  if (at < 0 || valueOf(env.members[at]!.node) !== String(maxHops)) return text;
  if (env.members.length > 1) return removePart(text, env, at);
  return removePart(text, root, root.members.findLastIndex(({ name }) => name === 'env'));
}

/** Writes a change that installs, and keeps a copy of what was there. */
export function carryOutInstall(
  change: SettingsChange,
  dataFolder: string,
  wishes: InstallWishes,
  now: number,
): void {
  const { file, before, after } = change;
  const known = readInstalls(dataFolder).find((each) => each.file === file);
  const chained = known !== undefined && before !== undefined && known.written === fingerprint(before);
  let backup = chained ? known.backup : undefined;
  if (!chained && before === undefined) backup = '';
  if (!chained && before !== undefined && ownHandlers(before, file).length === 0) {
    backup = backupOf(dataFolder, file);
    writeFileAtomically(backup, before, 0o600);
  }
  write(change);
  const maxHops = addedDepth(before, after, file, wishes, chained ? known.maxHops : 0);
  remember(dataFolder, file, { file, at: now, written: fingerprint(after ?? ''), backup, maxHops });
}

function addedDepth(
  before: string | undefined,
  after: string | undefined,
  file: string,
  { maxHops }: InstallWishes,
  known: number,
): number {
  const depthIn = (text: string | undefined): unknown => {
    if (text === undefined || text.trim() === '') return undefined;
    const env = memberOf(parseJsonText(text, file), 'env')?.node;
    const own = memberOf(env, depthVariable)?.node;
    return own && valueOf(own);
  };
  return depthIn(before) === undefined && depthIn(after) !== undefined ? maxHops : known;
}

/** Writes a change that takes the guard out, and forgets the installation. */
export function carryOutUninstall(change: SettingsChange, dataFolder: string): void {
  write(change);
  const record = readInstalls(dataFolder).find((each) => each.file === change.file);
  remember(dataFolder, change.file, undefined);
  if (record?.backup) rmSync(record.backup, { force: true });
}

/** Writes what was shown, or nothing: another program may have changed the file since. */
function write({ file, before, after }: SettingsChange): void {
  if (before === after) return;
  const target = existsSync(file) ? realpathSync(file) : file;
  withFileLock(target, () => {
    if (textOf(file) !== before) {
      throw new HumanError('files', `${file} has changed meanwhile; look at the change again.`);
    }
    if (after === undefined) rmSync(target, { force: true });
    else {
      mkdirSync(dirname(target), { recursive: true });
      // Its user's rights stay; settings may hold keys.
      const mode = before === undefined ? 0o600 : statSync(target).mode & 0o777;
      writeFileAtomically(target, after, mode);
    }
  });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HumanError('files', `${file} cannot be read (${code ?? 'unknown reason'}).`);
  }
}
