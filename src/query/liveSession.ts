/** A session counts as live this long after its transcript was written. */
const liveMs = 120_000;

/** Whether a session is live: its Claude Code is known to run, or its transcript was written lately. */
export function isLive(
  { writtenAt }: { readonly writtenAt: number },
  now: number,
  running: boolean,
): boolean {
  return running || now - writtenAt < liveMs;
}
