import type { IngestItem } from '../../store/writer.ts';

/** Messages in one transaction: a large one costs a third as much a message as a small one. */
const mostMessages = 12_000;

/** Records remembered for ownership in one transaction; bounds its memory. */
const mostRecords = 200_000;

/** Files of one transaction: what is known of each takes memory on both threads until it is stored. */
const mostFiles = 500;

/** The first figures are wanted at once, the rest in larger portions. */
const firstWaitMs = 100;
const laterWaitMs = 2000;

/** A batch of chunks while the history is read: filled until it is worth a transaction. */
export class IngestBatch {
  #items: IngestItem[] = [];
  #messages = 0;
  #records = 0;
  #takenAt = Date.now();
  #waitMs = firstWaitMs;

  /** Adds an item, in the form in which it waits. */
  add(item: IngestItem, kept = item): void {
    this.#items.push(kept);
    this.#messages += item.chunk.batch.messages.length;
    for (const trace of item.chunk.batch.sessions) this.#records += trace.uuidHashes.length;
  }

  /** Enough for one transaction. */
  get isFull(): boolean {
    return (
      this.#messages >= mostMessages ||
      this.#records >= mostRecords ||
      this.#items.length >= mostFiles
    );
  }

  /** Flush deadline: the oldest record has waited long enough. */
  get isRipe(): boolean {
    return Date.now() - this.#takenAt >= this.#waitMs;
  }

  take(): IngestItem[] {
    const items = this.#items;
    this.#items = [];
    this.#messages = 0;
    this.#records = 0;
    this.#takenAt = Date.now();
    this.#waitMs = laterWaitMs;
    return items;
  }
}
