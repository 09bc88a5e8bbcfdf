import { Worker } from 'node:worker_threads';
import { endWorker } from '../platform/endWorker.ts';
import type { FromIndexer, IndexerConfig, ToIndexer } from './messages.ts';
import { shortLived, workerFile } from './workerFile.ts';

/** The indexing thread as its owner sees it. */
export class IndexerClient {
  readonly #worker: Worker;
  #ended = false;

  /** `onEnd` is called when the thread ended by itself, with what it died of. */
  constructor(onMessage: (message: FromIndexer) => void, onEnd: (error: Error) => void) {
    this.#worker = new Worker(workerFile(), {
      name: 'outlay-indexer',
      resourceLimits: shortLived,
    });
    this.#worker.on('message', onMessage);
    this.#worker.on('error', (error) => {
      this.#ended = true;
      onEnd(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.on('exit', () => {
      this.#ended = true;
    });
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
  async stop(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#send({ type: 'stop' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 2000);
    });
    await Promise.race([exited, late]);
    clearTimeout(timer);
    await endWorker(this.#worker);
  }
}
