import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../model/errors.ts';
import { SerialQueue } from '../platform/serialQueue.ts';
import { heartbeatMs } from '../store/connection/writerLease.ts';
import { Indexer } from './indexer.ts';
import type { FromThread, ToIndexer } from './messages.ts';
import { runReader } from './readAhead.ts';
import { serveStoreTask } from './storeTasks.ts';
import type { StoreTask } from './thread/storeTask.ts';

/**
 * Entry of the indexing thread, of the thread that reads ahead for it, and of those that copy or empty
 * a store: messages in and out.
 */
const port = parentPort;
const { role, task } = (workerData ?? {}) as { role?: string; task?: StoreTask };
if (port !== null && role === 'reader') runReader(port);
else if (port !== null && task !== undefined) void serveStoreTask(port, task);
else if (port !== null) runIndexer(port);

/** One indexer at a time: the next one starts when the one before has stopped. */
function runIndexer(port: MessagePort): void {
  const starts = new SerialQueue();
  let indexer: Indexer | undefined;
  const tell = (message: FromThread): void => port.postMessage(message);
  setInterval(() => tell({ type: 'alive' }), heartbeatMs).unref();
  // What is asked of an indexer is asked at once: a long reading has to learn that it is to end.
  const handle = async (message: ToIndexer): Promise<void> => {
    switch (message.type) {
      case 'configure': {
        const stopped = indexer?.stop();
        const next = new Indexer(message.config, tell);
        indexer = next;
        await starts.run(async () => {
          await stopped;
          await next.start();
        });
        break;
      }
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
        // One that was to be followed by this one may still be stopping.
        await starts.run(() => port.close());
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
