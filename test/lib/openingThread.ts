/** A thread that opens a store to write it the moment it is told to, and closes it then. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Engine } from '../../src/platform/sqlite/open.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';

const { turn, engine } = workerData as { turn: Int32Array; engine: Engine };

parentPort!.on('message', (file: string) => {
  parentPort!.postMessage('ready');
  Atomics.wait(turn, 0, 0);
  const { db } = openForWriting(file, { engine });
  parentPort!.postMessage('open');
  Atomics.wait(turn, 0, 1);
  db.close();
  parentPort!.postMessage('closed');
});
