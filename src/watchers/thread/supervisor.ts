import type { FromIndexer, IndexerConfig } from '../messages.ts';
import { IndexerClient } from './client.ts';

/** How a supervisor waits, in milliseconds. */
export interface SupervisorTimes {
  /** Before the first restart; doubled with each that follows soon, up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** A thread that ran for so long before it ended begins with `firstWait` again. */
  readonly sound: number;
  /**
   * A thread that gave no sign of life for so long hangs. Doubled with each that did: a migration of a
   * very large store says nothing for minutes, and is to come to its end.
   */
  readonly patience: number;
  /** Between two looks at the thread. */
  readonly look: number;
}

const usualTimes: SupervisorTimes = {
  firstWait: 1000,
  longestWait: 60_000,
  sound: 300_000,
  patience: 120_000,
  look: 5000,
};

/** What a supervisor tells its owner. */
interface SupervisorEvents {
  readonly message: (message: FromIndexer) => void;
  /** The thread ended by itself or was given up, and is started again after a wait. */
  readonly ended: (error: Error, waitMs: number) => void;
}

/**
 * Keeps an indexing thread running (a supervisor, as in Erlang/OTP): one that dies or hangs is started
 * again with exponential back-off, as it was configured, paused or not.
 */
export class IndexerSupervisor {
  readonly #events: SupervisorEvents;
  readonly #times: SupervisorTimes;
  readonly #file: string | undefined;
  #client: IndexerClient | undefined;
  #config: IndexerConfig | undefined;
  #startedAt = 0;
  #wait: number;
  #patience: number;
  #restart: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  #stopped = false;

  /** `file` is the thread's entry, for tests of threads that die. */
  constructor(events: SupervisorEvents, times = usualTimes, file?: string) {
    this.#events = events;
    this.#times = times;
    this.#file = file;
    this.#wait = times.firstWait;
    this.#patience = times.patience;
  }

  configure(config: IndexerConfig): void {
    this.#config = config;
    if (this.#client === undefined) this.#start();
    else this.#client.configure(config);
  }

  /** Lists everything again; a thread that is to be started again is started at once. */
  rescan(): void {
    if (this.#client === undefined) this.#start();
    else this.#client.rescan();
  }

  pause(): void {
    this.#setPaused(true);
    this.#client?.pause();
  }

  resume(): void {
    this.#setPaused(false);
    this.#client?.resume();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    clearInterval(this.#look);
    const client = this.#client;
    this.#client = undefined;
    await client?.stop();
  }

  #setPaused(paused: boolean): void {
    if (this.#config !== undefined) this.#config = { ...this.#config, paused };
  }

  #start(): void {
    if (this.#stopped || this.#config === undefined) return;
    clearTimeout(this.#restart);
    this.#startedAt = Date.now();
    this.#client = new IndexerClient(
      this.#events.message,
      (error) => this.#onEnd(error),
      this.#file,
    );
    this.#client.configure(this.#config);
    this.#lookedAt = this.#startedAt;
    clearInterval(this.#look);
    this.#look = setInterval(() => this.#onLook(), this.#times.look);
    this.#look.unref();
  }

  #onLook(): void {
    const now = Date.now();
    const slept = now - this.#lookedAt > 3 * this.#times.look;
    this.#lookedAt = now;
    const client = this.#client;
    // A machine that was suspended, or an owner that was busy, heard nothing either.
    if (client === undefined || slept) return;
    if (now - client.heardAt <= this.#patience) return;
    const silent = Math.round((now - client.heardAt) / 1000);
    this.#patience *= 2;
    client.abandon();
    this.#onEnd(new Error(`it gave no sign of life for ${silent} s`));
  }

  #onEnd(error: Error): void {
    this.#client = undefined;
    clearInterval(this.#look);
    if (this.#stopped) return;
    const { sound, firstWait, longestWait } = this.#times;
    if (Date.now() - this.#startedAt >= sound) this.#wait = firstWait;
    const wait = this.#wait;
    this.#wait = Math.min(longestWait, 2 * wait);
    this.#restart = setTimeout(() => this.#start(), wait);
    this.#restart.unref();
    this.#events.ended(error, wait);
  }
}
