import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Disposable, EventEmitter, type LogOutputChannel, l10n, type Memento } from 'vscode';
import { runningSessions } from '../../agents/registry.ts';
import { AnalysisThread } from '../../analysisThread/client.ts';
import { Crossings } from '../../budgets/crossings.ts';
import { type Overview, readOverview } from '../../budgets/overview.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import {
  type OfficialShares,
  officialShares,
  readClientReports,
} from '../../dataFolder/clientReports.ts';
import { dataFolder, resolveStorePath } from '../../dataFolder/paths.ts';
import { dayOf, daySpan } from '../../model/calendar.ts';
import { messageOf } from '../../model/errors.ts';
import type { CatalogueModel } from '../../pricing/catalogue.ts';
import { extendCatalogue } from '../../pricing/clientModels.ts';
import { createPriceBook, type RateBook } from '../../pricing/priceBook.ts';
import type { MergedOverrides } from '../../settings/priceOverrides.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { isBusy, storeError } from '../../store/connection/storeErrors.ts';
import { storeIdentity } from '../../store/connection/storeFiles.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { isOlder, schemaState } from '../../store/schema/migrations.ts';
import type { FromIndexer, IndexerState, RootStatus } from '../../watchers/messages.ts';
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
import { type DemoLocation, readClientModels } from './readRoots.ts';
import { mirrorSettings } from './settingsMirror.ts';
import type { Settings, SettingsModel } from './settingsModel.ts';
import { userPrices } from './userPrices.ts';
import { directoriesInWindow, hasFolders } from './windowScope.ts';

/** While commits come thick and fast, the figures are asked for at most this often. */
const restMs = 16;

/** Figures that hang on the clock (the last hour, a new day) are asked for again this often. */
const tickMs = 30_000;
const cacheKey = 'overview';

/** Everything a view may show. */
export interface Spend {
  /** Undefined until the store has been read once. */
  readonly overview: Overview | undefined;
  /** Today's figure, of the last window or just read, until the overview is there. Nano-dollars. */
  readonly remembered: number | undefined;
  readonly indexer: IndexerState;
  /** Why the store cannot be read just now, '' when it can. */
  readonly readProblem: string;
  readonly roots: readonly RootStatus[];
  readonly settings: Settings;
  /** SQLite engine the figures are read with; '' until the store is open. */
  readonly engine: string;
  /** What the store said of itself when it was last asked; changes with every commit that matters. */
  readonly revision: string;
  /** The figures are those of the demo. */
  readonly demo: boolean;
  /** What Claude Code itself said of a plan's windows; undefined where it has not, or that is over. */
  readonly official: OfficialShares | undefined;
}

interface Remembered {
  readonly day: string;
  readonly zone: string;
  readonly scope: string;
  readonly store: string;
  readonly total: number;
}

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
  readonly #memory: Memento;
  #indexer: IndexerSupervisor | undefined;
  #watch: StoreWatch | undefined;
  #reader: StoreReader | undefined;
  /** The file the reader has open. */
  #readerFile = '';
  readonly #budgetSources = new BudgetSources(() => this.#askSoon());
  readonly #crossings = new Crossings();
  #storeFile = '';
  #config = '';
  /** What the store said of itself when it was last asked. */
  #revision: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  #askedAt = 0;
  /** Sessions whose Claude Code runs, as of the last tick. */
  #running: ReadonlySet<string> = new Set();
  #demo: DemoLocation | undefined;
  /** The store that is being migrated just now. */
  #migrating: string | undefined;
  #prices: MergedOverrides | undefined;
  #clientModels: readonly CatalogueModel[] | undefined;
  #book: RateBook | undefined;
  /** Nothing is opened or read: the store is being moved or removed, or the window ends. */
  #closed = false;
  #spend: Spend;

  constructor(settings: SettingsModel, memory: Memento, log: LogOutputChannel) {
    this.#settings = settings;
    this.#memory = memory;
    this.#log = log;
    this.#spend = {
      overview: undefined,
      remembered: undefined,
      indexer: { kind: 'starting' },
      readProblem: '',
      roots: [],
      settings: settings.current,
      engine: '',
      revision: '',
      demo: false,
      official: undefined,
    };
    settings.onDidChange(() => this.#configure());
  }

  get spend(): Spend {
    return this.#spend;
  }

  /** The store's file, for messages and reports. */
  get storeFile(): string {
    return this.#storeFile;
  }

  /** Where decisions on insights are written: those on the demo's go with the demo. */
  get keptFolder(): string {
    return this.#demo === undefined ? dataFolder() : dirname(this.#demo.storeFile);
  }

  /** The figure remembered from the last window; before anything is opened. */
  recall(): void {
    const { settings } = this.#spend;
    this.#storeFile = resolveStorePath({ setting: settings.storePath });
    const known = this.#memory.get<Remembered>(cacheKey);
    const same =
      known !== undefined &&
      known.zone === settings.zone &&
      known.scope === settings.scope &&
      known.day === dayOf(Date.now(), settings.zone) &&
      known.store === storeStamp(this.#storeFile);
    if (same) this.#set({ remembered: known.total });
  }

  /** The store's reader, for views that ask more than the overview; undefined while there is none. */
  get reader(): StoreReader | undefined {
    return this.#reader;
  }

  /** The rates in force, the user's own prices among them. */
  get book(): RateBook {
    this.#prices ??= userPrices(this.#spend.settings);
    this.#book ??= createPriceBook(this.#prices.overrides, extendCatalogue(this.clientModels));
    return this.#book;
  }

  /** Models the catalogue does not know and Claude Code has a price of, as last read. */
  get clientModels(): readonly CatalogueModel[] {
    this.#clientModels ??= readClientModels(this.#spend.settings, this.#demo);
    return this.#clientModels;
  }

  /** Sessions whose Claude Code is known to run. */
  get running(): ReadonlySet<string> {
    return this.#running;
  }

  /** Every budget that holds now, wherever it was set. */
  budgets(): BudgetEntry[] {
    const projects = this.#reader?.projects() ?? [];
    return this.#budgetSources.inForce(this.#settings.current, projects, Date.now());
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
      const { overview, indexer } = this.#spend;
      // Claude Code may have been told the price meanwhile.
      if (indexer.kind !== 'paused' && overview?.unpricedToday.length) this.#configure();
      this.#ask();
    }, tickMs);
  }

  /** Models without a price, with the number of their messages, over everything. */
  unpricedModels(): { model: string; messages: number }[] {
    const always = { from: 0, to: Number.MAX_SAFE_INTEGER };
    return this.#reader?.unpricedModels(always, undefined) ?? [];
  }

  /** Reads prices and lists everything again; starts the indexing thread again if it has died. */
  rescan(): void {
    if (this.#spend.indexer.kind !== 'paused') this.#configure();
    this.#indexer?.rescan();
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
    this.#prices = userPrices(settings);
    this.#clientModels = undefined;
    this.#book = undefined;
    for (const problem of this.#prices.problems) this.#log.warn(problem);
    const config = indexerConfig(settings, storeFile, this.#demo, {
      priceOverrides: this.#prices.data,
      clientModels: this.clientModels,
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
      'The indexing thread ended ({0}). It is started again in {1} s; "Outlay: Rescan Transcripts" starts it at once.',
      error.message,
      Math.ceil(waitMs / 1000),
    );
    this.#set({ indexer: { kind: 'unavailable', reason } });
  }

  #onIndexer(message: FromIndexer): void {
    switch (message.type) {
      case 'committed':
      case 'caughtUp':
        this.#askSoon();
        break;
      case 'state':
        this.#set({ indexer: message.state });
        if (this.#reader === undefined) this.#askSoon();
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
      const unread = this.#reader === undefined;
      if (unread || this.#reader?.revision() !== this.#revision) this.#askSoon();
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
      this.#reader ??= this.#openReader();
      if (this.#reader === undefined) return;
      const day = daySpan(Date.now(), settings.zone);
      const { nano: messages } = this.#reader.spend(day, undefined);
      this.#set({ remembered: messages + this.#reader.background(day, undefined) });
    } catch (error) {
      this.#failedToRead(error);
    }
  }

  /** Asks at once after a rest, else as soon as the rest is over. */
  #askSoon(): void {
    if (this.#timer !== undefined || this.#closed) return;
    const wait = Math.max(0, this.#askedAt + restMs - Date.now());
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
      this.#reader ??= this.#openReader();
      if (this.#reader === undefined) return;
      this.#revision = this.#reader.revision();
      const projects = this.#reader.projects();
      const inWindow = hasFolders() ? directoriesInWindow(projects) : undefined;
      const now = Date.now();
      const overview = readOverview(this.#reader, {
        now,
        zone: settings.zone,
        weekStart: settings.weekStart,
        scope: settings.scope === 'workspace' ? (inWindow ?? []) : undefined,
        windowScope: inWindow,
        running: this.#running,
        budgets: this.#budgetSources.inForce(settings, projects, now),
        crossings: this.#crossings,
        currency: settings.currency,
      });
      this.#set({
        overview,
        engine: this.#reader.engine,
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
      this.#askedAt = Date.now();
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
    // Asked first: a file that is replaced while it is opened is another one from then on.
    const identity = storeIdentity(this.#storeFile);
    const db = openForReading(this.#storeFile);
    if (db === undefined) return undefined;
    if (isOlder(schemaState(db))) {
      db.close();
      // Whoever writes it migrates it first, and tells when that is done.
      if (this.#spend.indexer.kind === 'paused') inBackground(this.#migrate(this.#storeFile));
      return undefined;
    }
    this.#log.debug(`Reading ${this.#storeFile} with ${db.engine}`);
    this.#readerFile = identity;
    return new StoreReader(db);
  }

  /** A store that was replaced is not read any longer. */
  #closeReplaced(): void {
    if (this.#reader === undefined) return;
    if (storeIdentity(this.#storeFile) !== this.#readerFile) this.#closeReader();
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
    const { settings } = this.#spend;
    const value: Remembered = {
      day: dayOf(overview.at, settings.zone),
      zone: settings.zone,
      scope: settings.scope,
      store: storeStamp(this.#storeFile),
      total: overview.today.total,
    };
    await this.#memory.update(cacheKey, value);
  }

  #set(change: Partial<Spend>): void {
    this.#spend = { ...this.#spend, ...change };
    this.#changed.fire(this.#spend);
  }

  #closeReader(): void {
    this.#reader?.close();
    this.#reader = undefined;
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

/** Changes whenever the store does: size and time of its files. */
function storeStamp(file: string): string {
  return [file, `${file}-wal`]
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? '-' : `${stats.size}@${Math.floor(stats.mtimeMs)}`;
    })
    .join(' ');
}
