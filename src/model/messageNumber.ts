/** What places a message among those of its session. */
export interface PlacedMessage {
  /** Names the message among all of its session. */
  readonly key: string;
  /** UTC milliseconds. */
  readonly at: number;
}

/** The order messages are numbered in: as they happened; of one moment, by key. */
export function compareInTime(a: PlacedMessage, b: PlacedMessage): number {
  return a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/**
 * Messages with the numbers they go by on every surface, from 1. Those that were summed up had the first
 * numbers: so a number stays with its message.
 */
export function messageNumbers<M extends PlacedMessage>(
  messages: Iterable<M>,
  summedUp: number,
): Map<M, number> {
  const ordered = [...messages].sort(compareInTime);
  return new Map(ordered.map((message, index) => [message, summedUp + index + 1]));
}

/** First characters of a session's id that people see. */
export const shownIdLength = 8;

/** A message as a person types it: the beginning of its session's id and its number, `3f2a1b0c/14`. */
export function messageReference(sid: string, number: number): string {
  return `${sid.slice(0, shownIdLength)}/${number}`;
}
