import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { backupOf, readInstalls, rememberInstall } from '../../dataFolder/guardInstalls.ts';
import {
  dropPlace,
  newPlace,
  readPlace,
  readServerNote,
  type ServerPlace,
  writePlace,
} from '../../dataFolder/guardServer.ts';
import { HumanError } from '../../model/errors.ts';
import { fingerprint } from '../../model/fingerprint.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { readUserFile, targetOf, writeUserFile } from '../../platform/userFile.ts';
import { depthVariable, type InstallWishes, portOf } from './hookEntries.ts';
import { memberOf, parseJsonText, plainValue, removePart } from './jsonText.ts';
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

/**
 * Where a server is asked, if one is wished for: the place that is known unless another program has it,
 * else a new one, which is written down with the change. A project's shared settings are of other machines too, where nobody listens.
 */
export function serverFor(
  transport: 'process' | 'http',
  scope: InstallScope,
  dataFolder: string,
): ServerPlace | undefined {
  if (transport === 'process') return undefined;
  if (scope === 'project') {
    throw new HumanError(
      'usage',
      "A server of this machine cannot stand in a project's shared settings. Install it for the user or locally, or with processes.",
    );
  }
  const taken = readServerNote(dataFolder)?.portTaken === true;
  return (taken ? undefined : readPlace(dataFolder)) ?? newPlace();
}

/** The change that installs the guard; `before` and `after` are the same where it is there. */
export function planInstall(file: string, wishes: InstallWishes): SettingsChange {
  const before = readUserFile(file);
  const after = withGuard(before ?? '', file, wishes);
  return { file, before, after };
}

/** The change that takes it out: to the letter what was there, where nothing else has changed since. */
export function planUninstall(file: string, dataFolder: string): SettingsChange {
  const before = readUserFile(file);
  if (before === undefined) return { file, before, after: undefined };
  const record = readInstalls(dataFolder).find((each) => each.file === file);
  if (record !== undefined && record.written === fingerprint(before)) {
    if (record.backup === '') return { file, before, after: undefined };
    const kept = record.backup === undefined ? undefined : readUserFile(record.backup);
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
  if (at < 0 || plainValue(env.members[at]!.node) !== String(maxHops)) return text;
  if (env.members.length > 1) return removePart(text, env, at);
  return removePart(
    text,
    root,
    root.members.findLastIndex(({ name }) => name === 'env'),
  );
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
  const chained =
    known !== undefined && before !== undefined && known.written === fingerprint(before);
  let backup = chained ? known.backup : undefined;
  if (!chained && before === undefined) backup = '';
  if (!chained && before !== undefined && ownHandlers(before, file).length === 0) {
    backup = backupOf(dataFolder, file);
    writeFileAtomically(backup, before, 0o600);
  }
  if (wishes.server !== undefined) writePlace(dataFolder, wishes.server);
  write(change);
  const maxHops = addedDepth(before, after, file, wishes, chained ? known.maxHops : 0);
  rememberInstall(dataFolder, file, {
    file,
    at: now,
    written: fingerprint(after ?? ''),
    backup,
    maxHops,
  });
  forgetUnusedPlace(dataFolder);
}

/** Without settings that name it, the server has nobody to answer: it ends once its place is gone. */
function forgetUnusedPlace(dataFolder: string): void {
  const used = readInstalls(dataFolder).some(({ file }) => {
    try {
      return ownHandlers(readUserFile(file) ?? '', file).some(
        ({ handler }) => portOf(handler) !== undefined,
      );
    } catch {
      // A file that cannot be read may name it.
      return true;
    }
  });
  if (!used) dropPlace(dataFolder);
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
    return own && plainValue(own);
  };
  return depthIn(before) === undefined && depthIn(after) !== undefined ? maxHops : known;
}

/** Writes a change that takes the guard out, and forgets the installation. */
export function carryOutUninstall(change: SettingsChange, dataFolder: string): void {
  write(change);
  const record = readInstalls(dataFolder).find((each) => each.file === change.file);
  rememberInstall(dataFolder, change.file, undefined);
  if (record?.backup) rmSync(record.backup, { force: true });
  forgetUnusedPlace(dataFolder);
}

/** Writes what was shown, or nothing: another program may have changed the file since. */
function write({ file, before, after }: SettingsChange): void {
  if (before === after) return;
  withFileLock(targetOf(file), () => {
    if (readUserFile(file) !== before) {
      throw new HumanError('files', `${file} has changed meanwhile; look at the change again.`);
    }
    writeUserFile(file, before, after);
  });
}
