import { uuidHash } from '../../model/hash53.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { identity, type MessageRow } from '../schema/messageRow.ts';
import type { MessageVariants } from './merge.ts';

/**
 * Messages without an id that a schema before 7 stored line by line, though their lines have a request
 * in common: once they are read again under that, the old rows go.
 */
export class NamelessMessages {
  readonly #all: Statement;
  /** By the hash of their uuid, else by their time; made when first asked for. */
  #rows: Map<number, MessageRow> | undefined;

  constructor(db: SqlDatabase) {
    this.#all = db.prepare(
      `SELECT * FROM message WHERE identity = ${identity.legacy} AND rid = ''
         AND (mid GLOB 'uuid:*' OR mid GLOB 'line:*')`,
    );
  }

  /** Takes out the rows that were made of these records. */
  take({ messageId, variants }: MessageVariants): MessageRow[] {
    if (!messageId.startsWith('request:')) return [];
    this.#rows ??= this.#load();
    const taken: MessageRow[] = [];
    for (const { lines, kept } of variants) {
      for (const key of [...lines, -kept.at]) {
        const row = this.#rows.get(key);
        if (row === undefined) continue;
        this.#rows.delete(key);
        taken.push(row);
      }
    }
    return taken;
  }

  #load(): Map<number, MessageRow> {
    return new Map(
      this.#all.all<MessageRow>().map((row) => {
        const uuid = /^uuid:(.*)@\d+$/.exec(row.mid)?.[1];
        return [uuid === undefined ? -row.at : uuidHash(uuid), row];
      }),
    );
  }

  /** Drops what is remembered, after a rollback. */
  forget(): void {
    this.#rows = undefined;
  }
}
