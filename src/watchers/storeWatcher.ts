import { existsSync, type FSWatcher, mkdirSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Events that follow one another this closely are one commit. */
const settleMs = 4;

/**
 * Tells when another process has committed to the store, without asking again and again: watches
 * the store's folder for its `-wal` file, which vanishes and comes back with its writers.
 */
export class StoreWatch {
  readonly #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string, onChange: () => void) {
    const folder = dirname(file);
    const names = new Set([basename(file), `${basename(file)}-wal`]);
    try {
      if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name !== null && !names.has(name)) return;
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          onChange();
        }, settleMs);
      });
      this.#watcher.on('error', () => {});
    } catch {
      // No folder, no events; the indexer's own messages still come.
      this.#watcher = undefined;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }
}
