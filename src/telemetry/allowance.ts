/** How much may come at once, and in a second for long (a token bucket). */
const burst = 200;
const perSecond = 50;

/** Limits how often something is done, whoever asks. */
export class Allowance {
  readonly #now: () => number;
  #left = burst;
  #at: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** False where it is too often. */
  take(): boolean {
    const now = this.#now();
    // A clock that was set back gives nothing.
    this.#left = Math.min(burst, this.#left + (Math.max(0, now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
