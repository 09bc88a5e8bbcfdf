import type { Engine } from '../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';

/** Works on a new store that is in memory only. */
export function withStore<T>(engine: Engine, work: (db: SqlDatabase) => T): T {
  const { db } = openForWriting(':memory:', { engine });
  try {
    return work(db);
  } finally {
    db.close();
  }
}
