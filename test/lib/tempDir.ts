import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own, removed when the block that holds it ends (`using dir = tempDir()`). */
export interface TempDir extends Disposable {
  readonly path: string;
  /** A path inside. */
  at(...parts: string[]): string;
}

export function tempDir(name = 'outlay-test'): TempDir {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  return {
    path,
    at: (...parts) => join(path, ...parts),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
