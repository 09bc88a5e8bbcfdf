import { openForWriting } from '../../src/store/connection/openStore.ts';
import type { Engine } from '../../src/store/driver/open.ts';
import type { SqlDatabase } from '../../src/store/driver/types.ts';

/** Works on a new store that is in memory only. */
export function withStore<T>(engine: Engine, work: (db: SqlDatabase) => T): T {
  const { db } = openForWriting(':memory:', { engine });
  try {
    return work(db);
  } finally {
    db.close();
  }
}
