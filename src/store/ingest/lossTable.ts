import { lossReasons, type RejectedLine } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { bucketOf } from '../schema/rollupTables.ts';
import type { StringTable } from './stringTable.ts';

/** Lines whose spend may be missing, by the session and time they stand in. */
export class Losses {
  readonly #add: Statement;
  readonly #forgive: Statement;
  readonly #strings: StringTable;

  constructor(db: SqlDatabase, strings: StringTable) {
    this.#strings = strings;
    this.#add = db.prepare(
      `INSERT INTO loss VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1`,
    );
    this.#forgive = db.prepare('DELETE FROM loss WHERE file = ?');
  }

  /** Adds what a chunk lost. */
  add(file: number, rejected: readonly RejectedLine[]): void {
    for (const { reason, at, sessionId } of rejected) {
      if (!lossReasons.includes(reason)) continue;
      this.#add.run(file, this.#strings.id(sessionId), bucketOf(at), reason);
    }
  }

  /** Drops what a file lost, when it is read again from the start. */
  forgive(file: number): void {
    this.#forgive.run(file);
  }
}
