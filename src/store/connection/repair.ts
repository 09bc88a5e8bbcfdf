import { messageOf } from '../../model/errors.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { backupsOf, type Damage, setAside } from './backups.ts';
import { findDamage, isDamage, openForReading } from './openStore.ts';
import { wasStore } from './ownStore.ts';

/**
 * Sets a store aside that an error called damaged, and puts the newest sound backup in its place.
 * The file at the path is opened and checked first, under a lock: another program may have done the
 * same. Undefined where that file is sound. Call with no connection of this program open; others
 * notice that the file is another (`storeIdentity`).
 */
export function repairStore(file: string): Damage | undefined {
  return withFileLock(file, () => {
    const reason = damageIn(file);
    // Only what was a store is renamed.
    if (reason === undefined || !wasStore(file)) return undefined;
    const sound = backupsOf(file).filter((backup) => damageIn(backup) === undefined);
    return setAside(file, reason, new Date(), sound);
  });
}

/** Does work on a store; where it meets damage, the store is repaired and the work done once more. */
export async function repairing<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDamage(error) || repairStore(file) === undefined) throw error;
    return work();
  }
}

function damageIn(file: string): string | undefined {
  try {
    const db = openForReading(file);
    try {
      return db && findDamage(db);
    } finally {
      db?.close();
    }
  } catch (error) {
    if (isDamage(error)) return messageOf((error as Error).cause ?? error);
    throw error;
  }
}
