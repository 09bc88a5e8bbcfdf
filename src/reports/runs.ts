import type { FactKey, FactRow } from '../store/factRows.ts';
import { runRows } from '../store/runRows.ts';
import type { ReportContext } from './context.ts';
import { matcherOf } from './filters.ts';
import type { Names } from './names.ts';
import type { Question } from './question.ts';

/** Rows with the number of runs that took part in them. */
export type RunCount = FactRow & { readonly runs: number };

/**
 * Runs that were at work in a span, as far as the filters let them, split by these keys. A run is one
 * execution of a subagent, or one prompt with its main-thread answers; quarters of an hour at the
 * span's edges count whole.
 */
export function runCounts(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  names: Names,
  keys: readonly FactKey[],
): RunCount[] {
  const matcher = matcherOf(context, filters, names);
  const wanted = new Set<FactKey>([...keys, ...matcher.keys]);
  const rows = runRows(context.db, span, [...wanted]);
  names.prepare(rows);
  return rows.filter(matcher.passes);
}

/** How many runs were at work in a span. */
export function countRuns(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
  names: Names,
): number {
  return runCounts(context, question, names, []).reduce((sum, { runs }) => sum + runs, 0);
}
