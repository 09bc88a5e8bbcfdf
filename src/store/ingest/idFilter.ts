import { hashText } from '../../model/hash53.ts';

/** Bits of the filter: of a million ids one in some thousands is taken for known. */
const bits = 2 ** 25;

/**
 * A Bloom filter over message ids: what it does not know is certainly not there, so that nothing has to
 * be looked up in a store that is being filled for the first time.
 */
export class IdFilter {
  readonly #words = new Uint32Array(bits / 32);
  #lastId = '';
  #lastHash = hashText('');

  add(id: string): void {
    const hash = this.#hashOf(id);
    const [a, b] = [first(hash), second(hash)];
    this.#words[a >>> 5]! |= 1 << (a & 31);
    this.#words[b >>> 5]! |= 1 << (b & 31);
  }

  mayHave(id: string): boolean {
    const hash = this.#hashOf(id);
    return this.#has(first(hash)) && this.#has(second(hash));
  }

  #has(bit: number): boolean {
    return (this.#words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  /** What is asked for is added next. */
  #hashOf(id: string): number {
    if (id !== this.#lastId) {
      this.#lastHash = hashText(id);
      this.#lastId = id;
    }
    return this.#lastHash;
  }
}

/** Two bits of the 53 of a hash. */
function first(hash: number): number {
  return hash % bits;
}

function second(hash: number): number {
  return Math.floor(hash / bits) % bits;
}
