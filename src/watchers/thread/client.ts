import type { Worker } from 'node:worker_threads';
import { endWorker, startWorker } from '../../platform/workers.ts';
import type { FromIndexer, FromThread, IndexerConfig, ToIndexer } from '../messages.ts';
import { shortLived, workerFile } from '../workerFile.ts';

/** The indexing thread as its owner sees it. */
export class IndexerClient {
  readonly #worker: Worker;
  #ended = false;
  #heardAt = Date.now();
  #stopping: Promise<void> | undefined;

  /** `onEnd` is called once, when the thread ended by itself, with what it died of. */
  constructor(
    onMessage: (message: FromIndexer) => void,
    onEnd: (error: Error) => void,
    file = workerFile(),
  ) {
    this.#worker = startWorker(file, { name: 'outlay-indexer', resourceLimits: shortLived });
    this.#worker.on('message', (message: FromThread) => {
      this.#heardAt = Date.now();
      if (message.type !== 'alive') onMessage(message);
    });
    const end = (error: Error): void => {
      if (this.#ended) return;
      this.#ended = true;
      onEnd(error);
    };
    this.#worker.on('error', (error) => {
      end(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.on('exit', (code) => end(new Error(`exit code ${code}`)));
  }

  /** When the thread gave its last sign of life, UTC milliseconds. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Leaves a thread that hangs: it is ended as far as it can be, and nothing it says is heard. */
  abandon(): void {
    this.#ended = true;
    this.#worker.removeAllListeners('message');
    void endWorker(this.#worker);
  }

  configure(config: IndexerConfig): void {
    this.#send({ type: 'configure', config });
  }

  rescan(): void {
    this.#send({ type: 'rescan' });
  }

  pause(): void {
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#send({ type: 'resume' });
  }

  #send(message: ToIndexer): void {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  /** Ends the thread once it has given back the lease; at the latest after two seconds. */
  stop(): Promise<void> {
    this.#stopping ??= this.#ended ? Promise.resolve() : this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#send({ type: 'stop' });
    // Its end is no failure from here on.
    this.#ended = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 2000);
    });
    await Promise.race([exited, late]);
    clearTimeout(timer);
    await endWorker(this.#worker);
  }
}
