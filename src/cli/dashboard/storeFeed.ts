import { messageOf } from '../../model/errors.ts';
import type { FromIndexer, IndexerState } from '../../watchers/messages.ts';
import { StoreWatch } from '../../watchers/storeWatcher.ts';
import { IndexerSupervisor } from '../../watchers/thread/supervisor.ts';
import type { Environment } from '../support/environment.ts';

interface FeedEvents {
  /** Something was stored, by this process or another. */
  readonly stored: () => void;
  /** What the indexing thread is doing is something else now. */
  readonly state: () => void;
}

/**
 * Keeps the store up to date while somebody looks on: the indexing thread reads what is new, or follows
 * the process that does, and a watch on the store's folder tells what another process stored.
 */
export class StoreFeed {
  readonly #events: FeedEvents;
  #indexer: IndexerSupervisor | undefined;
  #watch: StoreWatch | undefined;
  #watched = '';
  #config = '';
  #state: IndexerState | undefined;
  #caughtUp = false;
  #problem: string | undefined;

  constructor(events: FeedEvents) {
    this.#events = events;
  }

  /** Reads what the settings say now: nothing is started anew where they say the same. */
  configure(environment: Environment): void {
    const { indexer, options, storeFile, switchedOff } = environment;
    if (storeFile !== this.#watched) {
      this.#watch?.dispose();
      this.#watch = new StoreWatch(storeFile, this.#events.stored);
      this.#watched = storeFile;
    }
    if (!options.index || switchedOff !== undefined) {
      void this.#indexer?.stop();
      this.#indexer = undefined;
      this.#state = undefined;
      this.#config = '';
      return;
    }
    const config = { ...indexer, mode: 'watch' as const };
    const text = JSON.stringify(config);
    if (text === this.#config) return;
    this.#config = text;
    this.#indexer ??= new IndexerSupervisor({
      message: (message) => this.#heard(message),
      ended: (error, waitMs) => {
        this.#problem = `The indexing thread ended (${messageOf(error)}); it is started again in ${Math.ceil(waitMs / 1000)} s.`;
        this.#events.state();
      },
    });
    this.#indexer.configure(config);
  }

  /** Lists all transcripts again. */
  rescan(): void {
    this.#indexer?.rescan();
  }

  /** Reading goes on that has not come to its end once: figures may be too low. */
  get behind(): boolean {
    return this.#indexer !== undefined && !this.#caughtUp;
  }

  /** What is going on, in a word or two. */
  get status(): string {
    const state = this.#state;
    if (this.#indexer === undefined) return 'as stored';
    if (state?.kind === 'indexing' && !this.#caughtUp) {
      return `reading ${Math.floor((100 * state.done) / Math.max(1, state.total))}%`;
    }
    if (state?.kind === 'unavailable') return 'not reading';
    return this.#caughtUp ? '● live' : 'starting';
  }

  /** Why nothing new can be read. */
  get problem(): string | undefined {
    return this.#state?.kind === 'unavailable' ? this.#state.reason : this.#problem;
  }

  async stop(): Promise<void> {
    this.#watch?.dispose();
    this.#watch = undefined;
    await this.#indexer?.stop();
    this.#indexer = undefined;
  }

  #heard(message: FromIndexer): void {
    switch (message.type) {
      case 'committed':
        this.#events.stored();
        break;
      case 'caughtUp':
        this.#caughtUp = true;
        this.#events.stored();
        break;
      case 'state':
        this.#state = message.state;
        this.#problem = undefined;
        // Who follows another reads what that one stores.
        if (message.state.kind === 'following') this.#caughtUp = true;
        this.#events.state();
        break;
      case 'log':
        if (message.level !== 'error') break;
        this.#problem = message.text.split('\n')[0];
        this.#events.state();
        break;
      case 'roots':
      case 'stopped':
        break;
    }
  }
}
