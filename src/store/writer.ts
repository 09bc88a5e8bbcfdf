import type { PriceBook } from '../model/price.ts';
import type { AgentFact, Chunk, TranscriptBatch } from '../model/records.ts';
import type { RetentionLimits } from '../model/retention.ts';
import type { SqlDatabase, Statement } from './driver/types.ts';
import { Agents } from './ingest/agentTable.ts';
import { Files } from './ingest/fileTable.ts';
import { type MergedMessage, mergeLines } from './ingest/merge.ts';
import { Messages } from './ingest/messageTable.ts';
import { Ownership } from './ingest/ownership.ts';
import { Reconciler } from './ingest/reconcile.ts';
import { Traces } from './ingest/recordIndex.ts';
import { Rollup } from './ingest/rollups.ts';
import { type SessionRow, Sessions } from './ingest/sessionTable.ts';
import { Words } from './ingest/stringTable.ts';
import { type Portion, Thinning } from './retention/downsample.ts';
import { pricing } from './schema/messageRow.ts';

/** A transcript whose chunk is to be stored. */
export interface SourceFile {
  readonly path: string;
  /** Configuration directory it stands under: the account. */
  readonly root: string;
  readonly mtimeMs: number;
}

/** Work for one transaction. */
export interface IngestItem {
  readonly file: SourceFile;
  readonly chunk: Chunk;
  /** The chunk's records already merged, where another thread has done it. */
  readonly messages?: readonly MergedMessage[];
  /** Facts of the agent's meta file, where there is one. */
  readonly agentFacts?: readonly AgentFact[];
}

/** What a writer is told about the user's wishes. */
export interface WriterOptions {
  readonly book: PriceBook;
  /** Keep titles, the only words of a person in the store. */
  readonly storeTitles: boolean;
  /** Throws inside the transaction when this process is not the writer (any more). */
  readonly assertWriter: () => void;
}

/**
 * Stores what was read. Every call is one transaction: the records of a chunk and the place the
 * file has been read to commit together, so a crash loses nothing and counts nothing twice.
 */
export class Writer {
  readonly files: Files;
  readonly #db: SqlDatabase;
  readonly #options: WriterOptions;
  readonly #words: Words;
  readonly #sessions: Sessions;
  readonly #agents: Agents;
  readonly #rollup: Rollup;
  readonly #messages: Messages;
  readonly #traces: Traces;
  readonly #ownership: Ownership;
  readonly #reconciler: Reconciler;
  readonly #thinning: Thinning;
  readonly #addCostState: Statement;
  readonly #addEvent: Statement;
  readonly #addPullRequest: Statement;
  readonly #kin: Statement;
  readonly #setMeta: Statement;
  readonly #bumpRevision: Statement;
  /** Sessions whose comparison with the client's total must be made again. */
  #unreconciled = new Set<number>();

  constructor(db: SqlDatabase, options: WriterOptions) {
    this.#db = db;
    this.#options = options;
    this.files = new Files(db);
    this.#words = new Words(db);
    this.#sessions = new Sessions(db, this.#words);
    this.#agents = new Agents(db);
    this.#rollup = new Rollup(db);
    this.#messages = new Messages(db, this.#words, this.#rollup, options.book.price);
    this.#traces = new Traces(db, this.#sessions);
    const tables = {
      sessions: this.#sessions,
      agents: this.#agents,
      messages: this.#messages,
      traces: this.#traces,
    };
    this.#ownership = new Ownership(db, tables, (session) => this.#unreconciled.add(session));
    this.#reconciler = new Reconciler(db, this.#sessions, this.#messages, this.#words);
    this.#thinning = new Thinning(db, this.#messages, this.#rollup);
    this.#addCostState = db.prepare(
      'INSERT OR REPLACE INTO cost_state VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#addEvent = db.prepare('INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#addPullRequest = db.prepare(
      'INSERT INTO pull_request VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)',
    );
    this.#kin = db.prepare('SELECT other FROM kin WHERE session = ?');
    this.#setMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    this.#bumpRevision = db.prepare(
      `INSERT INTO meta VALUES ('revision', '1')
       ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1`,
    );
  }

  /** Identifies the rates messages are priced with. */
  get priceRevision(): string {
    return this.#options.book.revision;
  }

  /**
   * Stores chunks of one or several transcripts in one transaction. A chunk that does not begin
   * where its file has been read to is stale: somebody else was there first. It is left out, and the
   * paths of such files are returned, to be looked at anew.
   */
  ingest(items: readonly IngestItem[]): string[] {
    const stale: string[] = [];
    this.#transaction(() => {
      for (const item of items) if (!this.#ingest(item)) stale.push(item.file.path);
      this.#settle();
    });
    return stale;
  }

  /** Stores the facts of agent meta files that came without new records. */
  addAgentFacts(root: string, facts: readonly AgentFact[]): void {
    this.#transaction(() => {
      const account = this.#words.id(root);
      for (const fact of facts) {
        this.#agents.addFact(this.#sessions.get(fact.sessionId, account).id, fact);
      }
      this.#sessions.flush();
    });
  }

  setGone(path: string, gone: boolean): void {
    this.#transaction(() => this.files.setGone(path, gone));
  }

  setMeta(key: string, value: string): void {
    this.#transaction(() => this.#setMeta.run(key, value));
  }

  /** Where each directory's repository is, as found on disk just now. */
  setProjects(roots: ReadonlyMap<string, string | null>, at: number): void {
    const save = this.#db.prepare('INSERT OR REPLACE INTO project VALUES (?, ?, ?)');
    this.#transaction(() => {
      for (const [cwd, root] of roots) save.run(this.#words.id(cwd), root, at);
    });
  }

  /** Runs `work` in a transaction as the writer; what it did to the caches is forgotten if it fails. */
  #transaction(work: () => void): void {
    try {
      this.#db.transaction(() => {
        this.#options.assertWriter();
        work();
        this.#bumpRevision.run();
      });
    } catch (error) {
      this.#words.forget();
      this.#sessions.forget();
      this.#agents.forget();
      this.#rollup.forget();
      this.#messages.forget();
      this.#traces.forget();
      this.#ownership.forget();
      this.#unreconciled = new Set();
      throw error;
    }
  }

  /** Stores one chunk; false when it is stale. */
  #ingest({ file, chunk, messages, agentFacts = [] }: IngestItem): boolean {
    const { batch, start, bookmark, size } = chunk;
    const readTo = this.files.find(file.path)?.bookmark.offset ?? 0;
    if (start > 0 && start !== readTo) return false;
    // From the start on, the counts of the file are counted anew, whatever the reader knew.
    const restarted = chunk.restarted || (start === 0 && readTo > 0);
    const root = this.#words.id(file.root);
    const sessionOf = (sid: string): SessionRow => this.#sessions.get(sid, root);
    const source = { path: file.path, root, size, mtimeMs: file.mtimeMs };
    const fileId = this.files.save(source, bookmark, batch.lines, restarted);
    this.files.reject(fileId, batch.rejected);
    for (const trace of batch.traces) {
      const row = sessionOf(trace.sessionId);
      const firstAt = row.first_at;
      this.#sessions.applyTrace(row, trace, file.mtimeMs);
      // Background that no record dates stands at the session's start.
      if (row.first_at !== firstAt) this.#unreconciled.add(row.id);
      this.#traces.add(row, trace);
    }
    for (const message of messages ?? mergeLines(batch.messages)) {
      this.#ownership.add(message, sessionOf);
    }
    for (const fact of [...batch.agents, ...agentFacts]) {
      this.#agents.addFact(sessionOf(fact.sessionId).id, fact);
    }
    for (const spawn of batch.spawns) this.#agents.addSpawn(sessionOf(spawn.sessionId).id, spawn);
    this.#addSideRecords(batch, fileId, sessionOf);
    return true;
  }

  #addSideRecords(
    batch: TranscriptBatch,
    fileId: number,
    sessionOf: (sid: string) => SessionRow,
  ): void {
    for (const state of batch.costStates) {
      const session = sessionOf(state.sessionId).id;
      const models = JSON.stringify(state.models);
      const unknown = Number(state.unknownModel);
      const { offset, at, totalUsd } = state;
      this.#addCostState.run(session, fileId, offset, at, totalUsd, models, unknown);
      this.#unreconciled.add(session);
    }
    if (this.#options.storeTitles) {
      for (const title of batch.titles) {
        this.#sessions.addTitle(sessionOf(title.sessionId).id, title);
      }
    }
    for (const event of batch.events) {
      const session = sessionOf(event.sessionId).id;
      const agent = this.#agents.id(session, event.agentId);
      const code = this.#words.id(event.code);
      this.#addEvent.run(event.key, session, event.kind, event.at, agent, code, event.count);
    }
    for (const link of batch.pullRequests) {
      this.#addPullRequest.run(sessionOf(link.sessionId).id, link.url, link.at);
    }
  }

  /** What can only be said when all records of the transaction are in. */
  #settle(): void {
    this.#ownership.settle();
    this.#reconcileChanged();
    this.#sessions.flush();
    this.#rollup.flush();
  }

  #reconcileChanged(): void {
    const sessions = new Set(this.#unreconciled);
    const addKin = (id: number): void => {
      if (this.#sessions.byNumber(id).related === 0) return;
      for (const { other } of this.#kin.all<{ other: number }>(id)) sessions.add(other);
    };
    // A fork's figure hangs on its parent's totals and messages.
    for (const id of this.#unreconciled) addKin(id);
    for (const id of sessions) {
      if (this.#reconciler.concerns(id) && this.#reconciler.allot(id)) addKin(id);
    }
    for (const id of sessions) {
      if (this.#reconciler.concerns(id)) this.#reconciler.reconcile(id);
    }
    this.#unreconciled = new Set();
  }

  /**
   * Sums up the oldest day or month that is beyond the limits, in one transaction. Returns what it
   * was, with the number of messages it took, or undefined when nothing is left to be summed up.
   */
  thin(limits: RetentionLimits): (Portion & { readonly messages: number }) | undefined {
    const portion = this.#thinning.next(limits);
    if (portion === undefined) return undefined;
    let messages = 0;
    this.#transaction(() => {
      messages = this.#thinning.sumUp(portion);
    });
    this.#ownership.forget();
    return { ...portion, messages };
  }

  /**
   * Prices every message anew at the book's rates, in one transaction, and remembers the book.
   * Returns how many messages changed.
   */
  reprice(): number {
    let changed = 0;
    // Shares of a client's total are dealt out anew in the end, mostly the same.
    const shares = new Map<number, number>();
    this.#transaction(() => {
      const some = this.#db.prepare('SELECT * FROM message WHERE id > ? ORDER BY id LIMIT 2000');
      let last = 0;
      for (;;) {
        const rows = some.all<ReturnType<Messages['withMessageId']>[number]>(last);
        if (rows.length === 0) break;
        for (const row of rows) {
          const after = this.#messages.reprice(row);
          if (row.priced === pricing.client) shares.set(row.id, row.nano);
          else if (after.nano !== row.nano || after.priced !== row.priced) changed++;
          this.#unreconciled.add(row.session);
          last = row.id;
        }
      }
      this.#settle();
      for (const [id, nano] of shares) {
        const now = this.#messages.byId(id)!;
        if (now.nano !== nano || now.priced !== pricing.client) changed++;
      }
      this.#setMeta.run('priceRevision', this.#options.book.revision);
      this.#setMeta.run('catalogueDate', this.#options.book.catalogueDate);
    });
    return changed;
  }
}
