import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dayMs } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { copyDatabase } from '../schema/migrations.ts';
import { damageIn } from './checkStore.ts';
import { filesOfStore, removeDeadCopies } from './storeFiles.ts';

/** Backups kept beside the store. */
const backupsKept = 2;
/** Time between two backups. */
export const backupEveryMs = 7 * 24 * 3_600_000;

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

/**
 * Writes a backup and removes those beyond the two newest sound ones. Returns its path. A copy that is
 * damaged takes no place: of a new one nothing is kept, an old one is set aside.
 */
export function backUp(db: SqlDatabase, file: string, now: Date): string {
  const target = `${file}.backup-${stamp(now)}`;
  removeDeadCopies(file);
  copyDatabase(db, target, (part) => {
    const damage = damageIn(part);
    if (damage !== undefined) throw new Error(`the copy is damaged (${damage})`);
  });
  let sound = 0;
  for (const backup of backupsOf(file)) {
    if (sound >= backupsKept) rmSync(backup, { force: true });
    else if (backup === target || isSound(file, backup)) sound += 1;
  }
  return target;
}

/** The newest backup that is sound, or null. Damaged ones are set aside, so that none is tried again. */
export function newestSound(file: string): string | null {
  return backupsOf(file).find((backup) => isSound(file, backup)) ?? null;
}

function isSound(file: string, backup: string): boolean {
  if (damageIn(backup) === undefined) return true;
  renameSync(backup, `${file}.damaged-${backup.slice(file.length + 1)}`);
  return false;
}

/** A name for a damaged store that no other file has. */
export function asideName(file: string): string {
  for (let time = Date.now(); ; time += 1) {
    const name = `${file}.damaged-${stamp(new Date(time))}`;
    if (!existsSync(name)) return name;
  }
}

function stamp(now: Date): string {
  return now.toISOString().replace(/[:.]/g, '-');
}
