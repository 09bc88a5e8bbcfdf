import type { TimeSpan } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { nanoToUsd } from '../../model/money.ts';
import { figureNotes, isoTime, type ReportContext } from '../../query/context.ts';
import { dimension, none } from '../../query/dimensions.ts';
import { matcherOf } from '../../query/filters.ts';
import { Names } from '../../query/names.ts';
import { select } from '../../query/select.ts';
import { spanOf } from '../../query/spans.ts';
import { eventRows } from '../../store/query/events.ts';
import type { SpendKey } from '../../store/query/spendRows.ts';
import {
  addTo,
  noSums,
  type RowKeys,
  type RunningSums,
  type SpendSums,
} from '../../store/schema/sums.ts';
import type { CallGroup, CallSums, GroupName, Summary, SummaryQuestion } from '../capture.d.cts';

const groupNames = [
  'agent',
  'task',
  'correlation',
  'model',
  'tier',
  'project',
  'session',
  'day',
] as const satisfies readonly GroupName[];

/** Calls that failed, and those their callers broke off before there was an answer. */
export const failures = ['api-error', 'interrupted'] as const;

/** Sums of the calls of a context. `beginning` is the first moment that counts, 0 for any. */
export function summarise(
  context: ReportContext,
  question: SummaryQuestion,
  beginning: number,
): Summary {
  const { by } = question;
  if (by !== undefined && !groupNames.includes(by)) {
    throw new HumanError('usage', `summary() groups by ${groupNames.join(', ')}.`);
  }
  const span = spanOfCalls(context, question, beginning);
  const grouping = by && groupingOf(context, by);
  const names = new Names(context);
  const keys: SpendKey[] = ['model', ...(grouping?.keys ?? [])];
  const { rows, sums } = select(context, { span, filters: {} }, keys, false, names);
  const groups = new Map<string, RunningSums>();
  const unpriced = new Map<string, number>();
  for (const row of rows) {
    if (row.unpriced > 0) {
      const model = names.word(row.model);
      unpriced.set(model, (unpriced.get(model) ?? 0) + row.unpriced);
    }
    if (grouping === undefined) continue;
    const key = grouping.of(row, names);
    const group = groups.get(key) ?? noSums();
    groups.set(key, group);
    addTo(group, row);
  }
  const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  return {
    ...sumsOf(sums),
    failed: failedCalls(context, span, names),
    since: isoTime(from),
    until: to === Number.MAX_SAFE_INTEGER ? null : isoTime(to),
    groups: ordered(
      [...groups].map(([key, group]) => ({ key, ...sumsOf(group) })),
      by,
    ),
    notes: notesOf(context, sums, unpriced),
  };
}

/** What is asked for, from the beginning on. */
export function spanOfCalls(
  { now, zone, weekStart }: Pick<ReportContext, 'now' | 'zone' | 'weekStart'>,
  { since, until }: SummaryQuestion,
  beginning: number,
): TimeSpan | undefined {
  const asked = spanOf(
    { since: textOf(since, 'since'), until: textOf(until, 'until') },
    { now, zone, weekStart },
  );
  if (beginning === 0) return asked;
  const { from, to } = asked ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  return { from: Math.max(from, beginning), to: Math.max(to, beginning) };
}

function textOf(moment: SummaryQuestion['since'], name: string): string | undefined {
  if (moment === undefined || typeof moment === 'string') return moment;
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) {
    throw new HumanError('usage', `"${name}" of summary() is no time.`);
  }
  return at.toISOString();
}

interface Grouping {
  readonly keys: readonly SpendKey[];
  of(row: RowKeys, names: Names): string;
}

function groupingOf(context: ReportContext, by: GroupName): Grouping {
  if (by === 'correlation') {
    return { keys: ['prompt'], of: ({ prompt }, names) => names.word(prompt) || none };
  }
  const { keys, of } = dimension(by, context);
  return { keys, of: (row, names) => of(row, names)[0] ?? none };
}

function ordered(groups: CallGroup[], by: GroupName | undefined): CallGroup[] {
  const byKey = (a: CallGroup, b: CallGroup): number => (a.key < b.key ? -1 : 1);
  if (by === 'day') return groups.sort(byKey);
  return groups.sort((a, b) => b.usd - a.usd || byKey(a, b));
}

function sumsOf(sums: SpendSums): CallSums {
  return {
    calls: sums.messages,
    usd: nanoToUsd(sums.nano),
    inputTokens: sums.input,
    outputTokens: sums.output,
    cacheReadTokens: sums.cacheRead,
    cacheWriteTokens: sums.cacheWrite5m + sums.cacheWrite1h,
    unpriced: sums.unpriced,
    atLeast: sums.lower,
  };
}

function failedCalls(context: ReportContext, span: TimeSpan | undefined, names: Names): number {
  const matcher = matcherOf(context, {}, names);
  return eventRows(context.db, span, failures).filter(({ session }) =>
    matcher.passesBackground(session),
  ).length;
}

/** What the figures lack: not what they are. */
function notesOf(
  context: ReportContext,
  sums: SpendSums,
  unpriced: ReadonlyMap<string, number>,
): string[] {
  const notes = figureNotes(context, {
    lost: sums.lost,
    lower: sums.lower,
    client: 0,
    background: 0,
    unpriced: [...unpriced].map(([model, messages]) => ({ model, messages })),
    declined: { attempts: 0, nano: 0, unpriced: 0 },
    saturated: false,
  });
  return notes.filter((note) => typeof note === 'string');
}
