import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from '../store/connection/storeErrors.ts';

/** Waits between tries: about two and a half seconds in all. */
const waitsMs = [2, 5, 10, 20, 40, 80, 160, 320, 640, 1200];

/**
 * Retries store work while another connection holds the lock (SQLITE_BUSY), without blocking the
 * thread, until `over` is aborted: then the last failure stands.
 */
export async function whileBusy<T>(work: () => T, over?: AbortSignal): Promise<T> {
  for (const wait of waitsMs) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || over?.aborted) throw error;
      await sleep(wait, undefined, { signal: over }).catch(() => {});
      if (over?.aborted) throw error;
    }
  }
  return work();
}
