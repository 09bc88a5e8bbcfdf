import type { PriceBook } from '../model/price.ts';
import {
  type AgentMetadata,
  type TranscriptBatch,
  type TranscriptChunk,
  usualProduct,
} from '../model/records.ts';
import type { RequestEvent } from '../model/requests/requestEvent.ts';
import type { ToldSum } from '../model/requests/toldSum.ts';
import type { RetentionLimits } from '../model/retention.ts';
import type { SqlDatabase, Statement } from '../platform/sqlite/types.ts';
import { Agents } from './ingest/agentTable.ts';
import {
  Files,
  hostKey,
  productKey,
  rootsOfHosts,
  secondaryKey,
  secondaryRoots,
} from './ingest/fileTable.ts';
import { HostSessions } from './ingest/hosts/hostSessions.ts';
import { Losses } from './ingest/lossTable.ts';
import { type MessageVariants, mergeLines } from './ingest/merge.ts';
import { Messages } from './ingest/messageTable.ts';
import { Ownership } from './ingest/ownership.ts';
import { Reconciler } from './ingest/reconcile.ts';
import { RecordIndex } from './ingest/recordIndex.ts';
import { Requests } from './ingest/requestTable.ts';
import { ToldSums } from './ingest/rest/toldSumTable.ts';
import { Rollup } from './ingest/rollups.ts';
import { type SessionRow, Sessions } from './ingest/sessionTable.ts';
import { StringTable } from './ingest/stringTable.ts';
import { Summaries } from './ingest/summaryTable.ts';
import { Downsampler, type DownsampleStep } from './retention/downsample.ts';
import type { KeptRequest } from './schema/keptRequest.ts';
import { pricing } from './schema/messageRow.ts';

/** The transcript a chunk was read from. */
export interface SourceFile {
  readonly path: string;
  /** Configuration directory it stands under: the account. */
  readonly root: string;
  /** Product that writes there; the usual one where it is not said. */
  readonly product?: string;
  /** Name of the host whose sessions they are; this machine's where it is not said. */
  readonly host?: string;
  /** Sessions of other agents may stand there, too: those belong where the agents write them themselves. */
  readonly isSecondary?: boolean;
  readonly mtimeMs: number;
}

/** Work for one transaction. */
export interface IngestItem {
  readonly file: SourceFile;
  readonly chunk: TranscriptChunk;
  /** The chunk's messages, already merged where another thread has done it. */
  readonly messages?: Iterable<MessageVariants>;
  /** Metadata from the agent's meta file, where there is one. */
  readonly agentMetadata?: readonly AgentMetadata[];
}

/** User settings a writer depends on. */
export interface WriterOptions {
  readonly book: PriceBook;
  /** Keep titles, the only words of a person in the store. */
  readonly storeTitles: boolean;
  /** Throws inside the transaction when this process does not hold the lease any more. */
  readonly assertWriter: () => void;
  /**
   * The store is being made and nobody else sees it: what follows from all of its messages together is left
   * to `complete`.
   */
  readonly isNewStore?: boolean;
}

/**
 * Exactly-once ingest. Every call is one transaction: a chunk's records and the offset read to
 * commit together, so a crash loses nothing and counts nothing twice.
 */
export class Writer {
  readonly files: Files;
  readonly #db: SqlDatabase;
  readonly #options: WriterOptions;
  readonly #strings: StringTable;
  readonly #sessions: Sessions;
  readonly #agents: Agents;
  readonly #losses: Losses;
  readonly #rollup: Rollup;
  readonly #messages: Messages;
  readonly #recordIndex: RecordIndex;
  readonly #summaries: Summaries;
  readonly #ownership: Ownership;
  readonly #requests: Requests;
  readonly #toldSums: ToldSums;
  readonly #hosts: HostSessions;
  readonly #reconciler: Reconciler;
  readonly #downsampler: Downsampler;
  readonly #addCostState: Statement;
  readonly #addEvent: Statement;
  readonly #addPullRequest: Statement;
  readonly #related: Statement;
  readonly #setMeta: Statement;
  readonly #bumpRevision: Statement;
  /** Roots that were another host's when they were read last. */
  #foreignRoots: Set<string>;
  readonly #dropMeta: Statement;
  /** Sessions to be reconciled with the client's total again. */
  #unreconciled = new Set<number>();
  /** Sessions of other hosts that this transaction is about, by what they are known by. */
  #foreign = new Map<string, number>();

  constructor(db: SqlDatabase, options: WriterOptions) {
    this.#db = db;
    this.#options = options;
    this.files = new Files(db);
    this.#strings = new StringTable(db);
    this.#sessions = new Sessions(db, this.#strings);
    this.#agents = new Agents(db);
    this.#losses = new Losses(db, this.#strings);
    this.#rollup = new Rollup(db);
    this.#messages = new Messages(db, this.#strings, this.#rollup, options.book);
    this.#recordIndex = new RecordIndex(db, this.#sessions);
    this.#summaries = new Summaries(db, this.#sessions, this.#recordIndex);
    const tables = {
      sessions: this.#sessions,
      agents: this.#agents,
      messages: this.#messages,
      recordIndex: this.#recordIndex,
    };
    this.#ownership = new Ownership(db, tables, (session) => this.#unreconciled.add(session));
    this.#requests = new Requests(db, this.#strings);
    this.#toldSums = new ToldSums(db, this.#strings);
    this.#hosts = new HostSessions(db);
    this.#reconciler = new Reconciler(db, {
      sessions: this.#sessions,
      messages: this.#messages,
      strings: this.#strings,
      requests: this.#requests,
      toldSums: this.#toldSums,
    });
    this.#downsampler = new Downsampler(db, this.#messages, this.#requests, this.#rollup);
    this.#addCostState = db.prepare(
      'INSERT OR REPLACE INTO cost_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#addEvent = db.prepare('INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#addPullRequest = db.prepare(
      'INSERT INTO pull_request VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)',
    );
    this.#related = db.prepare('SELECT other FROM kin WHERE session = ?');
    this.#setMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    this.#dropMeta = db.prepare('DELETE FROM meta WHERE key = ?');
    this.#foreignRoots = rootsOfHosts(db);
    this.#sessions.secondaryRoots = secondaryRoots(db);
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
   * where its file has been read to is stale: somebody else was there first. It is left out, and
   * the paths of such files are returned, to be looked at again.
   */
  ingest(items: readonly IngestItem[]): string[] {
    const stale: string[] = [];
    this.#transaction(() => {
      for (const item of items) if (!this.#ingest(item)) stale.push(item.file.path);
      this.#finish();
    });
    return stale;
  }

  /**
   * Stores requests that telemetry told of. What is known of them already changes nothing, and those of
   * sessions no transcript has been read of wait for it.
   */
  addRequests(events: readonly RequestEvent[]): void {
    this.#addTold(events, (event) => this.#requests.add(event));
  }

  /** Stores what metrics told of background in sum, in the same way. */
  addSums(sums: readonly ToldSum[]): void {
    this.#addTold(sums, (sum) => this.#toldSums.add(sum));
  }

  /** Takes over what another store has kept of downsampled requests. */
  adoptRequests(kept: readonly KeptRequest[]): void {
    this.#addTold(kept, (request) => {
      this.#requests.adopt(request);
      return true;
    });
  }

  /** Stores what was told of sessions; `add` says whether it changed anything. */
  #addTold<T extends { readonly sessionId: string }>(
    told: readonly T[],
    add: (one: T) => boolean,
  ): void {
    this.#transaction(() => {
      for (const one of told) {
        if (!add(one)) continue;
        const session = this.#sessions.find(one.sessionId);
        if (session !== undefined) this.#unreconciled.add(session.id);
      }
      this.#finish();
    });
  }

  /** Stores metadata of agent meta files that came without new records. */
  addAgentMetadata(root: string, all: readonly AgentMetadata[]): void {
    this.#transaction(() => {
      const account = this.#strings.id(root);
      for (const metadata of all) {
        this.#agents.addMetadata(this.#sessions.get(metadata.sessionId, account).id, metadata);
      }
      this.#finish();
    });
  }

  /**
   * Gives titles to sessions whose records were stored before the summaries of them. Call when what is
   * new has been read: it may read all traces.
   */
  matchSummaries(): void {
    if (this.#summaries.isWaiting) this.#transaction(() => this.#summaries.search());
  }

  setGone(path: string, gone: boolean): void {
    this.#transaction(() => this.files.setGone(path, gone));
  }

  setMeta(key: string, value: string): void {
    this.#transaction(() => this.#setMeta.run(key, value));
  }

  /** Git root of each directory, as found on disk at `at`. */
  setProjects(roots: ReadonlyMap<string, string | null>, at: number): void {
    const save = this.#db.prepare('INSERT OR REPLACE INTO project VALUES (?, ?, ?)');
    this.#transaction(() => {
      for (const [cwd, root] of roots) save.run(this.#strings.id(cwd), root, at);
    });
  }

  /** Runs `work` in a transaction as the lease holder; caches are invalidated on rollback. */
  #transaction(work: () => void): void {
    try {
      this.#db.transaction(() => {
        this.#options.assertWriter();
        work();
        this.#bumpRevision.run();
      });
    } catch (error) {
      this.#strings.forget();
      this.#sessions.forget();
      this.#agents.forget();
      this.#rollup.forget();
      this.#messages.forget();
      this.#recordIndex.forget();
      this.#summaries.forget();
      this.#ownership.forget();
      this.#requests.forget();
      this.#hosts.forget();
      this.#foreignRoots = rootsOfHosts(this.#db);
      this.#sessions.secondaryRoots = secondaryRoots(this.#db);
      this.#foreign = new Map();
      this.#unreconciled = new Set();
      throw error;
    }
  }

  /** Notes whose a root is: its sessions stay so, when the folder has gone. */
  #nameRoot({ root, product = usualProduct, host = '', isSecondary = false }: SourceFile): void {
    if (isSecondary && !this.#sessions.secondaryRoots.has(root)) {
      this.#setMeta.run(secondaryKey(root), '1');
      this.#sessions.secondaryRoots = new Set([...this.#sessions.secondaryRoots, root]);
    }
    if (product !== usualProduct) this.#setMeta.run(productKey(root), product);
    if (host !== '') this.#setMeta.run(hostKey(root), host);
    else if (this.#foreignRoots.delete(root)) this.#dropMeta.run(hostKey(root));
    if (host !== '') this.#foreignRoots.add(root);
  }

  /** Stores one chunk; false when it is stale. */
  #ingest({ file, chunk, messages, agentMetadata = [] }: IngestItem): boolean {
    const { batch, start, bookmark, size } = chunk;
    const known = this.files.find(file.path);
    const readTo = known?.bookmark.offset ?? 0;
    if (start > 0 && start !== readTo) return false;
    // Reading from the start resets the file's counters, whatever the reader knew.
    const restarted = chunk.restarted || (start === 0 && readTo > 0);
    const root = this.#strings.id(file.root);
    this.#nameRoot(file);
    const isForeign = file.host !== undefined && file.host !== '';
    const sessionOf = (sid: string): SessionRow => {
      const row = this.#sessions.get(sid, root);
      if (isForeign) this.#foreign.set(row.sid, row.id);
      return row;
    };
    const source = { path: file.path, root, size, mtimeMs: file.mtimeMs };
    const fileId = this.files.save(known, source, bookmark, batch.lines, restarted);
    this.files.reject(fileId, batch.rejected);
    if (restarted) this.#losses.forgive(fileId);
    this.#losses.add(fileId, batch.rejected);
    for (const records of batch.sessions) {
      const row = sessionOf(records.sessionId);
      if (start === 0) this.#sessions.dropOldTitles(row.id);
      const firstAt = row.first_at;
      this.#sessions.applyRecords(row, records, file.mtimeMs);
      // Background that no record dates stands at the session's start.
      if (row.first_at !== firstAt) this.#unreconciled.add(row.id);
      this.#recordIndex.add(row, records);
      this.#summaries.meet(row.id, records);
    }
    for (const message of messages ?? mergeLines(batch.messages)) {
      this.#ownership.add(message, sessionOf);
    }
    for (const metadata of [...batch.agents, ...agentMetadata]) {
      this.#agents.addMetadata(sessionOf(metadata.sessionId).id, metadata);
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
      // What bookmarks of earlier versions remember of a total lacks when it began, and its tokens.
      const { offset, at, totalUsd, startedAt = 0, tokens = {} } = state;
      const known = Object.keys(tokens).length === 0 ? '' : JSON.stringify(tokens);
      const place = [session, fileId, offset, at];
      this.#addCostState.run(...place, totalUsd, models, unknown, startedAt, known);
      this.#unreconciled.add(session);
    }
    if (this.#options.storeTitles) {
      for (const title of batch.titles) {
        this.#sessions.addTitle(sessionOf(title.sessionId).id, title);
      }
      for (const summary of batch.summaries) this.#summaries.add(summary);
    }
    for (const event of batch.events) {
      const session = sessionOf(event.sessionId).id;
      const agent = this.#agents.id(session, event.agentId);
      const code = this.#strings.id(event.code);
      const model = this.#strings.id(event.model ?? '');
      this.#addEvent.run(event.key, session, event.kind, event.at, agent, code, event.count, model);
    }
    for (const link of batch.pullRequests) {
      this.#addPullRequest.run(sessionOf(link.sessionId).id, link.url, link.at);
    }
    for (const told of batch.background ?? []) this.#hosts.tell(sessionOf(told.sessionId).id, told);
  }

  /** The steps that need all records of the transaction. */
  #finish(): void {
    this.#ownership.resolveOwners();
    // Requests may have been told of before.
    const created = this.#sessions.takeCreated();
    for (const id of created) this.#unreconciled.add(id);
    this.#settleHosts(created);
    if (this.#options.isNewStore === true) this.#unreconciled = new Set();
    else this.#reconcileChanged();
    this.#sessions.flush();
    this.#rollup.flush();
  }

  /** What is read of several hosts is one host's. */
  #settleHosts(created: readonly number[]): void {
    const keys = created.map((id) => this.#sessions.byNumber(id).sid);
    const lost = new Set(this.#hosts.settle([...keys, ...this.#foreign.keys()]));
    for (const id of lost) {
      // Its totals are another host's now: what they priced has no price, and its forks are looked at again.
      this.#reconciler.allot(id);
      this.#unreconciled.add(id);
    }
    for (const id of this.#foreign.values()) {
      if (!lost.has(id) && !this.#reconciler.concerns(id)) this.#hosts.apply(id);
    }
    this.#foreign = new Map();
  }

  /** Derives what was left until everything is stored that a new store begins with. */
  complete(): void {
    const withTotals = this.#db.prepare('SELECT DISTINCT session FROM cost_state');
    this.#transaction(() => {
      for (const { session } of withTotals.all<{ session: number }>()) {
        this.#unreconciled.add(session);
      }
      this.#reconcileChanged();
      this.#sessions.flush();
      this.#rollup.flush();
      this.#notePrices();
    });
  }

  #reconcileChanged(): void {
    const sessions = new Set(this.#unreconciled);
    const addRelated = (id: number): void => {
      if (this.#sessions.byNumber(id).related === 0) return;
      for (const { other } of this.#related.all<{ other: number }>(id)) sessions.add(other);
    };
    // A fork's background depends on its parent's totals and messages.
    for (const id of this.#unreconciled) addRelated(id);
    for (const id of sessions) {
      if (this.#reconciler.concerns(id) && this.#reconciler.allot(id)) addRelated(id);
    }
    for (const id of sessions) {
      if (this.#reconciler.concerns(id)) this.#reconciler.reconcile(id);
    }
    this.#unreconciled = new Set();
  }

  /**
   * Downsamples the oldest day or month beyond the retention limits, in one transaction. Returns
   * the step with the number of messages removed, or undefined when nothing is left to downsample.
   */
  downsample(
    limits: RetentionLimits,
  ): (DownsampleStep & { readonly messages: number }) | undefined {
    const portion = this.#downsampler.nextStep(limits);
    if (portion === undefined) return undefined;
    let messages = 0;
    this.#transaction(() => {
      messages = this.#downsampler.run(portion);
    });
    this.#ownership.forget();
    return { ...portion, messages };
  }

  /**
   * Reprices every message at the book's rates, in one transaction, and stores the book's revision.
   * Returns how many messages changed.
   */
  reprice(): number {
    let changed = 0;
    // Shares of a client's total are allocated again at the end, mostly unchanged.
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
      this.#finish();
      for (const [id, nano] of shares) {
        const now = this.#messages.byId(id)!;
        if (now.nano !== nano || now.priced !== pricing.client) changed++;
      }
      this.#notePrices();
    });
    return changed;
  }

  /** Notes whose prices all messages have. */
  #notePrices(): void {
    this.#setMeta.run('priceRevision', this.#options.book.revision);
    this.#setMeta.run('catalogueDate', this.#options.book.catalogueDate);
  }
}
