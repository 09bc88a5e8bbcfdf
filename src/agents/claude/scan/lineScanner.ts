import { PlainScanner } from './plainScanner.ts';
import type { RecordScanner } from './recordScanner.ts';
import { WasmScanner } from './wasmScanner.ts';

/** Bytes of lines read at once. */
export const roomBytes = 4 * 1024 * 1024;

let scanner: RecordScanner | undefined;

/** The scanner of this thread: it serves one reader at a time. */
export function lineScanner(): RecordScanner {
  scanner ??= WasmScanner.start(roomBytes) ?? new PlainScanner();
  return scanner;
}

/** Memory to read lines into: where the scanner has room of its own, that. */
export function lineRoom(): Buffer<ArrayBuffer> {
  const own = lineScanner();
  return own instanceof WasmScanner ? own.room : Buffer.allocUnsafe(roomBytes);
}
