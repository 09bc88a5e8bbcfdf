import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Under which name every thread of a process finds the same word; other copies of Outlay in it as well. */
const name = 'outlay.processLock';
const [free, taken] = [0, 1];
/** What is done under it takes milliseconds: whoever has it for longer was ended in the middle. */
const patienceMs = 3000;

let depth = 0;

/**
 * Runs work while no other thread of this process runs its own (a mutex, reentrant). For what a process may not do
 * twice at once whatever the thread. Blocks the thread while it waits.
 */
export function oneThreadAtATime<T>(work: () => T): T {
  if (depth > 0) return work();
  const word = sharedWord();
  const until = Date.now() + patienceMs;
  while (Atomics.compareExchange(word, 0, free, taken) !== free && Date.now() < until) wait(word);
  depth += 1;
  try {
    return work();
  } finally {
    depth -= 1;
    Atomics.store(word, 0, free);
    Atomics.notify(word, 0, 1);
  }
}

/** The word of this process. Threads that are started get it: it has to be there before the first is. */
export function sharedWord(): Int32Array {
  const known = getEnvironmentData(name);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  const made = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(name, made);
  return new Int32Array(made);
}

function wait(word: Int32Array): void {
  try {
    Atomics.wait(word, 0, taken, 20);
  } catch {
    // A thread that may not wait asks again until it is its turn.
  }
}
