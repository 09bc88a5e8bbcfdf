/** How many values of one record are noted at most. */
export const mostEvents = 100_000;

/** Numbers an event takes: slot, first byte of the value, the byte behind it. */
export const eventSize = 3;

/**
 * Walks a record and notes the values that `recordShape` wants, in the order in which they begin. It
 * checks structure; whether the bytes are JSON to the letter it says in `flags`.
 */
export interface RecordScanner {
  /** What the last scan noted: `eventSize` numbers each, places in the buffer. */
  readonly events: Int32Array;
  readonly count: number;
  /** Bits of `flag` (see `shapes.ts`). */
  readonly flags: number;
  /** Scans the object at `start`; returns the place behind it, or `malformed`. */
  scan(buf: Buffer, start: number, end: number): number;
}
