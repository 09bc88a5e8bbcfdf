import type { Usage } from '../tokens.ts';

/**
 * What Claude Code's telemetry says of one request: of those too that stand in no transcript. Plain
 * data, and a value: what is told twice is equal.
 */
export interface RequestEvent {
  readonly sessionId: string;
  /** The API's id of the request, as transcripts have it; '' where the API gave none. */
  readonly requestId: string;
  /** When the request was over, UTC milliseconds. */
  readonly at: number;
  /** The number of the event among those of its process. */
  readonly sequence: number;
  readonly model: string;
  /** What asked, in the client's words: `sdk`, `compact`, `agent:builtin:Explore`. */
  readonly source: string;
  /** '' in the main thread. */
  readonly agentId: string;
  readonly promptId: string;
  /** What the client says it cost, in nano-dollars; 0 for a request that failed. */
  readonly nano: number;
  readonly usage: Usage;
  readonly durationMs: number | null;
  /** Until the first token came. */
  readonly firstTokenMs: number | null;
  /** How often it was tried, as far as the client says: of answered requests it says nothing. */
  readonly attempts: number;
  readonly failed: boolean;
  /** HTTP status of a request that failed; 0 where there is none. */
  readonly status: number;
}
