/**
 * What Claude Code's metrics say that requests of a session have cost together: of those in the background,
 * of which some are told of in no event. A value: what is told twice is equal.
 */
export interface ToldSum {
  readonly sessionId: string;
  /** Hash of all that the sum is of, its beginning included where it is cumulative. */
  readonly series: number;
  /** When the first of these requests was over at the earliest, UTC milliseconds. */
  readonly startedAt: number;
  /** When it was summed up, UTC milliseconds. */
  readonly at: number;
  /** Nano-dollars, by the client. */
  readonly nano: number;
  /** It has everything since `startedAt`, and so have the later sums of its series; else each counts. */
  readonly cumulative: boolean;
}
