import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';

/** Under which name every thread of a process finds the same word; other copies of Outlay in it as well. */
const name = 'outlay.processLock';
/** The word when nobody has the lock; else whose it is: no thread's number is given twice. */
const free = 0;
const me = threadId + 1;
/** What is done under it takes milliseconds: whoever has it for longer was ended in the middle. */
const patienceMs = 3000;

/**
 * Runs work while no other thread of this process runs its own (a mutex, reentrant). For what a process may not do
 * twice at once whatever the thread. Blocks the thread while it waits.
 */
export function oneThreadAtATime<T>(work: () => T): T {
  const word = sharedWord();
  if (Atomics.load(word, 0) === me) return work();
  acquire(word);
  try {
    return work();
  } finally {
    // Not where somebody has lost patience and taken it over.
    Atomics.compareExchange(word, 0, me, free);
    Atomics.notify(word, 0, 1);
  }
}

function acquire(word: Int32Array): void {
  let holder = free;
  let until = 0;
  for (;;) {
    const found = Atomics.compareExchange(word, 0, free, me);
    if (found === free) return;
    if (found !== holder) {
      holder = found;
      until = Date.now() + patienceMs;
    }
    const isLate = Date.now() >= until;
    if (isLate && Atomics.compareExchange(word, 0, holder, me) === holder) return;
    wait(word, holder);
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

function wait(word: Int32Array, holder: number): void {
  try {
    Atomics.wait(word, 0, holder, 20);
  } catch {
    // A thread that may not wait asks again until it is its turn.
  }
}
