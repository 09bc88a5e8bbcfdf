import type { IndexerConfig, ToIndexer } from '../messages.ts';

/** What the host needs of an indexer. */
export interface HostedIndexer {
  start(predecessor?: Promise<void>): Promise<void>;
  stop(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  rescan(): Promise<void>;
}

/**
 * The indexers of a thread, a generation for each configuration: the next one begins when the one
 * before has ended, and what is asked concerns the latest. Once it is stopped there is no further one.
 */
export class IndexerHost {
  readonly #create: (config: IndexerConfig) => HostedIndexer;
  #latest: HostedIndexer | undefined;
  #stopped: Promise<void> | undefined;

  constructor(create: (config: IndexerConfig) => HostedIndexer) {
    this.#create = create;
  }

  /** Passes it on at once: a long reading has to learn that it is to end. */
  async handle(message: ToIndexer): Promise<void> {
    if (message.type === 'stop') await this.stop();
    else if (this.#stopped !== undefined) return;
    else if (message.type === 'configure') await this.#configure(message.config);
    else await this.#latest?.[message.type]();
  }

  #configure(config: IndexerConfig): Promise<void> {
    const predecessor = this.#latest?.stop();
    this.#latest = this.#create(config);
    return this.#latest.start(predecessor);
  }

  /** Resolves when the last indexer has ended, and with it all before it. */
  stop(): Promise<void> {
    this.#stopped ??= this.#latest?.stop() ?? Promise.resolve();
    return this.#stopped;
  }
}
