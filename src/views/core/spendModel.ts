import { dirname } from 'node:path';
import { type Disposable, EventEmitter, type LogOutputChannel, l10n, type Memento } from 'vscode';
import { runningSessions } from '../../agents/registry.ts';
import { AnalysisThread } from '../../analysisThread/client.ts';
import { Crossings } from '../../budgets/crossings.ts';
import { type Overview, readOverview } from '../../budgets/overview.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { officialShares, readClientReports } from '../../dataFolder/clientReports.ts';
import { dataFolder, resolveStorePath } from '../../dataFolder/paths.ts';
import { daySpan } from '../../model/calendar.ts';
import { messageOf } from '../../model/errors.ts';
import type { CatalogueModel } from '../../pricing/catalogue.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import { isBusy, storeError } from '../../store/connection/storeErrors.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import type { FromIndexer } from '../../watchers/messages.ts';
import { StoreWatch } from '../../watchers/storeWatcher.ts';
import {
  runStoreTask,
  type StoreTask,
  type StoreTaskResults,
} from '../../watchers/thread/storeTask.ts';
import { IndexerSupervisor } from '../../watchers/thread/supervisor.ts';
import { errorText } from '../text/errorText.ts';
import { inBackground } from './background.ts';
import { BudgetSources } from './budgetSources.ts';
import { indexerConfig } from './indexerConfig.ts';
import { OpenReader } from './openReader.ts';
import { PricesInForce } from './pricesInForce.ts';
import { type DemoLocation, readRoots } from './readRoots.ts';
import { RememberedFigure } from './rememberedFigure.ts';
import { adoptSettings, mirrorSettings } from './settingsMirror.ts';
import type { SettingsModel } from './settingsModel.ts';
import { nothingYet, type Spend } from './spend.ts';
import { directoriesInWindow, hasFolders } from './windowScope.ts';

/** While commits come thick and fast, the figures are asked for at most this often. */
const restMs = 16;

/** Figures that hang on the clock (the last hour, a new day) are asked for again this often. */
const tickMs = 30_000;

/** Who waits for a rescan waits no longer than this. */
const longestRescanMs = 60_000;

/**
 * The state all views share: queries the store after every commit, of any process, and runs the
 * indexing thread. One event, many subscribers.
 */
export class SpendModel implements Disposable {
  readonly #changed = new EventEmitter<Spend>();
  /** Fired whenever anything a view may show has changed. */
  readonly onDidChange = this.#changed.event;
  /** Answers what takes longer than the editor's own thread may be held. */
  readonly analysis = new AnalysisThread();
  /** The same for what takes seconds. */
  readonly slowAnalysis = new AnalysisThread();
  readonly #log: LogOutputChannel;
  readonly #settings: SettingsModel;
  readonly #figure: RememberedFigure;
  #indexer: IndexerSupervisor | undefined;
  #watch: StoreWatch | undefined;
  readonly #open = new OpenReader();
  readonly #budgetSources = new BudgetSources(() => this.#askSoon());
  readonly #crossings = new Crossings();
  #storeFile = '';
  #config = '';
  /** What the store said of itself when it was last asked. */
  #revision: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  #askedAt = -Infinity;
  /** Sessions whose Claude Code runs, as of the last tick. */
  #running: ReadonlySet<string> = new Set();
  #demo: DemoLocation | undefined;
  /** Told when everything has been read. */
  readonly #waiting = new Set<() => void>();
  /** The store that is being migrated just now. */
  #migrating: string | undefined;
  #prices: PricesInForce | undefined;
  /** Nothing is opened or read: the store is being moved or removed, or the window ends. */
  #closed = false;
  #spend: Spend;

  constructor(settings: SettingsModel, memory: Memento, log: LogOutputChannel) {
    this.#settings = settings;
    this.#figure = new RememberedFigure(memory);
    this.#log = log;
    this.#spend = nothingYet(settings.current);
    settings.onDidChange(() => this.#configure());
  }

  get spend(): Spend {
    return this.#spend;
  }

  /** The store's file, for messages and reports. */
  get storeFile(): string {
    return this.#storeFile;
  }

  get #demoFolder(): string | undefined {
    return this.#demo && dirname(this.#demo.storeFile);
  }

  /** Where decisions on insights and budgets are written: those of the demo go with the demo. */
  get keptFolder(): string {
    return this.#demoFolder ?? dataFolder();
  }

  /** Paths of the configuration directories that are read: the demo's, or those of the settings. */
  readRoots(): string[] {
    return readRoots(this.#spend.settings, this.#demo);
  }

  /** The figure remembered from the last window; before anything is opened. */
  recall(): void {
    const { settings } = this.#spend;
    this.#storeFile = resolveStorePath({ setting: settings.storePath });
    const remembered = this.#figure.recall(this.#storeFile, settings);
    if (remembered !== undefined) this.#set({ remembered });
  }

  /** The store's reader, for views that ask more than the overview; undefined while there is none. */
  get reader(): StoreReader | undefined {
    return this.#open.reader;
  }

  /** The rates in force, the user's own prices among them. */
  get book(): RateBook {
    return this.#pricesInForce().book;
  }

  /** Models the catalogue does not know and Claude Code has a price of, as last read. */
  get clientModels(): readonly CatalogueModel[] {
    return this.#pricesInForce().clientModels;
  }

  #pricesInForce(): PricesInForce {
    this.#prices ??= new PricesInForce(this.#spend.settings, this.#demo);
    return this.#prices;
  }

  /** Sessions whose Claude Code is known to run. */
  get running(): ReadonlySet<string> {
    return this.#running;
  }

  /** Every budget that holds now, wherever it was set. */
  budgets(): BudgetEntry[] {
    const projects = this.reader?.projects() ?? [];
    return this.#budgetSources.inForce(
      this.#settings.current,
      projects,
      Date.now(),
      this.#demoFolder,
    );
  }

  /** What a file besides the store says has changed: the figures are asked for again. */
  refresh(): void {
    this.#askSoon();
  }

  /** Shows made-up sessions instead of the user's, or the user's again. */
  async useDemo(place: DemoLocation | undefined): Promise<void> {
    await this.whileClosed(async () => {
      this.#demo = place;
    });
  }

  /**
   * Gives back the lease, closes the store, does the work and opens everything again. Whatever
   * moves, replaces or deletes the store goes through here.
   */
  async whileClosed(work: () => Promise<void>): Promise<void> {
    await this.close();
    try {
      await work();
    } finally {
      this.#closed = false;
      this.analysis.open();
      this.slowAnalysis.open();
      this.#set({
        overview: undefined,
        remembered: undefined,
        indexer: { kind: 'starting' },
        readProblem: '',
        roots: [],
        demo: this.#demo !== undefined,
      });
      this.#configure();
    }
  }

  /** Work on a whole store, on a thread of its own. */
  runTask<K extends StoreTask['kind']>(
    task: Extract<StoreTask, { kind: K }>,
  ): Promise<StoreTaskResults[K]> {
    return runStoreTask<K>(task, { told: (text) => this.#log.error(text) });
  }

  /** Gives back the lease and closes the store until the window is reloaded. */
  async close(): Promise<void> {
    this.#closed = true;
    const indexer = this.#indexer;
    this.#indexer = undefined;
    this.#config = '';
    this.#watch?.dispose();
    this.#watch = undefined;
    await indexer?.stop();
    await Promise.all([this.analysis.close(), this.slowAnalysis.close()]);
    this.#closeReader();
  }

  /** Opens the store, starts the indexing thread and keeps everything up to date. */
  start(): void {
    this.#askToday();
    this.#configure();
    this.#tick = setInterval(() => {
      this.#findRunning();
      // What another program has set since. While the store is moved, its files are left alone.
      if (!this.#closed) inBackground(adoptSettings(dataFolder()));
      const { overview, indexer } = this.#spend;
      // Claude Code may have been told the price meanwhile.
      if (indexer.kind !== 'paused' && overview?.unpricedToday.length) this.#configure();
      this.#ask();
    }, tickMs);
  }

  /** Models without a price, with the number of their messages, over everything. */
  unpricedModels(): { model: string; messages: number }[] {
    const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
    return this.reader?.unpricedModels(always, undefined) ?? [];
  }

  /**
   * Reads prices and lists everything again; starts the indexing thread again if it has died. Resolves when
   * everything is read, or another process is found to do that; at the latest after a while.
   */
  async rescan(): Promise<void> {
    const { kind } = this.#spend.indexer;
    if (kind !== 'paused') this.#configure();
    this.#indexer?.rescan();
    if (kind !== 'watching' && kind !== 'unavailable') return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, longestRescanMs);
      this.#waiting.add(done);
    });
  }

  pause(): void {
    this.#indexer?.pause();
  }

  resume(): void {
    this.#indexer?.resume();
  }

  /** Applies the settings: the thread is told only when something it depends on has changed. */
  #configure(): void {
    const settings = this.#settings.current;
    this.#set({ settings });
    // While the store is moved or removed, the settings' mirror is left alone as well.
    if (this.#closed) return;
    this.#mirror();
    const storeFile = this.#demo?.storeFile ?? resolveStorePath({ setting: settings.storePath });
    if (storeFile !== this.#storeFile) {
      this.#storeFile = storeFile;
      this.#closeReader();
      this.#watch?.dispose();
      this.#watch = undefined;
    }
    this.#watch ??= new StoreWatch(storeFile, () => this.#onStoreEvent());
    this.#prices = new PricesInForce(settings, this.#demo);
    const { overrides, clientModels } = this.#prices;
    for (const problem of overrides.problems) this.#log.warn(problem);
    const config = indexerConfig(settings, storeFile, this.#demo, {
      priceOverrides: overrides.data,
      clientModels,
    });
    const text = JSON.stringify(config);
    if (text !== this.#config) {
      this.#config = text;
      this.#indexer ??= new IndexerSupervisor({
        message: (message) => this.#onIndexer(message),
        ended: (error, waitMs) => this.#onIndexerEnd(error, waitMs),
      });
      this.#indexer.configure(config);
    }
    this.#askSoon();
  }

  #findRunning(): void {
    this.#running = runningSessions(this.#spend.roots.map(({ path }) => path));
  }

  #mirror(): void {
    try {
      mirrorSettings(dataFolder());
    } catch (error) {
      this.#log.warn(`The settings could not be mirrored for the terminal: ${messageOf(error)}`);
    }
  }

  #onIndexerEnd(error: Error, waitMs: number): void {
    this.#log.error(error);
    const reason = l10n.t(
      'The indexing thread ended ({0}). It restarts in {1} s; "Outlay: Rescan Transcripts" restarts it now.',
      error.message,
      Math.ceil(waitMs / 1000),
    );
    this.#set({ indexer: { kind: 'unavailable', reason } });
  }

  #onIndexer(message: FromIndexer): void {
    switch (message.type) {
      case 'committed':
        this.#askSoon();
        break;
      case 'caughtUp':
        this.#askSoon();
        for (const done of [...this.#waiting]) done();
        break;
      case 'state':
        this.#set({ indexer: message.state });
        if (this.reader === undefined) this.#askSoon();
        break;
      case 'roots':
        this.#set({ roots: message.roots });
        this.#findRunning();
        break;
      case 'log':
        this.#log[message.level](message.text);
        break;
      case 'stopped':
        break;
    }
  }

  #onStoreEvent(): void {
    try {
      this.#closeReplaced();
      // The writer's heartbeat touches the file as well; only what was read from transcripts counts.
      const unread = this.reader === undefined;
      if (unread || this.reader?.revision() !== this.#revision) this.#askSoon();
    } catch (error) {
      this.#failedToRead(error);
    }
  }

  /** The one figure everybody waits for, before anything else takes time. */
  #askToday(): void {
    const { settings } = this.#spend;
    // Which directories are this workspace's is a question of its own.
    if (settings.scope === 'workspace') return;
    try {
      const reader = this.#openReader();
      if (reader === undefined) return;
      const day = daySpan(Date.now(), settings.zone);
      const { nano: messages } = reader.spend(day, undefined);
      this.#set({ remembered: messages + reader.background(day, undefined) });
    } catch (error) {
      this.#failedToRead(error);
    }
  }

  /** Asks at once after a rest, else as soon as the rest is over. */
  #askSoon(): void {
    if (this.#timer !== undefined || this.#closed) return;
    const wait = Math.max(0, this.#askedAt + restMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, wait);
  }

  #ask(): void {
    if (this.#closed) return;
    const { settings } = this.#spend;
    try {
      this.#closeReplaced();
      const reader = this.#openReader();
      if (reader === undefined) return;
      this.#revision = reader.revision();
      const projects = reader.projects();
      const inWindow = hasFolders() ? directoriesInWindow(projects) : undefined;
      const now = Date.now();
      const overview = readOverview(reader, {
        now,
        zone: settings.zone,
        weekStart: settings.weekStart,
        scope: settings.scope === 'workspace' ? (inWindow ?? []) : undefined,
        windowScope: inWindow,
        running: this.#running,
        budgets: this.#budgetSources.inForce(settings, projects, now, this.#demoFolder),
        crossings: this.#crossings,
        currency: settings.currency,
      });
      this.#set({
        overview,
        engine: reader.engine,
        revision: this.#revision,
        readProblem: '',
        official:
          this.#demo === undefined
            ? officialShares(readClientReports(dataFolder()), now)
            : undefined,
      });
      inBackground(this.#remember(overview));
    } catch (error) {
      this.#failedToRead(error);
    } finally {
      this.#askedAt = performance.now();
    }
  }

  #failedToRead(error: unknown): void {
    this.#closeReader();
    const told = storeError(this.#storeFile, error);
    const readProblem = errorText(told);
    if (isBusy(error)) this.#askSoon();
    else if (readProblem !== this.#spend.readProblem) {
      this.#log.error(`The store could not be read: ${told.message}`);
      this.#set({ readProblem });
    }
  }

  #openReader(): StoreReader | undefined {
    const known = this.#open.reader;
    const reader = this.#open.open(this.#storeFile, () => {
      // Whoever writes it migrates it first, and tells when that is done.
      if (this.#spend.indexer.kind === 'paused') inBackground(this.#migrate(this.#storeFile));
    });
    if (reader !== known) this.#log.debug(`Reading ${this.#storeFile} with ${reader?.engine}`);
    return reader;
  }

  /** A store that was replaced is not read any longer. */
  #closeReplaced(): void {
    if (this.#open.isReplaced) this.#closeReader();
  }

  /** What an older Outlay wrote last is migrated before it is read, also while nothing is written. */
  async #migrate(file: string): Promise<void> {
    if (this.#migrating === file) return;
    this.#migrating = file;
    try {
      await this.runTask<'migrate'>({ kind: 'migrate', file });
      this.#askSoon();
    } catch (error) {
      this.#failedToRead(error);
    } finally {
      this.#migrating = undefined;
    }
  }

  async #remember(overview: Overview): Promise<void> {
    if (this.#demo !== undefined) return;
    await this.#figure.keep(this.#storeFile, this.#spend.settings, overview);
  }

  #set(change: Partial<Spend>): void {
    this.#spend = { ...this.#spend, ...change };
    this.#changed.fire(this.#spend);
  }

  #closeReader(): void {
    this.#open.close();
    this.#revision = undefined;
  }

  /** Gives back the lease and closes everything; awaited by `deactivate`. */
  async stop(): Promise<void> {
    // What the indexer still says on its way out must not open the store again.
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#tick);
    this.#watch?.dispose();
    const indexer = this.#indexer;
    this.#indexer = undefined;
    await indexer?.stop();
    await Promise.all([this.analysis.close(), this.slowAnalysis.close()]);
    this.#closeReader();
    // Closing has written to the store once more, which the remembered figure must not mind.
    if (this.#spend.overview !== undefined) await this.#remember(this.#spend.overview);
  }

  dispose(): void {
    inBackground(this.stop());
    this.#budgetSources.dispose();
    this.#changed.dispose();
  }
}
