import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { logFile, type Root } from '../agents/agentLog.ts';
import { agentLog } from '../agents/registry.ts';
import { HumanError, messageOf } from '../model/errors.ts';
import { parsePriceOverrides } from '../pricing/parseOverrides.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import { openForWriting, storeError, type WritableStore } from '../store/connection/openStore.ts';
import { heartbeatMs, Lease, LeaseLostError } from '../store/connection/writerLease.ts';
import type { KnownFile } from '../store/ingest/fileTable.ts';
import { assertOwnSchema, newerStore } from '../store/schema/migrations.ts';
import { Writer } from '../store/writer.ts';
import { Coalescer } from './coalescer.ts';
import { type FileEvents, watchFolder } from './fileWatcher.ts';
import { ingestFile } from './ingestFile.ts';
import { Maintenance } from './maintenance.ts';
import type { FromIndexer, IndexerConfig, IndexerState, RootStatus } from './messages.ts';
import { readAhead } from './readAhead.ts';
import { RetentionJob, retentionJob } from './retentionJob.ts';
import { whileBusy } from './retryBusy.ts';
import {
  configuredRoots,
  type FoundFile,
  newFiles,
  rootAbove,
  type ScannedRoot,
  scanRoots,
} from './scanRoots.ts';

/** How often recently active files are looked at, events or not. */
const sweepEveryMs = 15_000;
/** How often everything is listed again. */
const rescanEveryMs = 10 * 60_000;
/** A file counts as recently active this long after its last change. */
const activeMs = 30 * 60_000;
/** Reading more than this is shown as progress. */
const noticeableBytes = 4 * 1024 * 1024;
/** How often it is asked whether the night's work is due. */
const nightEveryMs = 60_000;
/** A program that reads once and answers sums up what is old for so long; the next one goes on. */
const briefMs = 2000;
/** Progress is told at most this often. */
const progressEveryMs = 100;

/**
 * Reads transcripts into the store as the one writer, or waits to become it. Runs on a thread of
 * its own. Everything it does is safe to do twice.
 */
export class Indexer {
  readonly #config: IndexerConfig;
  readonly #tell: (message: FromIndexer) => void;
  #store: WritableStore | undefined;
  #lease: Lease | undefined;
  #writer: Writer | undefined;
  #maintenance: Maintenance | undefined;
  #retention: RetentionJob | undefined;
  #roots: Root[] = [];
  #events = new Map<string, FileEvents>();
  /** Files changed lately, with the time of the change: what the sweep looks at. */
  #active = new Map<string, number>();
  #looks = new Coalescer((path) => this.#look(path));
  #timers: NodeJS.Timeout[] = [];
  #paused: boolean;
  #stopped = false;
  #scanning: Promise<void> | undefined;
  #scanAgain = false;
  #lastScan = 0;
  #lastFailure = '';
  #lastState = '';
  /** Process that writes in our place, 0 when none does. */
  #following = 0;
  #lastSweep = 0;
  #lastNightCheck = 0;
  #newCommits = false;

  constructor(config: IndexerConfig, tell: (message: FromIndexer) => void) {
    this.#config = config;
    this.#tell = tell;
    this.#paused = config.paused;
  }

  /** Begins; comes back when the first reading is done or somebody else does it. */
  async start(): Promise<void> {
    this.#state({ kind: 'starting' });
    this.#timers.push(setInterval(() => this.#beat(), heartbeatMs));
    if (this.#paused) this.#state({ kind: 'paused' });
    else await this.#tryToWrite();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#standDown();
    this.#tell({ type: 'stopped' });
  }

  async pause(): Promise<void> {
    this.#paused = true;
    await this.#standDown();
    this.#state({ kind: 'paused' });
  }

  async resume(): Promise<void> {
    this.#paused = false;
    await this.#tryToWrite();
  }

  /** Lists everything again and reads what is new. */
  async rescan(): Promise<void> {
    if (this.#writer === undefined) await this.#tryToWrite();
    else await this.#scan();
  }

  /** Opens the store and becomes its writer, if nobody else is. */
  async #tryToWrite(): Promise<void> {
    if (this.#writer !== undefined || this.#stopped || this.#paused) return;
    try {
      await this.#openStore();
      const lease = this.#lease!;
      if (this.#store!.newer) {
        this.#state({ kind: 'unavailable', reason: newerStore().message });
        return;
      }
      if (!(await whileBusy(() => lease.acquire(Date.now())))) {
        const holder = lease.current();
        this.#follow(holder?.pid ?? 0, holder?.role ?? '');
        return;
      }
      await this.#becomeWriter(lease);
    } catch (error) {
      await this.#failed(error);
    }
  }

  /** Another process writes: say so once, with what there is to be read. */
  #follow(pid: number, role: string): void {
    if (this.#following === pid) return;
    this.#following = pid;
    this.#state({ kind: 'following', pid, role });
    this.#tellRoots(scanRoots(configuredRoots(this.#config)));
  }

  async #openStore(): Promise<void> {
    if (this.#store !== undefined) return;
    const { storeFile, engine, role } = this.#config;
    this.#store = await whileBusy(() => openForWriting(storeFile, { engine }));
    this.#lease = new Lease(this.#store.db, role);
    const { damage } = this.#store;
    if (damage === undefined) return;
    const restored =
      damage.restored === null ? 'there was no backup' : `restored ${damage.restored}`;
    this.#log(
      'error',
      `The store was damaged (${damage.reason}). Kept as ${damage.keptAs}; ${restored}.`,
    );
  }

  async #becomeWriter(lease: Lease): Promise<void> {
    this.#following = 0;
    const { db } = this.#store!;
    const { overrides, problems } = parsePriceOverrides(this.#config.priceOverrides ?? {});
    for (const problem of problems) this.#log('warn', `Price override ignored: ${problem}`);
    const writer = new Writer(db, {
      book: createPriceBook(overrides),
      storeTitles: this.#config.storeTitles,
      assertWriter: () => {
        lease.assertHeld();
        assertOwnSchema(db);
      },
    });
    const maintenance = new Maintenance(db, this.#config.storeFile, writer, (level, text) =>
      this.#log(level, text),
    );
    if (await maintenance.afterUncleanEnd()) {
      // The file has been replaced under us: everything is opened anew.
      await this.#standDown();
      await this.#tryToWrite();
      return;
    }
    await maintenance.repriceIfChanged();
    this.#writer = writer;
    this.#maintenance = maintenance;
    const { retention } = this.#config;
    if (retention !== undefined) {
      this.#retention = new RetentionJob(
        db,
        retention,
        (started, result) => maintenance.record(retentionJob, started, result),
        (level, text) => this.#log(level, text),
      );
    }
    this.#log('info', `Writing ${this.#config.storeFile} with ${db.engine}`);
    await this.#scan();
  }

  /** Stops watching and gives the lease back. */
  async #standDown(): Promise<void> {
    this.#looks.clear();
    const events = [...this.#events.values()];
    this.#events.clear();
    const writer = this.#writer;
    this.#writer = undefined;
    await this.#scanning?.catch(() => {});
    await Promise.all(events.map((event) => event.close()));
    this.#quietly(() => writer !== undefined && this.#maintenance?.markClean());
    this.#quietly(() => this.#lease?.release());
    this.#maintenance = undefined;
    this.#retention = undefined;
    this.#lease = undefined;
    this.#store?.db.close();
    this.#store = undefined;
  }

  /** Work on the way out, which must not keep the rest from being done. */
  #quietly(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.#log('info', `While standing down: ${messageOf(error)}`);
    }
  }

  /** Lists all roots, reads what is new, and watches them from then on. One scan at a time. */
  async #scan(): Promise<void> {
    if (this.#scanning !== undefined) {
      this.#scanAgain = true;
      return this.#scanning;
    }
    this.#scanning = this.#scanOnce().finally(() => {
      this.#scanning = undefined;
    });
    await this.#scanning;
    if (this.#scanAgain) {
      this.#scanAgain = false;
      await this.#scan();
    }
  }

  async #scanOnce(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const started = Date.now();
    this.#lastScan = started;
    try {
      this.#roots = configuredRoots(this.#config);
      // Watch before listing: what is written in between is then seen by one of the two.
      if (this.#config.mode === 'watch') this.#watchRoots();
      const scanned = scanRoots(this.#roots);
      this.#tellRoots(scanned);
      for (const { path, mtimeMs } of scanned.flatMap(({ files }) => files)) {
        if (started - mtimeMs < activeMs) this.#active.set(path, mtimeMs);
      }
      const known = new Map(writer.files.all().map((file) => [file.path, file]));
      this.#markGone(writer, scanned, known);
      const fresh = newFiles(scanned, known);
      await this.#readAll(writer, fresh, known);
      await this.#readMetaFiles(writer, scanned);
      if (this.#writer !== writer) return;
      const result = `${fresh.length} of ${scanned.reduce((sum, { files }) => sum + files.length, 0)} transcripts had something new`;
      this.#maintenance?.record('index', started, result);
      await this.#maintenance?.resolveProjects();
      await this.#maintenance?.backUpIfDue();
      if (this.#config.mode === 'once') await this.#sumUp(briefMs);
      this.#state({ kind: 'watching' });
      this.#tell({ type: 'caughtUp' });
      if (this.#config.mode === 'watch') void this.#sumUp();
    } catch (error) {
      // Standing down closes the store under a scan; only the writer's own failures count.
      if (this.#writer === writer) await this.#failed(error);
    }
  }

  /** Sums up what is old when a night has passed; everything else goes on meanwhile. */
  async #sumUp(forMs = Number.POSITIVE_INFINITY): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const until = Date.now() + forMs;
    const goOn = (): boolean => this.#writer === writer && Date.now() < until;
    try {
      if (await this.#retention?.runIfDue(writer, goOn)) this.#tell({ type: 'committed' });
    } catch (error) {
      if (this.#writer === writer) await this.#failed(error);
    }
  }

  #markGone(
    writer: Writer,
    scanned: readonly ScannedRoot[],
    known: ReadonlyMap<string, KnownFile>,
  ): void {
    const present = new Set(scanned.flatMap(({ files }) => files.map(({ path }) => path)));
    const readable = scanned.flatMap(({ root }) => (root.exists ? [root] : []));
    for (const { path, gone } of known.values()) {
      if (gone || present.has(path) || rootAbove(path, readable) === undefined) continue;
      writer.setGone(path, true);
    }
  }

  /** Reads the history, newest first, many files to a transaction. */
  async #readAll(
    writer: Writer,
    files: readonly FoundFile[],
    known: ReadonlyMap<string, KnownFile>,
  ): Promise<void> {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const unread = files.map((file) => ({
      file,
      size: file.size,
      bookmark: known.get(file.path)?.bookmark,
    }));
    let told = 0;
    for await (const portion of readAhead(unread, (text) => this.#log('info', text))) {
      if (this.#writer !== writer) return;
      if (portion.items.length > 0) {
        const stale = await whileBusy(() => writer.ingest(portion.items));
        for (const path of stale) this.#looks.touch(path);
        this.#tell({ type: 'committed' });
      }
      if (total < noticeableBytes || Date.now() - told < progressEveryMs) continue;
      told = Date.now();
      this.#state({ kind: 'indexing', done: portion.doneBytes, total });
    }
  }

  async #readMetaFiles(writer: Writer, scanned: readonly ScannedRoot[]): Promise<void> {
    const seen = this.#maintenance?.newMetaFiles(scanned) ?? [];
    for (const { root, facts } of seen) {
      if (facts.length > 0) await whileBusy(() => writer.addAgentFacts(root.path, facts));
    }
  }

  #watchRoots(): void {
    for (const root of this.#roots) {
      if (!root.exists || this.#events.has(root.logFolder)) continue;
      const events = watchFolder(
        root.logFolder,
        this.#config.polling,
        (path) => agentLog(root).kindOf(basename(path)) !== undefined,
        (path, event) => this.#onFileEvent(path, event),
        // What came between the listing and now had nobody to report it.
        () => void this.#scan(),
        (error) => this.#log('warn', `Watching ${root.logFolder}: ${messageOf(error)}`),
      );
      this.#events.set(root.logFolder, events);
    }
  }

  #onFileEvent(path: string, event: 'changed' | 'removed'): void {
    if (event === 'removed') {
      const root = rootAbove(path, this.#roots);
      const isMeta = root && agentLog(root).kindOf(basename(path)) === 'meta';
      if (!isMeta && this.#writer !== undefined) this.#looks.touch(path);
      return;
    }
    this.#active.set(path, Date.now());
    this.#looks.touch(path);
  }

  /** Looks at one file after an event or in the sweep. */
  async #look(path: string): Promise<void> {
    const writer = this.#writer;
    const root = rootAbove(path, this.#roots);
    if (writer === undefined || root === undefined) return;
    try {
      const agent = agentLog(root);
      const isMeta = agent.kindOf(basename(path)) === 'meta';
      const transcript = isMeta ? agent.transcriptOf(path) : path;
      const stats = statSync(transcript, { throwIfNoEntry: false });
      const known = writer.files.find(transcript);
      if (stats === undefined) {
        if (known?.gone === false) writer.setGone(transcript, true);
        return;
      }
      const file = logFile(transcript, stats);
      const same = known?.size === file.size && known.mtimeMs === file.mtimeMs && !known.gone;
      if (same && !isMeta) return;
      await ingestFile(writer, { path: transcript, root, mtimeMs: file.mtimeMs }, (text) =>
        this.#log('info', text),
      );
      this.#newCommits = true;
      this.#tell({ type: 'committed' });
    } catch (error) {
      if (this.#writer === writer) await this.#failed(error);
    }
  }

  /** Once a second: keep the lease, or try to get it; look for roots and the sweep. */
  #beat(): void {
    if (this.#stopped || this.#paused) return;
    const { mode } = this.#config;
    const now = Date.now();
    if (this.#writer === undefined) {
      if (this.#scanning === undefined && mode === 'watch') void this.#tryToWrite();
      return;
    }
    try {
      if (this.#lease?.extend(now) === false) throw new LeaseLostError();
    } catch (error) {
      // Busy just now is no loss: the next beat comes before the lease ends.
      if (error instanceof LeaseLostError) void this.#failed(error);
    }
    if (mode === 'once' || this.#scanning !== undefined) return;
    const appeared = this.#roots.some((root) => !root.exists) && this.#rootAppeared();
    if (appeared || now - this.#lastScan > rescanEveryMs) void this.#scan();
    else if (now - this.#lastSweep > sweepEveryMs) this.#sweep(now);
    if (this.#newCommits) this.#afterCommits();
    if (now - this.#lastNightCheck > nightEveryMs) {
      this.#lastNightCheck = now;
      void this.#sumUp();
    }
  }

  /** What need not be there the moment a line is: where new sessions' repositories are. */
  #afterCommits(): void {
    this.#newCommits = false;
    void this.#maintenance?.resolveProjects().catch((error: unknown) => this.#failed(error));
  }

  #rootAppeared(): boolean {
    const present = (roots: readonly Root[]): string =>
      roots
        .filter(({ exists }) => exists)
        .map(({ logFolder }) => logFolder)
        .join('\n');
    return present(configuredRoots(this.#config)) !== present(this.#roots);
  }

  #sweep(now: number): void {
    this.#lastSweep = now;
    for (const [path, at] of this.#active) {
      if (now - at > activeMs) this.#active.delete(path);
      else this.#looks.touch(path);
    }
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof LeaseLostError) {
      this.#log('warn', 'Another process has become the writer; following it.');
      await this.#standDownLater();
      return;
    }
    const told = storeError(this.#config.storeFile, error);
    const reason = told instanceof HumanError ? told.message : `Unexpected: ${messageOf(error)}`;
    // It is tried again every second; the same failure is told once.
    if (reason !== this.#lastFailure)
      this.#log('error', told instanceof HumanError ? reason : (told.stack ?? reason));
    this.#lastFailure = reason;
    this.#state({ kind: 'unavailable', reason });
    await this.#standDownLater();
  }

  /** Stands down without waiting for the scan that may be the caller. */
  async #standDownLater(): Promise<void> {
    this.#scanning = undefined;
    await this.#standDown();
    if (this.#config.mode === 'once') this.#tell({ type: 'caughtUp' });
  }

  #tellRoots(scanned: readonly ScannedRoot[]): void {
    const roots = scanned.map(
      ({ root, files, unreadable }): RootStatus => ({
        path: root.path,
        source: root.source,
        exists: root.exists,
        transcripts: files.length,
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        unreadable,
        polling: this.#events.get(root.logFolder)?.polling ?? false,
      }),
    );
    this.#tell({ type: 'roots', roots });
  }

  #state(state: IndexerState): void {
    const text = JSON.stringify(state);
    // While the store cannot be used, every new try begins; nobody needs to see that.
    if (this.#stopped || text === this.#lastState) return;
    this.#lastState = text;
    this.#tell({ type: 'state', state });
  }

  #log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void {
    this.#tell({ type: 'log', level, text });
  }
}
