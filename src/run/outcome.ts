/** Why a run is over. */
export type RunReason =
  | 'completed'
  | 'max-usd'
  | 'max-tokens'
  | 'timeout'
  | 'hook'
  | 'failed'
  | 'interrupted'
  | 'not-started'
  | 'not-counted';

/** What Claude Code says of its own run, where it says it in JSON. */
export interface ClientResult {
  /** '' where it is not said. */
  readonly terminalReason: string;
  readonly isError: boolean;
  /** Its own total, cumulative over a resumed session, in dollars. */
  readonly totalUsd: number | undefined;
  readonly sessionId: string | undefined;
}

export interface RunFacts {
  /** It could not be started: the system's reason. */
  readonly startError?: string | undefined;
  /** Why we ended it. */
  readonly ended?: 'max-usd' | 'max-tokens' | 'timeout' | undefined;
  /** The signal somebody sent us, which was passed on. */
  readonly interrupted?: NodeJS.Signals | undefined;
  readonly result?: ClientResult | undefined;
  /** Of the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The caps that what was spent has reached. */
  readonly reached?: 'max-usd' | 'max-tokens' | undefined;
  /** It is Claude Code under a cap, and nothing says what it spent. */
  readonly uncounted?: boolean;
}

export interface RunOutcome {
  readonly reason: RunReason;
  /** Ours: 0 fine, 1 a cap or the time-out, 3 not started, not counted or failed. */
  readonly exit: number;
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
};

/**
 * What a run came to. What Claude Code says of itself decides, not its exit code: background agents let it
 * end with 0 at its cap, and a hook that stops it as well.
 */
export function runOutcome(facts: RunFacts): RunOutcome {
  const { startError, ended, interrupted, result, code, signal, reached } = facts;
  if (startError !== undefined) return { reason: 'not-started', exit: 3 };
  if (ended !== undefined) return { reason: ended, exit: 1 };
  if (result?.terminalReason === 'budget_exhausted') return { reason: 'max-usd', exit: 1 };
  if (reached !== undefined) return { reason: reached, exit: 1 };
  if (interrupted !== undefined) {
    return { reason: 'interrupted', exit: 128 + (signalNumbers[interrupted] ?? 15) };
  }
  if (result?.terminalReason === 'hook_stopped') return { reason: 'hook', exit: 1 };
  if (facts.uncounted === true) return { reason: 'not-counted', exit: 3 };
  if (result !== undefined) {
    const { terminalReason, isError } = result;
    const fine = !isError && (terminalReason === 'completed' || terminalReason === '');
    return fine ? { reason: 'completed', exit: 0 } : { reason: 'failed', exit: 3 };
  }
  return signal === null && code === 0
    ? { reason: 'completed', exit: 0 }
    : { reason: 'failed', exit: 3 };
}
