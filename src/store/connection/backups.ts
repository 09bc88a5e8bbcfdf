import { constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dayMs } from '../../model/calendar.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { partName } from '../../platform/partName.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { copyDatabase } from '../schema/migrations.ts';
import { filesOfStore, removeDeadCopies } from './storeFiles.ts';

/** Backups kept beside the store. */
const backupsKept = 2;
/** Time between two backups. */
export const backupEveryMs = 7 * 24 * 3_600_000;

/** What happened to a store that was damaged, missing or empty. */
export interface Damage {
  /** Where the damaged file is kept; null when there was none. */
  readonly keptAs: string | null;
  /** Backup that took its place, or null when there was none. */
  readonly restored: string | null;
  readonly reason: string;
}

/** The sentence about it. */
export function damageText({ keptAs, restored, reason }: Damage): string {
  const instead = restored === null ? 'there was no backup' : `restored ${restored}`;
  return keptAs === null
    ? `The store was ${reason}: ${instead}.`
    : `The store was damaged (${reason}). Kept as ${keptAs}; ${instead}.`;
}

/**
 * Backups of a store, newest first. Those a clock that was ahead dated into the future come last: when
 * they were made is not known.
 */
export function backupsOf(file: string, now = Date.now()): string[] {
  const all = filesOfStore(file)
    .filter(({ kind }) => kind === 'backup')
    .map(({ path }) => path)
    .sort()
    .reverse();
  const isAhead = (path: string): boolean =>
    path > `${file}.backup-${stamp(new Date(now + dayMs))}`;
  return [...all.filter((path) => !isAhead(path)), ...all.filter(isAhead)];
}

/** A store as it stands on disk. */
export interface StoreOnDisk {
  readonly path: string;
  /** With what is not checkpointed yet; 0 when there is none. */
  readonly bytes: number;
  readonly backups: readonly string[];
}

export function storeOnDisk(path: string): StoreOnDisk {
  const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return { path, bytes: sizeOf(path) + sizeOf(`${path}-wal`), backups: backupsOf(path) };
}

/** Time of the newest backup in UTC milliseconds; 0 when there is none, or when it lies in the future. */
export function lastBackupAt(file: string, now: number): number {
  const newest = backupsOf(file, now)[0];
  const time = newest === undefined ? 0 : statSync(newest).mtimeMs;
  return time <= now + dayMs ? time : 0;
}

/** Writes a backup and removes those beyond the two newest. Returns its path. */
export function backUp(db: SqlDatabase, file: string, now: Date): string {
  const target = `${file}.backup-${stamp(now)}`;
  removeDeadCopies(file);
  copyDatabase(db, target);
  for (const old of backupsOf(file).slice(backupsKept)) rmSync(old, { force: true });
  return target;
}

/**
 * Keeps a damaged store aside under a dated name and puts the newest of these backups in its place, so
 * that what transcripts no longer hold is not lost with it. Call with no connection open.
 */
export function setAside(
  file: string,
  reason: string,
  now: Date,
  candidates: readonly string[] = backupsOf(file),
): Damage {
  const keptAs = `${file}.damaged-${stamp(now)}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
  }
  const restored = candidates[0] ?? null;
  if (restored !== null) {
    const part = partName(file);
    copyFileSync(restored, part, constants.COPYFILE_EXCL);
    renameSync(part, file);
  }
  return { keptAs, restored, reason };
}

/**
 * Puts the newest backup in the place of a store that is missing or empty, as a power failure, a full
 * disk or a program that was killed leave one. Undefined where nothing is to be restored.
 */
export function restoreMissing(file: string): Damage | undefined {
  if (!isMissing(file) || backupsOf(file).length === 0) return undefined;
  return withFileLock(file, () => {
    if (!isMissing(file)) return undefined;
    const reason = existsSync(file) ? 'empty' : 'missing';
    rmSync(file, { force: true });
    return { ...setAside(file, reason, new Date()), keptAs: null };
  });
}

function isMissing(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function stamp(now: Date): string {
  return now.toISOString().replace(/[:.]/g, '-');
}
