/** A value of an attribute; lists, maps and bytes are left out: no event that counts has one. */
export type Scalar = string | number | boolean;

/** A record of an OTLP log export, whatever form it came in. */
export interface LogRecord {
  /** UTC milliseconds; 0 where it has none. */
  readonly at: number;
  readonly body: string;
  readonly attributes: ReadonlyMap<string, Scalar>;
}

const nanosPerMs = 1_000_000n;

/** Nanoseconds since 1970 as whole milliseconds. */
export function msOfNanos(nanos: bigint): number {
  return Number(nanos / nanosPerMs);
}
