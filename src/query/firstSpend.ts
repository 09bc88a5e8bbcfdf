import { dayMs, daySpan, type TimeSpan } from '../model/calendar.ts';
import { smallestOf } from '../model/lists.ts';
import { firstBackground } from '../store/query/background.ts';
import type { ReportContext } from './context.ts';
import type { Filters } from './options.ts';
import type { SpanReader } from './spendRate.ts';
import { isNothing } from './sums.ts';

const weekMs = 7 * dayMs;

/** When anything was spent for the very first time, background included; undefined for never. */
export function firstEver({
  db,
  reader,
}: Pick<ReportContext, 'db' | 'reader'>): number | undefined {
  const found = [reader.firstAt(), firstBackground(db)].filter((at) => at != null);
  return found.length === 0 ? undefined : smallestOf(found);
}

/** From the first spend, background included, to the end of today. */
export function everSpan(context: Pick<ReportContext, 'db' | 'reader' | 'now' | 'zone'>): TimeSpan {
  const { now, zone } = context;
  return { from: Math.min(now, firstEver(context) ?? now), to: daySpan(now, zone).to };
}

/** The same of what filters and accounts let pass, in UTC milliseconds; undefined for never. */
export function firstSpend(
  context: ReportContext,
  filters: Filters,
  read: SpanReader,
  after: number,
): number | undefined {
  const { accounts, now } = context;
  if (accounts !== undefined || Object.keys(filters).length > 0) {
    return firstFiltered(read, after, daySpan(now, context.zone).to);
  }
  return firstEver(context);
}

/** The same of what filters let pass; where that was before `after`, some moment before it. */
function firstFiltered(read: SpanReader, after: number, end: number): number | undefined {
  const isSpent = (from: number, to: number): boolean => !isNothing(read({ from, to }));
  // Whoever spends mostly did so the week before as well: all of a long history is seldom gone through.
  if (isSpent(after - weekMs, after) || isSpent(0, after)) return after - 1;
  if (!isSpent(after, end)) return undefined;
  let [from, to] = [after, end];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (isSpent(from, middle)) to = middle;
    else from = middle;
  }
  return from;
}
