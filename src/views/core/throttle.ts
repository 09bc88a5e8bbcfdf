/**
 * A throttle with a trailing call: runs at once after a rest, else as soon as the rest is over. A clock
 * that is set back makes no rest longer.
 */
export class Throttle {
  readonly #restMs: number;
  readonly #run: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ranAt = -Infinity;

  constructor(restMs: number, run: () => void) {
    this.#restMs = restMs;
    this.#run = run;
  }

  /** Asks for a run; several before it are one. */
  request(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#run();
      },
      Math.max(0, this.#ranAt + this.#restMs - performance.now()),
    );
  }

  /** A run has ended now, whatever started it: the throttle interval begins. */
  ran(): void {
    this.#ranAt = performance.now();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
