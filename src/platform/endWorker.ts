import type { Worker } from 'node:worker_threads';

/** A thread that hangs in a call of the system, on a dead network drive say, does not end even when told. */
const patienceMs = 2000;

/** Ends a thread, and waits for that no longer than two seconds: then it is left to itself. */
export async function endWorker(worker: Pick<Worker, 'terminate' | 'unref'>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  worker.unref();
  await Promise.race([worker.terminate(), late]);
  clearTimeout(timer);
}
