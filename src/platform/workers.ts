import { Worker, type WorkerOptions } from 'node:worker_threads';
import { sharedWord } from './processLock.ts';

/** A thread that hangs in a call of the system, on a dead network drive say, does not end even when told. */
const patienceMs = 2000;

/** Starts a thread that knows of the locks of this process. */
export function startWorker(file: string | URL, options: WorkerOptions): Worker {
  sharedWord();
  return new Worker(file, options);
}

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
