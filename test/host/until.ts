import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds after which something is not coming any more: a machine may be several times slower
 * than another, and busy besides.
 */
export const patienceMs = 120_000;

/** Waits until a condition holds; `what` ends the sentence "waited in vain until …". */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  everyMs = 10,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(everyMs);
  }
}
