/**
 * How long is waited for what has to come. A machine may be several times slower than another, and
 * busy besides: whoever waits, waits for the thing itself, and gives up only when it is not coming.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which something is not coming any more. */
export const patienceMs = 120_000;

/**
 * Waits until a condition holds, and answers with its value. An exception of the condition counts as
 * "not yet"; the last one becomes part of the error.
 * @template T
 * @param {string | (() => string)} what ends the sentence "waited in vain until …"
 * @param {() => T | Promise<T>} holds
 * @returns {Promise<T>}
 */
export async function until(what, holds) {
  const end = Date.now() + patienceMs;
  for (;;) {
    let refused;
    try {
      const value = await holds();
      if (value) return value;
    } catch (error) {
      refused = error;
    }
    if (Date.now() > end) {
      const sentence = `Waited in vain until ${typeof what === 'function' ? what() : what}`;
      throw new Error(refused ? `${sentence}: ${refused.message}` : sentence, { cause: refused });
    }
    await sleep(50);
  }
}

/**
 * Does something that may miss, such as a click on what is just being drawn anew, again until it
 * succeeds. Each attempt is told how long it may wait for its parts: longer each time, so that a slow
 * machine gets there too.
 * @template T
 * @param {string} what as for `until`
 * @param {(timeout: number) => Promise<T>} attempt throws when it has missed
 * @returns {Promise<T>}
 */
export async function insist(what, attempt) {
  const end = Date.now() + patienceMs;
  for (let timeout = 3_000; ; timeout = Math.min(timeout * 2, patienceMs / 4)) {
    try {
      return await attempt(timeout);
    } catch (error) {
      if (Date.now() > end) {
        throw new Error(`Waited in vain until ${what}: ${error.message}`, { cause: error });
      }
      await sleep(100);
    }
  }
}
