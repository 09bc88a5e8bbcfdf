import type { Spent } from '../background.ts';

/** What totals leave unexplained, as it is named piece by piece. */
export class Rest {
  readonly #left: Map<number, number>;

  constructor(found: readonly Spent[]) {
    this.#left = new Map(found.map(({ at, nano }) => [at, nano]));
  }

  /** What is left unexplained of a total, by the time it is dated to. */
  at(time: number): number {
    return this.#left.get(time) ?? 0;
  }

  /** Takes an amount of it, all of it where they differ by `slack` at most; says how much there was. */
  take(time: number, nano: number, slack: number): number {
    const left = this.at(time);
    const taken = Math.abs(left - nano) <= slack ? left : Math.min(left, nano);
    this.#left.set(time, left - taken);
    return taken;
  }
}
