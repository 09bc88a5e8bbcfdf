import { costlyDays, directionOf, sparkline } from '../../analysis/spend/history.ts';
import {
  addDays,
  dayMs,
  dayOf,
  daysOf,
  firstMoment,
  monthSpan,
  type TimeSpan,
  weekSpan,
} from '../../model/calendar.ts';
import { largestOf } from '../../model/lists.ts';
import { memoize } from '../../model/memoize.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { count, figureNotes, headline, type ReportContext, warnings } from '../../query/context.ts';
import { filterNames } from '../../query/options.ts';
import { type Question, textOption } from '../../query/question.ts';
import { type Selection, select } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { figuresOf, isNothing } from '../../query/sums.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { dateText, monthText, spanWords } from '../../text/when.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document } from '../document/document.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { nothing } from './breakdown.ts';

type Step = 'day' | 'week' | 'month';

/** `outlay history` */
export const history: ReportDefinition = {
  name: 'history',
  title: 'History',
  summary: 'Spend day by day, week by week or month by month, with its trend.',
  period: '30d',
  filters: filterNames,
  options: [
    {
      name: 'by',
      value: 'step',
      text: 'length of a step',
      kind: 'choice',
      choices: ['day', 'week', 'month'],
      default: 'day',
    },
  ],
  gate: false,
  examples: [
    ['outlay history', 'the last thirty days'],
    ['outlay history --by week --period 3mo --project shop', 'a quarter of one project by weeks'],
  ],
  run: historyReport,
};

/** One step of the history. Money in nano-dollars. */
interface Entry {
  /** First day of the step, YYYY-MM-DD. */
  readonly from: string;
  readonly total: number;
  readonly background: number;
  readonly messages: number;
  /** More than twice the average of the steps with spend. */
  readonly high: boolean;
}

function historyReport(context: ReportContext, question: Question): Document {
  const step = textOption(question, 'by') as Step;
  const selection = select(context, question, ['bucket', 'model']);
  const { entries, average, gaps } = steps(context, question.span, selection, step);
  const { sums, total } = selection;
  const figures = figuresOf(context, selection);
  const empty = isNothing(selection);
  const values = entries.map((entry) => entry.total);
  const most = largestOf(values, 0);
  const trend = directionOf(values);
  const left = gaps
    ? [
        `There are more than ${mostSteps} ${step}s from the first to the last: those without spend are left out.`,
      ]
    : [];
  return {
    title: `History by ${step}, ${spanWords(question.span, context).name}`,
    sentences: empty ? [nothing(context)] : sentences(context, selection, entries, average, step),
    tables: [
      {
        title: '',
        columns: columnsOf(step, (day) => stepText(context, step, day)),
        rows: empty ? [] : entries.map((entry) => cells(entry, most)),
      },
    ],
    notes: [
      ...retentionNotes(context, question.span, [step]),
      ...left,
      ...figureNotes(context, figures),
      ...(empty
        ? []
        : [{ about: `Trend: the later half of the ${step}s against the earlier half.` }]),
    ],
    json: {
      schemaVersion: 1,
      period: periodJson(question.span, context.zone),
      filters: question.filters,
      by: step,
      total_cost_usd: nanoToUsd(total),
      declinedUsd: nanoToUsd(figures.declined.nano),
      averageUsd: empty ? null : nanoToUsd(Math.round(average)),
      trend: trend ? { direction: trend.direction, change: trend.change ?? null } : null,
      steps: empty ? [] : entries.map(entryJson),
      notes: [
        ...retentionNotes(context, question.span, [step]),
        ...left,
        ...warnings(context, sums),
      ],
    },
    verdict: { status: empty ? 'no-data' : 'ok', ...shortcomings(sums) },
  };
}

/** Steps that are listed one by one with the empty ones among them: more than thirteen years of days. */
const mostSteps = 5000;

/** Length of a step, at least. */
const stepDays: Readonly<Record<Step, number>> = { day: 1, week: 7, month: 28 };

/**
 * Every step from the first with spend (or the span's beginning) to the last, empty ones included
 * unless there are too many (`gaps`).
 */
function steps(
  context: ReportContext,
  span: TimeSpan | undefined,
  { rows, backgrounds }: Selection,
  step: Step,
): { entries: Entry[]; average: number; gaps: boolean } {
  const { zone, weekStart, now } = context;
  const dayAt = daysOf(zone);
  const stepOfDay = memoize((day: string): string => {
    if (step === 'day') return day;
    const at = firstMoment(day, zone);
    const span = step === 'week' ? weekSpan(at, zone, weekStart) : monthSpan(at, zone);
    return dayOf(span.from, zone);
  });
  const stepOf = (at: number): string => stepOfDay(dayAt(at));
  const next = (day: string): string => {
    if (step === 'day') return addDays(day, 1);
    if (step === 'week') return addDays(day, 7);
    return dayOf(monthSpan(firstMoment(day, zone), zone).to, zone);
  };
  const sums = new Map<string, { total: number; background: number; messages: number }>();
  const entry = (at: number): { total: number; background: number; messages: number } => {
    const key = stepOf(at);
    const known = sums.get(key) ?? { total: 0, background: 0, messages: 0 };
    sums.set(key, known);
    return known;
  };
  for (const { at, nano, messages } of rows) {
    const own = entry(at);
    own.total += nano;
    own.messages += messages;
  }
  for (const { at, nano } of backgrounds) {
    const own = entry(at);
    own.total += nano;
    own.background += nano;
  }
  const days = [...sums.keys()].sort();
  if (days.length === 0) return { entries: [], average: 0, gaps: false };
  const first = span === undefined || span.from === 0 ? days[0]! : stepOf(span.from);
  const last = span === undefined || span.to > now ? stepOf(now) : stepOf(span.to - 1);
  const end = last > days.at(-1)! ? last : days.at(-1)!;
  const gaps = (Date.parse(end) - Date.parse(first)) / dayMs / stepDays[step] > mostSteps;
  const all: string[] = gaps ? days : [];
  if (!gaps) for (let day = first; day <= end; day = next(day)) all.push(day);
  const { average, above } = costlyDays(all.map((day) => sums.get(day)?.total ?? 0));
  const high = new Set(above);
  const none = { total: 0, background: 0, messages: 0 };
  return {
    entries: all.map((from, i) => ({ from, ...(sums.get(from) ?? none), high: high.has(i) })),
    average,
    gaps,
  };
}

function sentences(
  context: ReportContext,
  { total, sums }: Selection,
  entries: readonly Entry[],
  average: number,
  step: Step,
): string[] {
  const values = entries.map((entry) => entry.total);
  const trend = directionOf(values);
  const active = values.filter((value) => value > 0).length;
  const lines = [
    `${headline(context, total, isLowerBound(sums))} in ${count(active, `${step} with spend`, `${step}s with spend`)} of ${entries.length}, on average ${formatUsd(Math.round(average))}.`,
    sparkline(values.slice(-60)),
  ];
  if (trend !== undefined) {
    const change =
      trend.change === undefined ? '' : ` by ${Math.round(Math.abs(trend.change) * 100)}%`;
    const words = {
      up: `Going up${change}.`,
      down: `Going down${change}.`,
      flat: 'About the same throughout.',
    };
    lines.push(words[trend.direction]);
  }
  const high = entries.filter((entry) => entry.high);
  if (high.length > 0) {
    const shown = high
      .slice(-5)
      .map(({ from, total: own }) => `${stepText(context, step, from)} (${formatUsd(own)})`);
    const more = high.length > shown.length ? `, and ${high.length - shown.length} before` : '';
    lines.push(`More than twice the average: ${shown.join(', ')}${more}.`);
  }
  return lines;
}

/** A step as people read it: a day, the first day of a week, a month. */
function stepText(context: ReportContext, step: Step, day: string): string {
  return step === 'month' ? monthText(day, context) : dateText(day, context);
}

function columnsOf(step: Step, shown: (step: string) => string): Column[] {
  return [
    { key: step, header: step.charAt(0).toUpperCase() + step.slice(1), unit: 'text', shown },
    { key: 'cost_usd', header: 'Cost', unit: 'usd', strong: true },
    { key: 'background_usd', header: 'Overhead', unit: 'usd', idle: true, details: true },
    { key: 'messages', header: 'Messages', unit: 'count' },
    { key: 'bar', header: '', unit: 'text', leaves: 3 },
    { key: 'note', header: '', unit: 'text', leaves: 4 },
  ];
}

const widestBar = 24;

function cells({ from, total, background, messages, high }: Entry, most: number): Cell[] {
  const length = most === 0 ? 0 : Math.round((total / most) * widestBar);
  const bar = total > 0 ? '█'.repeat(Math.max(1, length)) : '';
  return [from, total, background, messages, bar, high ? 'above twice the average' : ''];
}

function entryJson({ from, total, background, messages, high }: Entry): object {
  return {
    from,
    cost_usd: nanoToUsd(total),
    backgroundUsd: nanoToUsd(background),
    messages,
    aboveTwiceAverage: high,
  };
}
