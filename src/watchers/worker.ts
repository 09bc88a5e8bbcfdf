import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../model/errors.ts';
import { Indexer } from './indexer.ts';
import type { FromIndexer, ToIndexer } from './messages.ts';
import { runReader } from './readAhead.ts';
import { type StoreTask, serveStoreTask } from './storeTasks.ts';

/**
 * Entry of the indexing thread, of the thread that reads ahead for it, and of those that copy or empty
 * a store: messages in and out.
 */
const port = parentPort;
const { role, task } = (workerData ?? {}) as { role?: string; task?: StoreTask };
if (port !== null && role === 'reader') runReader(port);
else if (port !== null && task !== undefined) void serveStoreTask(port, task);
else if (port !== null) {
  let indexer: Indexer | undefined;
  const tell = (message: FromIndexer): void => port.postMessage(message);
  const handle = async (message: ToIndexer): Promise<void> => {
    switch (message.type) {
      case 'configure':
        await indexer?.stop();
        indexer = new Indexer(message.config, tell);
        await indexer.start();
        break;
      case 'rescan':
        await indexer?.rescan();
        break;
      case 'pause':
        await indexer?.pause();
        break;
      case 'resume':
        await indexer?.resume();
        break;
      case 'stop':
        await indexer?.stop();
        port.close();
        break;
    }
  };
  port.on('message', (message: ToIndexer) => {
    handle(message).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
      tell({ type: 'log', level: 'error', text });
    });
  });
}
