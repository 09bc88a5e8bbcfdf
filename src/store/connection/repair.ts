import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { withFileLock } from '../../platform/fileLock.ts';
import { partName, removePart } from '../../platform/partName.ts';
import { asideName, backupsOf, newestSound } from './backups.ts';
import { damageIn } from './checkStore.ts';
import { wasStore } from './ownStore.ts';
import { diskError, inStore, isDamage } from './storeErrors.ts';
import { storeIdentity } from './storeFiles.ts';

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
  const instead = restored === null ? 'there was no sound backup' : `restored ${restored}`;
  return keptAs === null
    ? `The store was ${reason}: ${instead}.`
    : `The store was damaged (${reason}). Kept as ${keptAs}; ${instead}.`;
}

/**
 * Sets a store aside that an error called damaged, and puts the newest sound backup in its place, so
 * that what transcripts no longer hold is not lost with it. The file at the path is opened and checked
 * first, under a lock: another program may have done the same. Undefined where that file is sound.
 * Call with no connection of this program open; others notice that the file is another
 * (`storeIdentity`).
 */
export function repairStore(file: string): Damage | undefined {
  // Only what was a store is renamed.
  if (!wasStore(file)) return undefined;
  return underLock(file, (isMine) => {
    // Something has met damage: what the quick check does not see is looked for as well.
    const reason = damageIn(file) ?? damageIn(file, true);
    if (reason === undefined) return undefined;
    const restored = newestSound(file);
    return isMine() ? { keptAs: replace(file, restored), restored, reason } : undefined;
  });
}

/**
 * Puts the newest sound backup in the place of a store that is missing or empty, as a power failure, a
 * full disk or a program that was killed leave one. Undefined where nothing is to be restored.
 */
export function restoreMissing(file: string): Damage | undefined {
  if (!isMissing(file) || backupsOf(file).length === 0) return undefined;
  return underLock(file, (isMine) => {
    if (!isMissing(file)) return undefined;
    const reason = existsSync(file) ? 'empty' : 'missing';
    const restored = newestSound(file);
    if (!isMine()) return undefined;
    if (restored !== null) {
      rmSync(file, { force: true });
      replace(file, restored);
    }
    return { keptAs: null, restored, reason };
  });
}

/** Does work on a store; where it meets damage, the store is repaired and the work done once more. */
export async function repairing<T>(
  file: string,
  work: () => T | Promise<T>,
  told: (damage: Damage) => void,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    const damage = repairStore(file);
    if (damage !== undefined) told(damage);
    return work();
  }
}

function isMissing(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/**
 * Work on the files of a store, one program at a time. Checks of a large store may take longer than a
 * lock is respected: `isMine` says that neither the lock nor the file has changed since.
 */
function underLock<T>(file: string, work: (isMine: () => boolean) => T): T {
  return inStore(file, () =>
    withFileLock(file, (isHeld) => {
      const found = storeIdentity(file);
      return work(() => isHeld() && storeIdentity(file) === found);
    }),
  );
}

/** Moves a store aside and a copy of a backup, if any, to its place. Returns the store's new name. */
function replace(file: string, backup: string | null): string {
  const part = partName(file);
  try {
    // Copied first: a full disk leaves everything as it was.
    if (backup !== null) copyToDisk(backup, part);
    const keptAs = asideName(file);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
    }
    if (backup !== null) renameSync(part, file);
    return keptAs;
  } catch (error) {
    removePart(part);
    throw diskError(file, error);
  }
}

function copyToDisk(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const fd = openSync(to, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
