import { existsSync, type FSWatcher, mkdirSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Events that follow one another this closely are one commit. */
const settleMs = 4;
/** How often it is looked whether the folder that is watched is still the folder that is there. */
const checkEveryMs = 2000;

/**
 * Tells when another process has committed to the store, without asking again and again: watches
 * the store's folder for its `-wal` file, which vanishes and comes back with its writers. A watch that
 * fails, or whose folder gave way to another, is begun anew.
 */
export class StoreWatch {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #onChange: () => void;
  readonly #check: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  /** The folder that is watched, as the file system numbers it. */
  #watched = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string, onChange: () => void) {
    this.#folder = dirname(file);
    this.#names = new Set([basename(file), `${basename(file)}-wal`]);
    this.#onChange = onChange;
    this.#begin();
    this.#check = setInterval(() => this.#beginAnew(), checkEveryMs);
    this.#check.unref();
  }

  #begin(): void {
    try {
      if (!existsSync(this.#folder)) mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
        if (name === null || this.#names.has(name)) this.#changed();
      });
      watcher.on('error', () => {
        if (this.#watcher === watcher) this.#end();
      });
      this.#watcher = watcher;
      this.#watched = identityOf(this.#folder);
    } catch {
      // No folder, no events; the indexer's own messages still come, and it is tried again.
      this.#end();
    }
  }

  #beginAnew(): void {
    if (this.#watcher !== undefined && this.#watched === identityOf(this.#folder)) return;
    this.#end();
    this.#begin();
    // What happened meanwhile nobody has told.
    if (this.#watcher !== undefined) this.#changed();
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#onChange();
    }, settleMs);
  }

  #end(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = '';
  }

  dispose(): void {
    clearInterval(this.#check);
    clearTimeout(this.#timer);
    this.#end();
  }
}

/** What tells a folder from another of the same name; '' where there is none. */
function identityOf(folder: string): string {
  const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`;
}
