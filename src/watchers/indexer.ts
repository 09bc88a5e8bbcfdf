import { hourMs } from '../model/calendar.ts';
import { HumanError, messageOf } from '../model/errors.ts';
import type { PriceBook } from '../model/price.ts';
import { SerialQueue } from '../platform/serialQueue.ts';
import { extendCatalogue } from '../pricing/clientModels.ts';
import { parsePriceOverrides } from '../pricing/parseOverrides.ts';
import { createPriceBook } from '../pricing/priceBook.ts';
import { wasStore } from '../store/connection/ownStore.ts';
import { damageText, repairStore } from '../store/connection/repair.ts';
import { isDamage, storeError } from '../store/connection/storeErrors.ts';
import { LeaseLostError, usualLease } from '../store/connection/writerLease.ts';
import { newerStore } from '../store/schema/migrations.ts';
import { Writer } from '../store/writer.ts';
import { buildFirstStore } from './history/firstStore.ts';
import { type Acquired, LeaseKeeper, StoreReplacedError } from './leaseKeeper.ts';
import { Maintenance } from './maintenance.ts';
import type { FromIndexer, IndexerConfig } from './messages.ts';
import { IndexerOutput } from './output.ts';
import { configuredRoots, scanRoots } from './scanRoots.ts';
import { WriterTerm } from './writerTerm.ts';

/** A disk that damages one store after the other is not to be filled with them: repairs within an hour. */
const mostRepairs = 3;

function damagedAgain(file: string): HumanError {
  return new HumanError(
    'store',
    `The store ${file} is damaged again and again. Check its disk, or move it with "outlay.storePath" or OUTLAY_STORE.`,
  );
}

/** What the indexer is asked to be. It changes at once; the next transition brings it about. */
type Goal = 'writing' | 'paused' | 'stopped';

/**
 * Reads transcripts into the store as the one writer, or waits to become it. Runs on a thread of its
 * own. A state machine: a new goal cuts short what runs, and whatever changes what the indexer is
 * (becoming the writer, scans, standing down) is a transition in one queue, one at a time.
 */
export class Indexer {
  readonly #config: IndexerConfig;
  readonly #output: IndexerOutput;
  readonly #lease: LeaseKeeper;
  readonly #transitions = new SerialQueue();
  #goal: Goal;
  #heartbeat: NodeJS.Timeout | undefined;
  /** While a store that was not there is built. */
  #building: AbortController | undefined;
  #book: PriceBook | undefined;
  /** Transcripts that were stored with the facts beside them since they were listed. */
  #covered: ReadonlySet<string> = new Set();
  /** While this process writes, and until it has stood down. */
  #term: WriterTerm | undefined;
  /** A scan that has not begun. */
  #nextScan: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #lastFailure = '';
  /** When stores were repaired, UTC milliseconds. */
  #repairs: number[] = [];

  constructor(config: IndexerConfig, tell: (message: FromIndexer) => void) {
    this.#config = config;
    this.#output = new IndexerOutput(tell);
    this.#lease = new LeaseKeeper(config, this.#output);
    this.#goal = config.paused ? 'paused' : 'writing';
  }

  /**
   * Starts once its predecessor has ended; resolves when the first scan is done, or when another
   * process is the writer. To be called before anything else: what is asked then waits its turn.
   */
  start(predecessor?: Promise<void>): Promise<void> {
    return this.#queue(async () => {
      await Promise.allSettled([predecessor]);
      if (this.#goal === 'stopped') return;
      this.#output.state({ kind: 'starting' });
      const { heartbeatMs } = this.#config.lease ?? usualLease;
      this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
      await this.#reachGoal();
    });
  }

  /** Ends for good; asked again, it is the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#output.stop();
    clearInterval(this.#heartbeat);
    await this.#aimAt('stopped');
    this.#output.stopped();
  }

  pause(): Promise<void> {
    return this.#aimAt('paused');
  }

  resume(): Promise<void> {
    return this.#aimAt('writing');
  }

  /** Lists everything again and reads what is new. */
  rescan(): Promise<void> {
    return this.#term === undefined ? this.#queue(() => this.#reachGoal()) : this.#scanSoon();
  }

  #aimAt(goal: Goal): Promise<void> {
    if (this.#goal !== 'stopped') this.#goal = goal;
    if (this.#goal !== 'writing') {
      this.#building?.abort();
      this.#term?.end();
    }
    return this.#queue(() => this.#reachGoal());
  }

  /** A scan, unless one is waiting that has not begun. */
  #scanSoon(): Promise<void> {
    this.#nextScan ??= this.#queue(async () => {
      this.#nextScan = undefined;
      await this.#term?.scan();
    });
    return this.#nextScan;
  }

  /** Once a second: keep the lease, however long a transition takes, or try to get it; see what is due. */
  #beat(): void {
    if (this.#goal !== 'writing') return;
    const now = Date.now();
    const term = this.#term;
    try {
      this.#lease.extend(now);
    } catch (error) {
      // A term that is about to begin meets the same with its first transaction.
      if (term !== undefined) this.#endTerm(term, error);
      return;
    }
    if (!this.#transitions.idle || this.#config.mode === 'once') return;
    if (term === undefined) {
      void this.#queue(() => this.#reachGoal());
      return;
    }
    if (term.isScanDue(now)) void this.#scanSoon();
    else term.sweepIfDue(now);
    term.doBackgroundWork(now);
  }

  // Transitions

  /** Whatever goes wrong in a transition ends in standing down. */
  #queue(transition: () => Promise<void>): Promise<void> {
    return this.#transitions.run(async () => {
      try {
        await transition();
      } catch (error) {
        await this.#recover(error);
      }
    });
  }

  async #reachGoal(): Promise<void> {
    if (this.#term?.failure !== undefined) throw this.#term.failure;
    if (this.#goal !== 'writing' || this.#term?.isOver === true) await this.#standDown();
    if (this.#goal === 'paused') this.#output.state({ kind: 'paused' });
    if (this.#goal === 'writing' && this.#term === undefined) await this.#tryToWrite();
  }

  /** Opens the store and takes the lease, unless another process holds it. */
  async #tryToWrite(): Promise<void> {
    await this.#buildFirst();
    if (this.#goal !== 'writing') return;
    const acquired = await this.#lease.acquire();
    // Another goal has its transition in the queue, which gives back what has just been got.
    if (this.#goal !== 'writing') return;
    if (acquired.kind === 'held') await this.#beginTerm(acquired);
    else if (acquired.kind === 'taken') this.#follow(acquired.pid, acquired.role);
    else this.#output.unavailable(newerStore());
  }

  /** Builds the store where there is none, as far as that is quick. */
  async #buildFirst(): Promise<void> {
    const building = new AbortController();
    this.#building = building;
    try {
      const { signal } = building;
      const config = this.#config;
      const book = this.#priceBook();
      const covered = await buildFirstStore(config, book, this.#lease.holder, this.#output, signal);
      if (config.listed !== undefined) this.#covered = covered;
    } finally {
      this.#building = undefined;
    }
  }

  #priceBook(): PriceBook {
    if (this.#book === undefined) {
      const { priceOverrides, clientModels } = this.#config;
      const { overrides, problems } = parsePriceOverrides(priceOverrides ?? {});
      for (const problem of problems) {
        this.#output.log('warn', `Price override ignored: ${problem}`);
      }
      this.#book = createPriceBook(overrides, extendCatalogue(clientModels));
    }
    return this.#book;
  }

  /** Another process writes: say so once, with what there is to be read. */
  #follow(pid: number, role: string): void {
    const isNews = this.#output.state({ kind: 'following', pid, role });
    if (!isNews) return;
    const { listed = scanRoots(configuredRoots(this.#config)) } = this.#config;
    this.#output.roots(listed, () => false);
  }

  async #beginTerm({ db, assertWriter }: Extract<Acquired, { kind: 'held' }>): Promise<void> {
    const config = this.#config;
    const output = this.#output;
    const book = this.#priceBook();
    const writer = new Writer(db, { book, storeTitles: config.storeTitles, assertWriter });
    const maintenance = new Maintenance(db, config.storeFile, writer, (level, text) =>
      output.log(level, text),
    );
    await maintenance.checkAfterUncleanEnd();
    await maintenance.repriceIfChanged();
    const term = new WriterTerm(
      { config, db, writer, maintenance, output, covered: this.#covered },
      {
        failed: (failed, error) => this.#endTerm(failed, error),
        scanWanted: () => void this.#scanSoon(),
      },
    );
    this.#term = term;
    output.log('info', `Writing ${config.storeFile} with ${db.engine}`);
    if (this.#goal === 'writing') await term.scan();
  }

  /** Stops watching, gives the lease back and closes the store. */
  async #standDown(isWhole = true): Promise<void> {
    await this.#term?.close(isWhole);
    this.#term = undefined;
    this.#lease.release();
  }

  // Failures

  /** A term has failed outside of the transitions: it is over at once, and its turn to close comes. */
  #endTerm(term: WriterTerm, error: unknown): void {
    if (term.isOver) return;
    term.end(error);
    void this.#queue(() => this.#reachGoal());
  }

  /** After a failure: stands down, and goes on at once with what takes the place of a damaged store. */
  async #recover(error: unknown): Promise<void> {
    const damaged = isDamage(error);
    await this.#standDown(!damaged);
    this.#repairs = this.#repairs.filter((at) => Date.now() - at < hourMs);
    const mayRepair = this.#repairs.length < mostRepairs;
    if (damaged && mayRepair && this.#goal === 'writing' && this.#repair()) {
      try {
        await this.#reachGoal();
      } catch (next) {
        await this.#recover(next);
      }
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
    this.#repairs.push(Date.now());
    try {
      const damage = repairStore(storeFile);
      if (damage !== undefined) this.#output.log('error', damageText(damage));
      return true;
    } catch (error) {
      this.#output.log('error', `The store could not be repaired: ${messageOf(error)}`);
      return false;
    }
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
