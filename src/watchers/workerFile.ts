import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Entry of the threads: the bundle beside ours; from source the module itself. */
export function workerFile(): string {
  const bundle = join(import.meta.dirname, 'indexer.cjs');
  return existsSync(bundle) ? bundle : join(import.meta.dirname, 'indexerWorker.ts');
}
