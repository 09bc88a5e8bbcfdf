import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which what is waited for is not coming any more: machines may be slow, and busy. */
export const longestWaitMs = 120_000;

function timedOut(what: string, error?: Error, afterMs = longestWaitMs): Error {
  const sentence = `Timed out after ${afterMs / 1000} s waiting until ${what}`;
  return new Error(error ? `${sentence}: ${error.message}` : sentence, { cause: error });
}

/**
 * Polls a condition until it holds, and answers with its value; an exception counts as "not yet".
 * @param what ends the sentence "waiting until …"
 */
export async function until<T>(
  what: string | (() => string),
  holds: () => T | Promise<T>,
  everyMs = 50,
  mostMs = longestWaitMs,
): Promise<Exclude<T, false | '' | undefined>> {
  const end = Date.now() + mostMs;
  for (;;) {
    let refused: Error | undefined;
    try {
      const value = await holds();
      if (value) return value as Exclude<T, false | '' | undefined>;
    } catch (error) {
      refused = error as Error;
    }
    if (Date.now() > end) {
      throw timedOut(typeof what === 'function' ? what() : what, refused, mostMs);
    }
    await sleep(everyMs);
  }
}

/**
 * Retries an action that may miss, such as a click on what is just being redrawn. Each attempt is told
 * how long it may wait for its parts: longer each time, so that a slow machine gets there too.
 */
export async function retry<T>(what: string, act: (timeout: number) => Promise<T>): Promise<T> {
  const end = Date.now() + longestWaitMs;
  for (let timeout = 3_000; ; timeout = Math.min(timeout * 2, longestWaitMs / 4)) {
    try {
      return await act(timeout);
    } catch (error) {
      if (Date.now() > end) throw timedOut(what, error as Error);
      await sleep(100);
    }
  }
}
