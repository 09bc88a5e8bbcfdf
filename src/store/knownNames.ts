import type { SqlDatabase } from './driver/types.ts';

/** Branches messages were written on. */
export function branchesKnown(db: SqlDatabase): string[] {
  return db
    .prepare('SELECT DISTINCT w.text AS text FROM facet f JOIN word w ON w.id = f.branch')
    .all<{ text: string }>()
    .map(({ text }) => text);
}
