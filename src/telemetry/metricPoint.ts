import type { Scalar } from './logRecord.ts';

/** A point of a sum of an OTLP metrics export, whatever form it came in. */
export interface MetricPoint {
  readonly name: string;
  /** UTC milliseconds; 0 where it has none. */
  readonly startedAt: number;
  readonly at: number;
  readonly value: number;
  readonly cumulative: boolean;
  readonly attributes: ReadonlyMap<string, Scalar>;
}

/** The value of `AggregationTemporality` of a sum that goes on from its beginning. */
export const cumulativeTemporality = 2;
