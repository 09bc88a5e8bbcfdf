import type { Engine } from '../../src/platform/sqlite/open.ts';

/** Both ways into SQLite: what holds for the store must hold on either. */
export const engines: readonly Engine[] = ['better-sqlite3', 'node:sqlite'];
