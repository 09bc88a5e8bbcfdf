import { constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { partName } from '../../platform/partName.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { copyDatabase } from '../schema/migrations.ts';
import { filesOfStore, removeDeadCopies } from './storeFiles.ts';

/** Backups kept beside the store. */
const backupsKept = 2;
/** Time between two backups. */
export const backupEveryMs = 7 * 24 * 3_600_000;

/** What happened to a damaged store. */
export interface Damage {
  /** Where the damaged file is kept. */
  readonly keptAs: string;
  /** Backup that took its place, or null when there was none. */
  readonly restored: string | null;
  readonly reason: string;
}

/** Backups of a store, newest first. */
export function backupsOf(file: string): string[] {
  return filesOfStore(file)
    .filter(({ kind }) => kind === 'backup')
    .map(({ path }) => path)
    .sort()
    .reverse();
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

/** Time of the newest backup in UTC milliseconds, 0 when there is none. */
export function lastBackupAt(file: string): number {
  const newest = backupsOf(file)[0];
  return newest === undefined ? 0 : statSync(newest).mtimeMs;
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
 * Keeps a damaged store aside under a dated name and puts the newest backup in its place, so that
 * what transcripts no longer hold is not lost with it. Call with no connection open.
 */
export function setAside(file: string, reason: string, now: Date): Damage {
  const keptAs = `${file}.damaged-${stamp(now)}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
  }
  const restored = backupsOf(file)[0] ?? null;
  if (restored !== null) {
    const part = partName(file);
    copyFileSync(restored, part, constants.COPYFILE_EXCL);
    renameSync(part, file);
  }
  return { keptAs, restored, reason };
}

function stamp(now: Date): string {
  return now.toISOString().replace(/[:.]/g, '-');
}
