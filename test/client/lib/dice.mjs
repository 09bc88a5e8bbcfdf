import { createHash } from 'node:crypto';

/**
 * Whole numbers that look random and are known: the same words give the same throws, whatever else
 * happens at the same time.
 */
export class Dice {
  #words;
  #throws = 0;

  constructor(...words) {
    this.#words = words.join('\0');
  }

  /** A number from `low` to `high`, both included. */
  between(low, high) {
    const hash = createHash('sha256')
      .update(`${this.#words}\0${this.#throws++}`)
      .digest();
    return low + (hash.readUIntBE(0, 6) % (high - low + 1));
  }
}
