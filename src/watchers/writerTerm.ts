import { unreadableKey } from '../model/unreadable.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { releaseMemory } from '../store/connection/openStore.ts';
import type { Writer } from '../store/writer.ts';
import type { Maintenance } from './maintenance.ts';
import type { IndexerConfig } from './messages.ts';
import type { IndexerOutput } from './output.ts';
import { ReadFailures } from './readFailures.ts';
import { RetentionJob, retentionJob } from './retentionJob.ts';
import { Scanner } from './scanner.ts';
import { Sweeper } from './sweeper.ts';
import { TelemetryListener } from './telemetryListener.ts';
import { WatchedRoots } from './watchedRoots.ts';

/** How often it is asked whether the night's work is due. */
const nightEveryMs = 60_000;
/**
 * A program that reads once and answers downsamples old detail for so long; the next one goes on.
 */
const briefMs = 2000;

/** What a term needs from the indexer. */
interface Parts {
  readonly config: IndexerConfig;
  readonly db: SqlDatabase;
  readonly writer: Writer;
  readonly maintenance: Maintenance;
  readonly output: IndexerOutput;
  /** Transcripts that were stored with the facts beside them since they were listed. */
  readonly covered: ReadonlySet<string>;
}

/** What a term tells the indexer, as long as it is not over. */
interface TermEvents {
  /** Work that nobody waits for has failed. */
  readonly failed: (term: WriterTerm, error: unknown) => void;
  /** Everything should be listed again. */
  readonly scanWanted: () => void;
}

/** One term as the writer (as in leader election), from getting the lease to giving it back. */
export class WriterTerm {
  readonly #parts: Parts;
  readonly #over = new AbortController();
  readonly #roots: WatchedRoots;
  readonly #sweeper: Sweeper;
  readonly #scanner: Scanner;
  readonly #retention: RetentionJob | undefined;
  readonly #telemetry: TelemetryListener | undefined;
  readonly #fail: (error: unknown) => void;
  /** Work that nobody waits for, until it is done. */
  readonly #background = new Set<Promise<void>>();
  #lastNightCheck = 0;
  #failure: unknown;

  constructor(parts: Parts, events: TermEvents) {
    const { config, db, writer, maintenance, output, covered } = parts;
    const { signal } = this.#over;
    this.#parts = parts;
    this.#fail = (error) => {
      // What is cut short because the term is over has not failed.
      if (!signal.aborted) events.failed(this, error);
    };
    this.#roots = new WatchedRoots(
      config,
      output,
      (path, event) => this.#sweeper.onEvent(path, event),
      () => {
        if (!signal.aborted) events.scanWanted();
      },
    );
    const stored = maintenance.meta(unreadableKey);
    const failures = new ReadFailures(writer, this.#roots, output, signal, stored);
    this.#sweeper = new Sweeper(writer, this.#roots, failures, output, signal, this.#fail);
    this.#scanner = new Scanner(
      writer,
      maintenance,
      this.#roots,
      this.#sweeper,
      failures,
      output,
      signal,
      config.mode === 'once' && config.listed !== undefined
        ? { scanned: config.listed, covered }
        : undefined,
    );
    if (config.telemetryFile !== undefined && config.mode === 'watch') {
      this.#telemetry = new TelemetryListener(config.telemetryFile, writer, output, this.#fail);
      // It need not wait for a long history.
      this.#telemetry.lookIfDue(Date.now());
    }
    if (config.retention !== undefined) {
      this.#retention = new RetentionJob(
        db,
        config.retention,
        (started, result) => maintenance.record(retentionJob, started, result),
        (level, text) => output.log(level, text),
      );
    }
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** What ended it, unless it was asked to end. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Ends the term at once: what runs stops at its next step. */
  end(failure?: unknown): void {
    if (this.isOver) return;
    this.#failure = failure;
    this.#over.abort();
  }

  /** Brings everything up to date. Throws only while the term is not over. */
  async scan(): Promise<void> {
    if (this.isOver) return;
    const { config, db, output } = this.#parts;
    try {
      await this.#scanner.scan();
      if (this.isOver) return;
      if (config.mode === 'once') await this.#sumUp(briefMs);
      if (this.isOver) return;
      output.state({ kind: 'watching' });
      output.caughtUp();
      // A history fills the cache; what is appended needs little of it.
      releaseMemory(db);
      if (config.mode === 'watch') this.#beside(this.#doDailyWork());
    } catch (error) {
      if (!this.isOver) throw error;
    }
  }

  isScanDue(now: number): boolean {
    return this.#scanner.isDue(now);
  }

  sweepIfDue(now: number): void {
    this.#sweeper.sweepIfDue(now);
  }

  /** What need not be there the moment a line is: new sessions' repositories, the night's work. */
  doBackgroundWork(now: number): void {
    this.#telemetry?.lookIfDue(now);
    if (this.#sweeper.takeCommitted()) {
      this.#beside(this.#parts.maintenance.resolveProjects(this.#over.signal));
    }
    if (now - this.#lastNightCheck > nightEveryMs) {
      this.#lastNightCheck = now;
      this.#beside(this.#doDailyWork());
    }
  }

  #beside(work: Promise<void>): void {
    const done = work.catch(this.#fail).finally(() => this.#background.delete(done));
    this.#background.add(done);
  }

  /** What is due once a day. Neither keeps new lines from being stored. */
  async #doDailyWork(): Promise<void> {
    await this.#parts.maintenance.checkIfDue(this.#over.signal);
    await this.#sumUp();
  }

  /** Downsamples what is old when a night has passed; everything else goes on meanwhile. */
  async #sumUp(forMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { writer, output } = this.#parts;
    const until = Date.now() + forMs;
    const goOn = (): boolean => !this.isOver && Date.now() < until;
    try {
      if (await this.#retention?.runIfDue(writer, goOn)) output.committed();
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Ends the term and waits for what still runs in it; the store may be closed then. Notes that it is
   * whole, if so far as is known it is.
   */
  async close(isWhole: boolean): Promise<void> {
    this.end();
    const { output, maintenance } = this.#parts;
    await Promise.all([
      this.#roots.close(),
      this.#sweeper.close(),
      this.#telemetry?.close(),
      ...this.#background,
    ]);
    if (isWhole) output.quietly(() => maintenance.markClean());
  }
}
