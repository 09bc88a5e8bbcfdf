import { hashText } from '../../model/hash53.ts';

/** Bits of the first stage, each of the next has twice as many: what is not needed is not touched. */
const firstBits = 2 ** 19;

/** Of a million ids some hundreds are taken for known: bits a stage has for each id, and how many are set. */
const bitsEach = 48;
const probes = 4;

/**
 * A Bloom filter over message ids: what it does not know is certainly not there, so that nothing has to
 * be looked up in a store that is being filled for the first time.
 */
export class IdFilter {
  /** A scalable filter: the last stage is the one that is filled. */
  readonly #stages = [new Stage(firstBits)];
  #last = this.#stages[0]!;
  #lastId = '';
  #lastHash = hashText('');

  add(id: string): void {
    if (this.#last.isFull) {
      this.#last = new Stage(this.#last.bits * 2);
      this.#stages.push(this.#last);
    }
    this.#last.add(this.#hashOf(id));
  }

  mayHave(id: string): boolean {
    const hash = this.#hashOf(id);
    for (const stage of this.#stages) if (stage.mayHave(hash)) return true;
    return false;
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

/** A Bloom filter of a fixed size, a power of two. */
class Stage {
  readonly bits: number;
  readonly #words: Uint32Array;
  #left: number;

  constructor(bits: number) {
    this.bits = bits;
    this.#words = new Uint32Array(bits / 32);
    this.#left = Math.floor(bits / bitsEach);
  }

  get isFull(): boolean {
    return this.#left === 0;
  }

  add(hash: number): void {
    const step = this.#step(hash);
    for (let i = 0, at = hash % this.bits; i < probes; i++, at = (at + step) % this.bits) {
      this.#words[at >>> 5]! |= 1 << (at & 31);
    }
    this.#left--;
  }

  mayHave(hash: number): boolean {
    const step = this.#step(hash);
    for (let i = 0, at = hash % this.bits; i < probes; i++, at = (at + step) % this.bits) {
      if ((this.#words[at >>> 5]! & (1 << (at & 31))) === 0) return false;
    }
    return true;
  }

  /** From one bit of an id to the next (double hashing): of the bits of its hash that say not where it begins. */
  #step(hash: number): number {
    return (Math.floor(hash / this.bits) % this.bits) | 1;
  }
}
