import { type RunRow, runRows, runTotal } from '../store/query/runs.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import type { ReportContext } from './context.ts';
import { matcherOf } from './filters.ts';
import type { Names } from './names.ts';
import type { Question } from './question.ts';

/**
 * Runs that were active in a span, as far as the filters let them, split by these keys. A run is
 * one execution of a subagent, or one prompt with its main-thread answers; quarters of an hour at
 * the span's edges count whole.
 */
export function runCounts(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  names: Names,
  keys: readonly SpendKey[],
): RunRow[] {
  const matcher = matcherOf(context, filters, names);
  const { key, wanted } = countKey({ span, filters }, [...keys, ...matcher.furtherKeys]);
  let rows = counted.get(names)?.get(key);
  if (rows === undefined) {
    const all = runRows(context.db, span, [...wanted], matcher);
    names.prefetch(all, matcher.furtherKeys);
    rows = all.filter(matcher.passesFurther);
    counted.set(names, (counted.get(names) ?? new Map()).set(key, rows));
  }
  names.prefetch(rows, keys);
  return rows;
}

/** Sessions and agents are distinguished anyway, so that questions which differ in them are one. */
function countKey(
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  keys: readonly SpendKey[],
): { key: string; wanted: Set<SpendKey> } {
  const wanted = new Set<SpendKey>([...keys, 'session', 'agent']);
  return { key: JSON.stringify([[...wanted].sort(), span ?? null, filters]), wanted };
}

/** What has been counted for one report: it asks for the same more than once. */
const counted = new WeakMap<Names, Map<string, RunRow[]>>();

/** How many runs were active in a span. */
export function countRuns(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
  names: Names,
): number {
  const matcher = matcherOf(context, question.filters, names);
  const known = counted.get(names)?.has(countKey(question, matcher.furtherKeys).key);
  // All together are counted sooner than each by itself.
  if (matcher.furtherKeys.length === 0 && !known) {
    return runTotal(context.db, question.span, matcher);
  }
  return runCounts(context, question, names, []).reduce((sum, { runs }) => sum + runs, 0);
}
