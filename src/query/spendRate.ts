import type { SpendPoint } from '../analysis/spend/spendPoints.ts';
import { lastSpan, type TimeSpan, type Zone } from '../model/calendar.ts';
import { backgroundRows } from '../store/query/background.ts';
import { spendRows } from '../store/query/spendRows.ts';
import { addSums, type SpendSums, withMissing } from '../store/schema/sums.ts';
import type { ReportContext } from './context.ts';
import { matcherOf } from './filters.ts';
import { Names } from './names.ts';
import type { Filters } from './options.ts';
import { missing, select } from './select.ts';
import { isNothing } from './sums.ts';

/** Sums of a span with its background, in nano-dollars. */
export interface SpanSums {
  readonly sums: SpendSums;
  readonly background: number;
}

/** Asks for one span after the other: what filters mean is found out once. */
export type SpanReader = (span: TimeSpan) => SpanSums;

/** A reader of what some filters let pass. Refuses filters nothing is called. */
export function spanReader(context: ReportContext, filters: Filters): SpanReader {
  if (filters.tag !== undefined) {
    return (span) => {
      const { sums, background } = select(context, { span, filters }, []);
      return { sums, background };
    };
  }
  const { db } = context;
  const names = new Names(context);
  const matcher = matcherOf(context, filters, names);
  return (span) => {
    const rows = spendRows(db, span, matcher.furtherKeys, matcher);
    names.prefetch(rows, matcher.furtherKeys);
    const background = backgroundRows(db, span)
      .filter(({ session }) => matcher.passesBackground(session))
      .reduce((sum, { nano }) => sum + nano, 0);
    const lacking = missing(context, { span, filters }, () => matcher, names);
    return { sums: withMissing(addSums(rows.filter(matcher.passesFurther)), lacking), background };
  };
}

/** Spend of the buckets of time that end now. */
export interface SpendRate {
  /** One for each bucket, dated so that whatever looks back from now finds it there. */
  readonly points: readonly SpendPoint[];
  readonly sums: SpendSums;
  readonly background: number;
  /** Sums of the bucket that ends now. */
  readonly latest: SpendSums;
}

/**
 * Reads buckets of a length counted back from now, and what of the reach is left over as one
 * more. A bucket holds its end and not its beginning, and the latest what is dated later today. Exact,
 * wherever its edges lie.
 */
export function readSpendRate(
  read: SpanReader,
  { now, zone, length, reach }: { now: number; zone: Zone; length: number; reach: number },
): SpendRate {
  const whole = Math.floor(reach / length);
  const edges = Array.from({ length: whole + 1 }, (_, index) => index * length);
  if (edges.at(-1)! < reach) edges.push(reach);
  const buckets = edges.slice(0, -1).map((age, index) => {
    const { from, to } = lastSpan(now, zone, edges[index + 1]!);
    const { sums, background } = read({ from, to: age === 0 ? to : now - age + 1 });
    return { age, sums, background };
  });
  return {
    points: buckets
      .filter((bucket) => !isNothing(bucket))
      .map(({ age, sums, background }) => ({ at: now - age, nano: sums.nano + background })),
    sums: addSums(buckets.map(({ sums }) => sums)),
    background: buckets.reduce((sum, { background }) => sum + background, 0),
    latest: buckets[0]?.sums ?? addSums([]),
  };
}
