import type { StoreState } from '../../analysisThread/servedTask.ts';
import { messageOf } from '../../model/errors.ts';
import type { FromIndexer, IndexerConfig } from '../../watchers/messages.ts';
import { StoreWatch } from '../../watchers/storeWatcher.ts';
import { IndexerSupervisor } from '../../watchers/thread/supervisor.ts';
import type { CommitLog } from './commitLog.ts';

interface FollowerWorld {
  readonly storeFile: string;
  readonly log: CommitLog;
  /** Reads how things stand, on a thread of its own. */
  readonly readState: () => Promise<StoreState>;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** Says what went wrong, a sentence each. */
  readonly complain: (sentence: string) => void;
}

/**
 * Keeps the store up to date as every window and terminal does, as its one writer or following it, and
 * notes each commit, whoever made it.
 */
export class StoreFollower {
  readonly #world: FollowerWorld;
  readonly #indexer: IndexerSupervisor;
  readonly #watch: StoreWatch;
  #config = '';
  #reading = false;
  #again = false;
  #stopped = false;
  #caughtUp = false;
  #told = '';

  constructor(world: FollowerWorld) {
    this.#world = world;
    this.#indexer = new IndexerSupervisor({
      message: (message) => this.#on(message),
      ended: (error) => this.#complain(`The indexing thread ended (${error.message}).`),
    });
    this.#watch = new StoreWatch(world.storeFile, () => this.#look());
    this.#look();
  }

  /** Without one nothing new is read, and what others read is followed. */
  configure(config: IndexerConfig | undefined): void {
    if (config === undefined || this.#stopped) return;
    const text = JSON.stringify(config);
    if (text === this.#config) return;
    this.#config = text;
    this.#indexer.configure(config);
  }

  /** Transcripts are not all read yet. */
  get isBehind(): boolean {
    return this.#config !== '' && !this.#caughtUp;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.dispose();
    await this.#indexer.stop();
  }

  #on(message: FromIndexer): void {
    if (message.type === 'committed') this.#look();
    else if (message.type === 'caughtUp') {
      this.#caughtUp = true;
      this.#look();
    } else if (message.type === 'log' && message.level === 'error') {
      this.#complain(message.text.split('\n')[0]!);
    } else if (message.type === 'state' && message.state.kind === 'unavailable') {
      this.#complain(message.state.reason);
    }
  }

  #look(): void {
    this.#again = true;
    if (!this.#reading && !this.#stopped) void this.#read();
  }

  /** One reading at a time; what is committed meanwhile makes one more. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        this.#world.log.add(await this.#world.readState(), this.#world.now());
        this.#told = '';
      } catch (error) {
        // The next commit, or the next heartbeat of its writer, asks again.
        if (!this.#stopped) this.#complain(messageOf(error));
      }
    }
    this.#reading = false;
  }

  #complain(sentence: string): void {
    if (sentence !== this.#told) this.#world.complain(sentence);
    this.#told = sentence;
  }
}
