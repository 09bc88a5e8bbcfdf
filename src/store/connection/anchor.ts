import { withFileLock } from '../../platform/fileLock.ts';
import { type Engine, openDatabase } from '../../platform/sqlite/open.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { storeIdentity } from './storeFiles.ts';

/**
 * A writable connection whose close spares the log of another file. SQLite deletes `-wal` and `-shm` by
 * name when the last connection of a file closes. Once a store has been set aside and another has
 * taken its name, these are the logs of that other one, in use already. A second, read-only connection
 * makes the first not the last, and may delete nothing itself. While the store's lock is held somebody
 * may be replacing it, so the logs stay then, too.
 * @param identity `storeIdentity` of the file from before it was opened
 */
export function anchored(db: SqlDatabase, file: string, identity: string): SqlDatabase {
  const anchor = openAnchor(file, db.engine as Engine);
  if (anchor === undefined) return db;
  let isAnchored = true;
  const weigh = (): void => {
    if (isAnchored) anchor.close();
    isAnchored = false;
  };
  return {
    ...db,
    close() {
      try {
        const letLogsGo = (): void => {
          if (storeIdentity(file) === identity) weigh();
          db.close();
        };
        withFileLock(file, letLogsGo, { patienceMs: 0 });
      } catch {
        // Locked, or in a folder where nothing is deleted anyway.
        db.close();
      } finally {
        weigh();
      }
    },
  };
}

function openAnchor(file: string, engine: Engine): SqlDatabase | undefined {
  try {
    // The shared lock of a log is taken with the first page, which is read here, and kept until the end.
    return openDatabase(file, { engine, readonly: true });
  } catch {
    // Damaged, or gone already: the connection that is kept meets the same, and says so.
    return undefined;
  }
}
