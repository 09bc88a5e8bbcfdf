import type { Scalar } from './logRecord.ts';

/** Times as transcripts may have them: see `agents/timestamp`. */
const earliest = Date.UTC(2024, 0, 1);
const latest = Date.UTC(2036, 0, 1);

/** Nothing costs a million dollars; sums of what is said to cost more would leave their range. */
export const mostUsd = 1_000_000;

/** Ids and names are shorter; nothing longer is stored. */
const longestText = 300;

/** Whether UTC milliseconds are a time something can have been told of. */
export function isSoundTime(ms: number): boolean {
  return ms >= earliest && ms < latest;
}

/** A text that may be stored; '' for anything else. */
export function textOf(value: Scalar | undefined): string {
  return typeof value === 'string' && value.length <= longestText ? value : '';
}
