import { statSync } from 'node:fs';
import { type Disposable, EventEmitter, type LogOutputChannel, l10n } from 'vscode';
import { insightsFile } from '../../dataFolder/insightFile.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import type { OptimizeJson } from '../../reports/insights/optimizeJson.ts';
import { makeReport } from '../core/analysis.ts';
import { inBackground } from '../core/background.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';

/** Insights come from a month of runs: what a minute adds changes nothing about them. */
const restMs = 3 * 60_000;

/** When something was asked for that was not, or whose answer is stale. */
const never = -Infinity;

/** What is known of what could be saved. */
export interface KnownInsights {
  /** Undefined until they have been looked for once. */
  readonly report: OptimizeJson | undefined;
  /** The runs looked at are none: nothing was spent. */
  readonly empty: boolean;
  /** Why they could not be looked for, '' when they could. */
  readonly problem: string;
}

const nothingYet: KnownInsights = { report: undefined, empty: false, problem: '' };

/**
 * Asks for insights while somebody looks: on a thread of their own, after commits every few minutes, at
 * once when the first reading is over, another store is shown or a person wishes it.
 */
export class InsightsModel implements Disposable {
  readonly #changed = new EventEmitter<void>();
  /** Fired when there is another answer, and when one is being made. */
  readonly onDidChange = this.#changed.event;
  readonly #spend: SpendModel;
  readonly #log: LogOutputChannel;
  readonly #listening: Disposable;
  #now = nothingYet;
  /** Who looks just now. */
  readonly #watchers = new Set<object>();
  #asking: Promise<void> | undefined;
  /** A refresh was requested while one was running, which may miss the latest commit. */
  #again = false;
  /** By a clock that is never set back. */
  #askedAt = never;
  /** What the answer was made from: another store, other commits or other decisions give another. */
  #askedOf = '';
  #place = '';
  #reading = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(spend: SpendModel, log: LogOutputChannel) {
    this.#spend = spend;
    this.#log = log;
    this.#listening = spend.onDidChange((now) => this.#onSpend(now));
  }

  get current(): KnownInsights {
    return this.#now;
  }

  /** The answer that is being made. */
  get asking(): Promise<void> | undefined {
    return this.#asking;
  }

  /** Subscriber count: a view became visible or hidden. Nothing is read while none is visible. */
  setActive(who: object, active: boolean): void {
    if (active) this.#watchers.add(who);
    else this.#watchers.delete(who);
    if (active) this.#askIfStale();
  }

  /** Refreshes; resolves when the answer includes everything committed by now. */
  async refresh(): Promise<void> {
    if (this.#asking !== undefined) this.#again = true;
    this.#asking ??= this.#ask();
    await this.#asking;
  }

  #onSpend({ indexer, overview }: Spend): void {
    const place = this.#spend.storeFile;
    const wasReading = this.#reading;
    this.#reading = indexer.kind === 'indexing';
    // Another store is shown, or the same is reopened after it was emptied or moved.
    if (place !== this.#place || overview === undefined) {
      this.#place = place;
      this.#askedAt = never;
      if (this.#now !== nothingYet) this.#set(nothingYet);
    } else if (wasReading && !this.#reading) this.#askedAt = never;
    this.#askIfStale();
  }

  /** Asks at once after a rest, else as soon as the rest is over. */
  #askIfStale(): void {
    const { overview } = this.#spend.spend;
    if (this.#watchers.size === 0 || overview === undefined || this.#asking !== undefined) return;
    const wait = this.#askedAt + restMs - performance.now();
    if (wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#askIfStale();
      }, wait);
    } else if (this.#askedAt === never || this.#askedOf !== this.#stamp())
      inBackground(this.refresh());
  }

  #stamp(): string {
    const stats = statSync(insightsFile(this.#spend.keptFolder), { throwIfNoEntry: false });
    const { storeFile, spend } = this.#spend;
    return `${storeFile} ${spend.revision} ${stats?.mtimeMs}`;
  }

  async #ask(): Promise<void> {
    // Whoever is told of the change finds the answer under way.
    await Promise.resolve();
    this.#changed.fire();
    do {
      this.#again = false;
      const place = this.#spend.storeFile;
      this.#askedAt = performance.now();
      this.#askedOf = this.#stamp();
      const answer = await this.#answer();
      if (place === this.#spend.storeFile) this.#now = answer;
      else this.#askedAt = never;
    } while (this.#again);
    this.#asking = undefined;
    this.#changed.fire();
    // Another store is shown by now: it is asked as soon as it has been read.
    if (this.#askedAt === never) this.#askIfStale();
  }

  async #answer(): Promise<KnownInsights> {
    try {
      const question = { name: 'optimize', raw: { all: true } };
      // A month of runs takes a while: panels are not kept waiting for it.
      const { storeFile, keptFolder, clientModels, slowAnalysis: analysis } = this.#spend;
      const asker = { storeFile, keptFolder, clientModels, analysis };
      const { text, verdict } = await makeReport(asker, question, 'json', Date.now());
      const report = JSON.parse(text) as OptimizeJson;
      return { report, empty: verdict?.status === 'no-data', problem: '' };
    } catch (error) {
      if (error instanceof HumanError) return { ...this.#now, problem: errorText(error) };
      this.#log.error(`Insights: ${messageOf(error)}`);
      return { ...this.#now, problem: l10n.t('The log says why.') };
    }
  }

  #set(now: KnownInsights): void {
    this.#now = now;
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
    this.#changed.dispose();
  }
}
