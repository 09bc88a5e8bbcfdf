import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { oneThreadAtATime } from '../../../src/platform/processLock.ts';
import { startWorker } from '../../../src/platform/workers.ts';

/** A thread that takes the lock, says so in its word, and gives it back after some time or never. */
const holder = `
  import { workerData } from 'node:worker_threads';
  const { oneThreadAtATime } = await import(workerData.module);
  oneThreadAtATime(() => {
    Atomics.store(workerData.word, 0, 1);
    Atomics.notify(workerData.word, 0);
    Atomics.wait(workerData.word, 0, 1, workerData.ms);
    Atomics.store(workerData.word, 0, 2);
  });`;

function startHolder(ms: number): { word: Int32Array; worker: ReturnType<typeof startWorker> } {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const module = new URL('../../../src/platform/processLock.ts', import.meta.url).href;
  const code = new URL(`data:text/javascript,${encodeURIComponent(holder)}`);
  const worker = startWorker(code, { workerData: { word, module, ms } });
  return { word, worker };
}

it('lets one thread of a process work at a time, and each as deep as it likes', async () => {
  const { word, worker } = startHolder(300);
  const ended = once(worker, 'exit');
  Atomics.wait(word, 0, 0);
  const seen = oneThreadAtATime(() => oneThreadAtATime(() => Atomics.load(word, 0)));
  assert.equal(seen, 2, 'the other thread was done');
  await ended;
});

it('is not held up for ever by a thread that was ended in the middle', async () => {
  const { word, worker } = startHolder(60_000);
  Atomics.wait(word, 0, 0);
  await worker.terminate();
  assert.equal(
    oneThreadAtATime(() => 'done'),
    'done',
  );
});
