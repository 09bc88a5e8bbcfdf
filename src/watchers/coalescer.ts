/**
 * Debounces with a leading and a trailing run: work for a key runs as something happens to it, never
 * twice at once, and once more a little after the last event, which may have come before the bytes it
 * announces.
 */
export class Coalescer {
  readonly #work: (key: string) => Promise<void>;
  readonly #trailMs: number;
  readonly #pending = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, boolean>();
  readonly #runs = new Set<Promise<void>>();

  /** `trailMs`: how long after the last event the trailing run comes. */
  constructor(work: (key: string) => Promise<void>, trailMs = 60) {
    this.#work = work;
    this.#trailMs = trailMs;
  }

  /** Something happened to `key`. */
  touch(key: string): void {
    clearTimeout(this.#pending.get(key));
    const timer = setTimeout(() => {
      this.#pending.delete(key);
      this.#run(key);
    }, this.#trailMs);
    this.#pending.set(key, timer);
    this.#run(key);
  }

  #run(key: string): void {
    if (this.#running.has(key)) {
      // Run again when the present run is over: it may have begun before the new bytes.
      this.#running.set(key, true);
      return;
    }
    this.#running.set(key, false);
    // The work reports its own failures; a rejection here must not end the thread.
    const run = this.#work(key)
      .catch(() => {})
      .then(() => {
        const again = this.#running.get(key) === true;
        this.#running.delete(key);
        this.#runs.delete(run);
        if (again) this.#run(key);
      });
    this.#runs.add(run);
  }

  /** Forgets what has not begun, and resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.clear();
    await Promise.all(this.#runs);
  }

  /** Forgets everything that has not begun. */
  clear(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    for (const key of this.#running.keys()) this.#running.set(key, false);
  }
}
