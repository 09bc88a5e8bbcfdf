/** What rounding may make between Claude Code's own total and the sum of its messages, in nano-dollars. */
const largestRoundingNano = 1000;

/** What is known of a session beside what Claude Code says it cost. Money in nano-dollars. */
export interface Reconciled {
  readonly nano: number;
  readonly background: number;
  /** What was spent after Claude Code last wrote its total. */
  readonly unconfirmed: number;
  readonly messages: number;
}

/**
 * The gap that rounding explains by itself: every message is rounded to a nano-dollar, the client's
 * total is not.
 */
export function roundingOf(messages: number): number {
  return Math.min(messages, largestRoundingNano);
}

/** Whether messages and background come to what Claude Code says, but for rounding on either side. */
export function agreesWithClient(
  { nano, background, unconfirmed, messages }: Reconciled,
  clientUsd: number,
): boolean {
  const gap = Math.abs(nano + background - unconfirmed - clientUsd * 1e9);
  return gap <= largestRoundingNano + messages;
}
