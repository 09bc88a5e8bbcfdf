/** A session counts as live this long after its last record. */
const liveMs = 120_000;

/** Clocks of containers and other machines may be ahead by so much; more is no time of now. */
export const clockSkewMs = 120_000;

/**
 * Whether a session is live: its Claude Code is known to run, or its last record is of just now. By
 * the record's own time: a transcript that is copied, synchronised or unpacked is a new file of an old
 * session.
 */
export function isLive(
  { endedAt }: { readonly endedAt: number },
  now: number,
  running: boolean,
): boolean {
  return running || (now - endedAt < liveMs && endedAt - now < clockSkewMs);
}
