import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Entry of the threads: the bundle beside ours; from source the module itself. */
export function workerFile(): string {
  const bundle = join(import.meta.dirname, 'indexer.cjs');
  return existsSync(bundle) ? bundle : join(import.meta.dirname, 'worker.ts');
}

/**
 * Nearly all a thread makes is garbage a moment later. A small young generation keeps 60 MB of it
 * from piling up in each thread. The old one holds what a line of the greatest length takes many times
 * over; without a limit V8 collects it so seldom that 100,000 transcripts take 160 MB more.
 */
export const shortLived = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1024 } as const;
