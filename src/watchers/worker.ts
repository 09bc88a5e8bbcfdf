import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../model/errors.ts';
import { heartbeatMs } from '../store/connection/writerLease.ts';
import { runReader } from './history/readAhead.ts';
import { Indexer } from './indexer.ts';
import type { FromThread, ToIndexer } from './messages.ts';
import { serveStoreTask } from './storeTasks.ts';
import { IndexerHost } from './thread/host.ts';
import type { StoreTask } from './thread/storeTask.ts';

export { Indexer };

/**
 * Entry of the indexing thread, of the thread that reads ahead for it, and of those that copy or empty
 * a store: messages in and out. On a main thread nothing begins here.
 */
const port = parentPort;
const { task, place } = (workerData ?? {}) as {
  task?: StoreTask;
  place?: Int32Array;
};
if (port !== null && place !== undefined) runReader(port, place);
else if (port !== null && task !== undefined) void serveStoreTask(port, task);
else if (port !== null) runIndexer(port);

function runIndexer(port: MessagePort): void {
  const tell = (message: FromThread): void => port.postMessage(message);
  const host = new IndexerHost((config) => new Indexer(config, tell));
  setInterval(() => tell({ type: 'alive' }), heartbeatMs).unref();
  port.on('message', (message: ToIndexer) => {
    const done = host.handle(message).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
      tell({ type: 'log', level: 'error', text });
    });
    // Nothing keeps the thread from ending then.
    if (message.type === 'stop') void done.then(() => port.close());
  });
}
