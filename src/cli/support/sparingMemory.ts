import { setFlagsFromString } from 'node:v8';

/** Reading more bytes than this, garbage is collected sooner. */
const longBytes = 1e9;

/**
 * Has V8 keep its heaps small in a long first index: half the memory for a tenth more processor time.
 * The terminal command alone may: flags are the whole process's.
 */
export function spareMemory(bytesToRead: number): void {
  if (bytesToRead > longBytes) setFlagsFromString('--optimize-for-size');
}
