import { daysOf, type TimeSpan } from '../model/calendar.ts';
import { bucketRows } from '../store/query/background.ts';
import type { ReportContext } from './context.ts';
import type { Filters } from './options.ts';
import { type Selection, select } from './select.ts';

/** What was spent on one local day. */
export interface DaySpend {
  /** YYYY-MM-DD in the user's zone. */
  readonly day: string;
  readonly nano: number;
  readonly background: number;
  readonly messages: number;
}

/**
 * Spend by local day, days without any left out. A day cut by the span's edge holds whole quarters of
 * an hour.
 */
export function spendByDay(
  context: ReportContext,
  span: TimeSpan | undefined,
  { backgrounds, names }: Pick<Selection, 'backgrounds' | 'names'>,
  filters: Filters = {},
): DaySpend[] {
  const { db, zone, accounts } = context;
  const days = new Map<string, { nano: number; background: number; messages: number }>();
  const dayAt = daysOf(zone);
  const entry = (at: number): { nano: number; background: number; messages: number } => {
    const day = dayAt(at);
    const known = days.get(day) ?? { nano: 0, background: 0, messages: 0 };
    days.set(day, known);
    return known;
  };
  const ofAccounts = (): number[] =>
    [...names.places.values()].flatMap(({ id, root }) => (accounts?.includes(root) ? [id] : []));
  const only = accounts === undefined ? undefined : ofAccounts();
  const buckets =
    Object.keys(filters).length > 0
      ? select(context, { span, filters }, ['bucket'], false, names).rows
      : bucketRows(db, span, only);
  for (const { at, nano, messages } of buckets) {
    const day = entry(at);
    day.nano += nano;
    day.messages += messages;
  }
  for (const { at, nano } of backgrounds) entry(at).background += nano;
  return [...days]
    .map(([day, sums]) => ({ day, ...sums }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
}
