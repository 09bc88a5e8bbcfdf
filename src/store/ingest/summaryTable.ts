import type { SessionRecords, SummaryRecord } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import type { RecordIndex } from './recordIndex.ts';
import type { Sessions } from './sessionTable.ts';

/**
 * Summaries by their leaf: the last record of the conversation each sums up, which may stand in
 * another transcript, read before or after it. A summary titles every session that has its leaf.
 */
export class Summaries {
  readonly #sessions: Sessions;
  readonly #recordIndex: RecordIndex;
  readonly #all: Statement;
  readonly #ofLeaf: Statement;
  readonly #add: Statement;
  readonly #searched: Statement;
  /** Leaves of the table, true while records stored before have not been searched for them. */
  #leaves: Map<number, boolean> | undefined;

  constructor(db: SqlDatabase, sessions: Sessions, recordIndex: RecordIndex) {
    this.#sessions = sessions;
    this.#recordIndex = recordIndex;
    this.#all = db.prepare('SELECT leaf, searched FROM summary');
    this.#ofLeaf = db.prepare('SELECT at, offset, text FROM summary WHERE leaf = ?');
    this.#add = db.prepare(
      `INSERT INTO summary VALUES (?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET
         at = excluded.at, offset = excluded.offset, text = excluded.text, searched = 0
       WHERE (excluded.at, excluded.offset, excluded.text) > (at, offset, text)`,
    );
    this.#searched = db.prepare('UPDATE summary SET searched = 1 WHERE searched = 0');
  }

  #known(): Map<number, boolean> {
    this.#leaves ??= new Map(
      this.#all
        .all<{ leaf: number; searched: number }>()
        .map(({ leaf, searched }) => [leaf, searched === 0]),
    );
    return this.#leaves;
  }

  /** Adds a summary; of one leaf the last counts. Sessions that have the leaf get it by `search`. */
  add({ leaf, at, offset, text }: SummaryRecord): void {
    if (this.#add.run(leaf, at, offset, text).changes > 0) this.#known().set(leaf, true);
  }

  /** Titles a session by the leaves among its new records. */
  meet(session: number, { uuidHashes }: SessionRecords): void {
    const leaves = this.#known();
    if (leaves.size === 0) return;
    for (const hash of uuidHashes) if (leaves.has(hash)) this.#title(session, hash);
  }

  /** Whether `search` has something to do. */
  get isWaiting(): boolean {
    return [...this.#known().values()].includes(true);
  }

  /** Titles the sessions whose records have been stored before the summary. */
  search(): void {
    const leaves = this.#known();
    const waiting = new Set([...leaves].flatMap(([leaf, waits]) => (waits ? [leaf] : [])));
    for (const [session, leaf] of this.#recordIndex.holders(waiting)) this.#title(session, leaf);
    this.#searched.run();
    for (const leaf of waiting) leaves.set(leaf, false);
  }

  #title(session: number, leaf: number): void {
    const summary = this.#ofLeaf.get<{ at: number; offset: number; text: string }>(leaf);
    if (summary !== undefined) this.#sessions.addTitle(session, { kind: 'summary', ...summary });
  }

  forget(): void {
    this.#leaves = undefined;
  }
}
