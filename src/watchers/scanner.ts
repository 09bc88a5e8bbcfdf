import type { KnownFile, SeenFile } from '../store/ingest/fileTable.ts';
import type { Writer } from '../store/writer.ts';
import { Progress } from './history/progress.ts';
import { readAhead, type UnreadFiles } from './history/readAhead.ts';
import { type ReadingEvents, storeItems } from './ingestFile.ts';
import type { Maintenance } from './maintenance.ts';
import type { IndexerOutput } from './output.ts';
import type { ReadFailures } from './readFailures.ts';
import { whileBusy } from './retryBusy.ts';
import {
  type FoundFile,
  isOfHost,
  newFiles,
  rootAbove,
  type ScannedRoot,
  scanRoots,
} from './scanRoots.ts';
import type { Sweeper } from './sweeper.ts';
import type { WatchedRoots } from './watchedRoots.ts';

/** How often everything is listed again. */
const rescanEveryMs = 10 * 60_000;

/** What was listed by the program that wants it read, and which of it has been stored with the facts beside it. */
interface Listed {
  readonly scanned: readonly ScannedRoot[];
  readonly covered: ReadonlySet<string>;
}

/** Lists all roots and reads what is new. */
export class Scanner {
  readonly #writer: Writer;
  readonly #maintenance: Maintenance;
  readonly #roots: WatchedRoots;
  readonly #sweeper: Sweeper;
  readonly #failures: ReadFailures;
  readonly #output: IndexerOutput;
  readonly #over: AbortSignal;
  #listed: Listed | undefined;
  #lastScan = 0;

  constructor(
    writer: Writer,
    maintenance: Maintenance,
    roots: WatchedRoots,
    sweeper: Sweeper,
    failures: ReadFailures,
    output: IndexerOutput,
    over: AbortSignal,
    listed?: Listed,
  ) {
    this.#writer = writer;
    this.#maintenance = maintenance;
    this.#roots = roots;
    this.#sweeper = sweeper;
    this.#failures = failures;
    this.#output = output;
    this.#over = over;
    this.#listed = listed;
  }

  isDue(now: number): boolean {
    return this.#roots.haveAppeared || now - this.#lastScan > rescanEveryMs;
  }

  /** Scans until the end, or until its term is over. One scan at a time. */
  async scan(): Promise<void> {
    const started = Date.now();
    this.#lastScan = started;
    // Watch before listing: what is written in between is then seen by one of the two.
    const roots = this.#roots.refresh();
    const listed = this.#listed;
    this.#listed = undefined;
    const scanned = listed?.scanned ?? scanRoots(roots);
    this.#failures.scanned(scanned);
    await this.#failures.save();
    const files = scanned.flatMap((each) => each.files);
    this.#sweeper.add(files, started);
    const known = this.#writer.files.all();
    this.#markGone(scanned, known);
    const fresh = newFiles(scanned, known);
    const covered = await this.#readAll(fresh, known, new Set(listed?.covered));
    if (!this.#over.aborted) await whileBusy(() => this.#writer.matchSummaries());
    await this.#readMetaFiles(scanned, covered);
    if (this.#over.aborted) return;
    await this.#failures.save();
    if (this.#over.aborted) return;
    const result = `${fresh.length} of ${files.length} transcripts had something new`;
    this.#maintenance.record('index', started, result);
    await this.#maintenance.resolveProjects(this.#over);
    await this.#maintenance.backUpIfDue(this.#over);
  }

  #markGone(
    scanned: readonly ScannedRoot[],
    known: ReadonlyMap<string, Pick<KnownFile, 'gone'>>,
  ): void {
    if (known.size === 0) return;
    const present = new Set(scanned.flatMap(({ files }) => files.map(({ path }) => path)));
    const readable = scanned.flatMap(({ root }) => (root.exists ? [root] : []));
    for (const [path, { gone }] of known) {
      if (gone || present.has(path) || rootAbove(path, readable) === undefined) continue;
      this.#writer.setGone(path, true);
    }
  }

  /**
   * Reads the history, newest first, many files to a transaction. Adds the transcripts that were stored
   * with what a meta file says of their agent to those that were before.
   */
  async #readAll(
    files: readonly FoundFile[],
    known: ReadonlyMap<string, SeenFile>,
    covered: Set<string>,
  ): Promise<ReadonlySet<string>> {
    const progress = new Progress(
      this.#output,
      files.reduce((sum, { size }) => sum + size, 0),
    );
    const unread: UnreadFiles = {
      files,
      bytes: files.reduce((sum, { path, size }) => sum + size - (known.get(path)?.size ?? 0), 0),
      bookmarkOf: (path, root) =>
        isOfHost(root, known.get(path)?.host) ? this.#writer.files.find(path)?.bookmark : undefined,
    };
    const events: ReadingEvents = {
      log: (text) => this.#output.log('info', text),
      failed: (path, reason) => this.#failures.failed(path, reason),
    };
    for await (const portion of readAhead(unread, events, { signal: this.#over })) {
      if (this.#over.aborted) return covered;
      if (portion.items.length > 0) {
        const stale = await storeItems(this.#writer, portion.items, this.#failures);
        for (const path of stale) this.#sweeper.touch(path);
        for (const { file, agentMetadata } of portion.items) {
          if (agentMetadata?.length && !stale.includes(file.path)) covered.add(file.path);
        }
        this.#output.committed();
      }
      progress.tell(portion.doneBytes);
    }
    return covered;
  }

  async #readMetaFiles(
    scanned: readonly ScannedRoot[],
    covered: ReadonlySet<string>,
  ): Promise<void> {
    if (this.#over.aborted) return;
    for (const { root, facts } of this.#maintenance.newMetaFiles(scanned, covered)) {
      if (facts.length === 0) continue;
      await whileBusy(() => this.#writer.addAgentMetadata(root.path, facts), this.#over);
    }
  }
}
