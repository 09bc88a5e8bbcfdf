import type { SqlDatabase } from '../../platform/sqlite/types.ts';

/** Configuration directories sessions were found in: accounts. */
export function rootsKnown(db: SqlDatabase): string[] {
  return db
    .prepare(
      'SELECT w.text AS text FROM (SELECT DISTINCT root FROM session) s JOIN word w ON w.id = s.root',
    )
    .all<{ text: string }>()
    .map(({ text }) => text);
}

/** Hosts sessions ran on; '' is this machine. */
export function hostsKnown(db: SqlDatabase): string[] {
  return db
    .prepare(
      'SELECT w.text AS text FROM (SELECT DISTINCT host FROM session) s JOIN word w ON w.id = s.host',
    )
    .all<{ text: string }>()
    .map(({ text }) => text);
}

/** Branches messages were written on. */
export function branchesKnown(db: SqlDatabase): string[] {
  return db
    .prepare('SELECT DISTINCT w.text AS text FROM facet f JOIN word w ON w.id = f.branch')
    .all<{ text: string }>()
    .map(({ text }) => text);
}
