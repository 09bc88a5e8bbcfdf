/** What is kept of a request that was downsampled: all that background depends on. */
export interface KeptRequest {
  readonly sessionId: string;
  /** Hash of all that was told of it. */
  readonly key: number;
  /** Hash of its id. */
  readonly request: number;
  /** UTC milliseconds. */
  readonly at: number;
  readonly nano: number;
  readonly source: string;
  readonly model: string;
  readonly failed: boolean;
}
