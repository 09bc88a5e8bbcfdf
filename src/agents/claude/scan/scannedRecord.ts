import { Spans } from './jsonScanner.ts';
import { eventSize, type RecordScanner } from './recordScanner.ts';
import { compiled, slotOf } from './shapes.ts';

const { behind } = compiled;

const CONTENT = slotOf('message.content');
const BLOCK = slotOf('message.content[]');

/**
 * Where values stand, by slot. Of a key that stands twice the last counts, with what is inside it, as for
 * `JSON.parse`.
 */
export class SlotSpans extends Spans {
  constructor() {
    super(behind.length);
  }

  override set(slot: number, start: number, end: number): void {
    if (this.start(slot) >= 0) this.forgetWhole(slot);
    super.set(slot, start, end);
  }

  /** Forgets a value and what is inside it. */
  forgetWhole(slot: number): void {
    this.forget(slot, behind[slot]!);
  }
}

/** The record that was scanned last: where its values stand, of the items of an array the last. */
export class ScannedRecord extends SlotSpans {
  readonly #scanner: RecordScanner;
  readonly #block = new SlotSpans();
  /** Where among the events the content stands. */
  #content = -1;

  constructor(scanner: RecordScanner) {
    super();
    this.#scanner = scanner;
  }

  /** Bits of `flag`. */
  get flags(): number {
    return this.#scanner.flags;
  }

  /** Scans the record at `start`; returns the place behind it, or `malformed`. */
  scan(buf: Buffer, start: number, end: number): number {
    const stop = this.#scanner.scan(buf, start, end);
    this.clear();
    this.#content = -1;
    const { events, count } = this.#scanner;
    for (let i = 0; i < count * eventSize; i += eventSize) {
      this.set(events[i]!, events[i + 1]!, events[i + 2]!);
      if (events[i] === CONTENT) this.#content = i;
    }
    return stop;
  }

  /** Visits the blocks of the message's content; each is good until the next. */
  eachBlock(visit: (block: SlotSpans) => void): void {
    if (this.start(CONTENT) < 0) return;
    const { events, count } = this.#scanner;
    const block = this.#block;
    let isOpen = false;
    for (let i = this.#content + eventSize; i < count * eventSize; i += eventSize) {
      const slot = events[i]!;
      if (slot < BLOCK || slot >= behind[BLOCK]!) break;
      if (slot === BLOCK) {
        if (isOpen) visit(block);
        block.forgetWhole(BLOCK);
        isOpen = true;
      }
      block.set(slot, events[i + 1]!, events[i + 2]!);
    }
    if (isOpen) visit(block);
  }

  /** Every value of a slot, in order: of those that may stand several times in a record. */
  eachValue(slot: number, visit: (start: number, end: number) => void): void {
    const { events, count } = this.#scanner;
    for (let i = 0; i < count * eventSize; i += eventSize) {
      if (events[i] === slot) visit(events[i + 1]!, events[i + 2]!);
    }
  }
}
