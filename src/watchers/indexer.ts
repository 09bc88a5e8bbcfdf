import { HumanError, messageOf } from '../model/errors.ts';
import { SerialQueue } from '../platform/serialQueue.ts';
import { parsePriceOverrides } from '../pricing/parseOverrides.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import { wasStore } from '../store/connection/ownStore.ts';
import { damageText, repairStore } from '../store/connection/repair.ts';
import { isDamage, storeError } from '../store/connection/storeErrors.ts';
import { heartbeatMs, LeaseLostError } from '../store/connection/writerLease.ts';
import { newerStore } from '../store/schema/migrations.ts';
import { Writer } from '../store/writer.ts';
import { type Acquired, LeaseKeeper, StoreReplacedError } from './leaseKeeper.ts';
import { Maintenance } from './maintenance.ts';
import type { FromIndexer, IndexerConfig } from './messages.ts';
import { IndexerOutput } from './output.ts';
import { configuredRoots, scanRoots } from './scanRoots.ts';
import { WriterTerm } from './writerTerm.ts';

/** A disk that damages one store after the other is not to be filled with them. */
const mostRepairs = 3;

function damagedAgain(file: string): HumanError {
  return new HumanError(
    'store',
    `The store ${file} is damaged again and again. Check its disk, or move it with "outlay.storePath" or OUTLAY_STORE.`,
  );
}

/**
 * Reads transcripts into the store as the one writer, or waits to become it. Runs on a thread of its
 * own. What it is to do (`#paused`, `#stopped`) changes at once and cuts short what runs; becoming
 * the writer, scans and standing down are transitions, one at a time.
 */
export class Indexer {
  readonly #config: IndexerConfig;
  readonly #output: IndexerOutput;
  readonly #lease: LeaseKeeper;
  readonly #transitions = new SerialQueue();
  #paused: boolean;
  #stopped = false;
  #heartbeat: NodeJS.Timeout | undefined;
  /** While this process writes, and until it has stood down. */
  #term: WriterTerm | undefined;
  /** A scan that has not begun. */
  #nextScan: Promise<void> | undefined;
  /** Process that writes in our place, 0 when none does. */
  #following = 0;
  #lastFailure = '';
  #repairs = 0;

  constructor(config: IndexerConfig, tell: (message: FromIndexer) => void) {
    this.#config = config;
    this.#output = new IndexerOutput(tell);
    this.#lease = new LeaseKeeper(config, this.#output);
    this.#paused = config.paused;
  }

  /** Starts; resolves when the first scan is done, or when another process is the writer. */
  start(): Promise<void> {
    return this.#transitions.run(async () => {
      if (this.#stopped) return;
      this.#output.state({ kind: 'starting' });
      this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
      if (this.#paused) this.#output.state({ kind: 'paused' });
      else await this.#tryToWrite();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#output.stop();
    clearInterval(this.#heartbeat);
    this.#term?.end();
    await this.#transitions.run(() => this.#standDown());
    this.#output.stopped();
  }

  pause(): Promise<void> {
    this.#paused = true;
    this.#term?.end();
    return this.#transitions.run(async () => {
      await this.#standDown();
      this.#output.state({ kind: 'paused' });
    });
  }

  resume(): Promise<void> {
    this.#paused = false;
    return this.#transitions.run(() => this.#tryToWrite());
  }

  /** Lists everything again and reads what is new. */
  rescan(): Promise<void> {
    return this.#term === undefined
      ? this.#transitions.run(() => this.#tryToWrite())
      : this.#scanSoon();
  }

  get #mayWrite(): boolean {
    return !this.#stopped && !this.#paused;
  }

  /** A scan, unless one is waiting that has not begun. */
  #scanSoon(): Promise<void> {
    this.#nextScan ??= this.#transitions.run(async () => {
      this.#nextScan = undefined;
      if (this.#term !== undefined) await this.#scan(this.#term);
    });
    return this.#nextScan;
  }

  /** Once a second: keep the lease, or try to get it; see what is due. */
  #beat(): void {
    if (!this.#mayWrite) return;
    const now = Date.now();
    const { mode } = this.#config;
    const { idle } = this.#transitions;
    const term = this.#term;
    try {
      this.#lease.extend(now);
    } catch (error) {
      if (term !== undefined) this.#endTerm(term, error);
      return;
    }
    if (!idle || mode === 'once') return;
    if (term === undefined) {
      void this.#transitions.run(() => this.#tryToWrite());
      return;
    }
    if (term.isScanDue(now)) void this.#scanSoon();
    else term.sweepIfDue(now);
    term.doBackgroundWork(now);
  }

  // Transitions

  /** Opens the store and takes the lease, unless another process holds it. */
  async #tryToWrite(): Promise<void> {
    if (this.#term !== undefined || !this.#mayWrite) return;
    try {
      const acquired = await this.#lease.acquire();
      // Whoever pauses or stops stands down next, which gives back what has just been got.
      if (!this.#mayWrite) return;
      if (acquired.kind === 'held') await this.#beginTerm(acquired);
      else if (acquired.kind === 'taken') this.#follow(acquired.pid, acquired.role);
      else this.#output.unavailable(newerStore());
    } catch (error) {
      await this.#recover(error);
    }
  }

  /** Another process writes: say so once, with what there is to be read. */
  #follow(pid: number, role: string): void {
    if (this.#following === pid) return;
    this.#following = pid;
    this.#output.state({ kind: 'following', pid, role });
    this.#output.roots(scanRoots(configuredRoots(this.#config)), () => false);
  }

  async #beginTerm({ db, assertWriter }: Extract<Acquired, { kind: 'held' }>): Promise<void> {
    this.#following = 0;
    const config = this.#config;
    const output = this.#output;
    const { overrides, problems } = parsePriceOverrides(config.priceOverrides ?? {});
    for (const problem of problems) output.log('warn', `Price override ignored: ${problem}`);
    const book = createPriceBook(overrides);
    const writer = new Writer(db, { book, storeTitles: config.storeTitles, assertWriter });
    const maintenance = new Maintenance(db, config.storeFile, writer, (level, text) =>
      output.log(level, text),
    );
    await maintenance.checkAfterUncleanEnd();
    await maintenance.repriceIfChanged();
    const term = new WriterTerm(
      { config, db, writer, maintenance, output },
      {
        failed: (ended, error) => this.#endTerm(ended, error),
        scanWanted: () => void this.#scanSoon(),
      },
    );
    this.#term = term;
    output.log('info', `Writing ${config.storeFile} with ${db.engine}`);
    if (this.#mayWrite) await this.#scan(term);
  }

  async #scan(term: WriterTerm): Promise<void> {
    if (term.isOver) return;
    try {
      await term.scan();
    } catch (error) {
      term.end();
      await this.#recover(error);
    }
  }

  /** Stops watching, gives the lease back and closes the store. */
  async #standDown(isWhole = true): Promise<void> {
    await this.#term?.close(isWhole);
    this.#term = undefined;
    this.#following = 0;
    this.#lease.release();
  }

  // Failures

  /** After a failure: stands down, and goes on at once with what takes the place of a damaged store. */
  async #recover(error: unknown): Promise<void> {
    const damaged = isDamage(error);
    await this.#standDown(!damaged);
    const mayRepair = this.#repairs < mostRepairs;
    if (damaged && mayRepair && this.#mayWrite && this.#repair()) {
      await this.#tryToWrite();
      return;
    }
    this.#tellFailure(damaged && !mayRepair ? damagedAgain(this.#config.storeFile) : error);
    if (this.#config.mode === 'once') this.#output.caughtUp();
  }

  /** Sets the store aside, unless another program has just done so; true when it is worth a try. */
  #repair(): boolean {
    const { storeFile } = this.#config;
    // What is not ours is left as it is, and said to be so.
    if (!wasStore(storeFile)) return false;
    this.#repairs += 1;
    try {
      const damage = repairStore(storeFile);
      if (damage !== undefined) this.#output.log('error', damageText(damage));
      return true;
    } catch (error) {
      this.#output.log('error', `The store could not be repaired: ${messageOf(error)}`);
      return false;
    }
  }

  /** A term has failed outside of the transitions: it is over at once, and its turn to close comes. */
  #endTerm(term: WriterTerm, error: unknown): void {
    if (term.isOver) return;
    term.end();
    void this.#transitions.run(() => this.#recover(error));
  }

  #tellFailure(error: unknown): void {
    if (error instanceof StoreReplacedError) {
      this.#output.log('warn', 'Another file has taken the place of the store; going on with it.');
      return;
    }
    if (error instanceof LeaseLostError) {
      this.#output.log('warn', 'Another process has become the writer; following it.');
      return;
    }
    const told = storeError(this.#config.storeFile, error);
    const reason = told instanceof HumanError ? told.message : `Unexpected: ${messageOf(error)}`;
    // Retried every second; the same failure is logged once.
    // A program that reads once and waits for this is told by the state, and says it itself.
    if (reason !== this.#lastFailure && this.#config.mode !== 'once') {
      this.#output.log('error', told instanceof HumanError ? reason : (told.stack ?? reason));
    }
    this.#lastFailure = reason;
    this.#output.state({
      kind: 'unavailable',
      reason,
      what: told instanceof HumanError ? told.what : undefined,
    });
  }
}
