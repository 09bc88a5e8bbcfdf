import type { Root } from '../agents/agentLog.ts';
import { agentLog } from '../agents/registry.ts';
import { totalTokens } from '../model/tokens.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { openForWriting } from '../store/connection/openStore.ts';
import { StoreReader } from '../store/query/storeReader.ts';
import { isLowerBound } from '../store/schema/sums.ts';
import { Writer } from '../store/writer.ts';
import { newChunks } from '../watchers/ingestFile.ts';

/** What sessions have cost. */
export interface Spent {
  /** Nano-dollars, background included. */
  readonly nano: number;
  readonly tokens: number;
  readonly messages: number;
  /** It is not all: a price, a final count or a line is missing, or a file could not be read. */
  readonly atLeast: boolean;
}

export const nothingSpent: Spent = { nano: 0, tokens: 0, messages: 0, atLeast: false };

/**
 * Counts what some sessions spend while they spend it, subagents in the background included: their
 * transcripts are read as they grow, by the same rules as the store's, into one of its own that no other
 * program has and that goes with it.
 */
export class SpendWatch implements Disposable {
  readonly #roots: readonly Root[];
  readonly #db: SqlDatabase;
  readonly #writer: Writer;
  readonly #reader: StoreReader;
  readonly #sizes = new Map<string, string>();
  #failed = false;

  constructor(roots: readonly Root[], book: RateBook) {
    this.#roots = roots;
    this.#db = openForWriting(':memory:').db;
    this.#writer = new Writer(this.#db, { book, storeTitles: false, assertWriter: () => {} });
    this.#reader = new StoreReader(this.#db);
  }

  /** Reads what is new of sessions. `related` are read as well, so that what they share is theirs. */
  read(sessions: ReadonlySet<string>, related: readonly string[] = []): Spent {
    for (const sid of [...related, ...sessions]) this.#readSession(sid);
    let [nano, tokens, messages, atLeast] = [0, 0, 0, this.#failed];
    for (const session of this.#reader.sessions()) {
      if (!sessions.has(session.sid)) continue;
      nano += session.nano + session.background;
      tokens += totalTokens(session);
      messages += session.messages;
      atLeast ||= isLowerBound(session);
    }
    return { nano, tokens, messages, atLeast };
  }

  #readSession(sid: string): void {
    for (const root of this.#roots) {
      for (const { path, size, mtimeMs } of agentLog(root).sessionFiles(root, sid)) {
        const state = `${size} ${mtimeMs}`;
        if (this.#sizes.get(path) === state) continue;
        this.#sizes.set(path, state);
        const bookmark = this.#writer.files.find(path)?.bookmark;
        const events = {
          log: () => {},
          failed: () => {
            this.#failed = true;
          },
        };
        try {
          for (const item of newChunks({ path, root, mtimeMs }, bookmark, events)) {
            this.#writer.ingest([item]);
          }
        } catch {
          // Content the store refuses: what else there is counts.
          this.#failed = true;
        }
      }
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
