import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { downsampledUpTo } from '../retention/downsampleState.ts';
import { bucketMs } from '../schema/rollupTables.ts';

/**
 * A part of a bucket at an edge of a span. `messages`: what its single messages sum up to. `bucketLess`:
 * the sums of a whole bucket less those of the single messages behind the span.
 */
export type EdgePiece =
  | { readonly kind: 'messages'; readonly span: TimeSpan }
  | { readonly kind: 'bucketLess'; readonly bucket: number; readonly behind: TimeSpan };

/** A span as whole buckets of the rollups and what its edges cut of others. */
export interface SpanPieces {
  /** Buckets from … to, the last not included; undefined where the span lies inside one. */
  readonly buckets: readonly [from: number, to: number] | undefined;
  readonly edges: readonly EdgePiece[];
}

/**
 * How the sums of any span are put together exactly. What has been downsampled has no single messages:
 * it counts where its bucket begins, so that the beginning of such a bucket holds all of it.
 */
export function spanPieces(db: SqlDatabase, { from, to }: TimeSpan): SpanPieces {
  const first = Math.ceil(from / bucketMs);
  const last = Math.floor(to / bucketMs);
  if (first > last) {
    return { buckets: undefined, edges: [{ kind: 'messages', span: { from, to } }] };
  }
  const [start, end] = [first * bucketMs, last * bucketMs];
  const edges: EdgePiece[] = [];
  if (from < start) edges.push({ kind: 'messages', span: { from, to: start } });
  if (end < to) {
    edges.push(
      end < downsampledUpTo(db).messages
        ? { kind: 'bucketLess', bucket: last, behind: { from: to, to: end + bucketMs } }
        : { kind: 'messages', span: { from: end, to } },
    );
  }
  return { buckets: [first, last], edges };
}
