import { percentile } from '../../analysis/statistics/percentile.ts';
import { readOutlooks } from '../../budgets/outlook.ts';
import { hourMs, lastHourSpan, monthSpan, offsetsOf } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  count,
  type FigureInputs,
  figureNotes,
  headline,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { type DimensionName, dimension, keyTexts } from '../../query/dimensions.ts';
import { type Forecasts, readForecasts } from '../../query/forecast/forecast.ts';
import { type Group, groupCost, groupsOf } from '../../query/groupBy.ts';
import type { Names } from '../../query/names.ts';
import { filterNames } from '../../query/options.ts';
import { type Outcomes, outcomes, successRate } from '../../query/outcomes.ts';
import type { Question } from '../../query/question.ts';
import { countRuns } from '../../query/runs.ts';
import { type Selection, select } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { figuresOf, isNothing, tokenCounts } from '../../query/sums.ts';
import type { SpendKey } from '../../store/query/spendRows.ts';
import { isIncomplete, isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { dateText, type SpanWords, spanWords } from '../../text/when.ts';
import { budgetVerdict } from '../budgets/outlookWords.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document, Table } from '../document/document.ts';
import { shownBy } from '../document/shown.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { groupJson, nothing } from './breakdown.ts';
import { forecastJson, forecastSentences } from './forecastWords.ts';
import { changeWords, monthChange } from './lastMonth.ts';

/** Rows of a breakdown a table shows; JSON has all. */
const shownRows = 8;

/** `outlay report` */
export const report: ReportDefinition = {
  name: 'report',
  title: 'Cost Report',
  summary: 'What was spent in a period: totals, rates, and every breakdown.',
  period: 'month',
  filters: filterNames,
  options: [
    { name: 'full', text: 'every breakdown, with messages, runs and tokens', kind: 'flag' },
  ],
  gate: false,
  examples: [
    ['outlay report', 'this month in a few lines'],
    ['outlay report --period lastmonth --full', 'the month before, every breakdown'],
    ['outlay report --period today --project shop', 'today in one project'],
    ['outlay report --since 2026-11-01 --until 2026-11-15 --json', 'two weeks, for programs'],
  ],
  run: costReport,
};

/** What the parts of the report are about, in its order. */
const parts: readonly (readonly [name: DimensionName, json: string])[] = [
  ['model', 'byModel'],
  ['tier', 'byTier'],
  ['agent', 'byAgent'],
  ['project', 'byProject'],
  ['branch', 'byBranch'],
  ['class', 'byTokenClass'],
  ['day', 'byDay'],
];

/** The parts a short report has, in pairs. */
const shortParts: readonly DimensionName[] = ['model', 'project', 'agent', 'class'];
/** Rows of a part of it: as many token classes as there are, of all else the most expensive. */
const shortRows = 5;
const classRows = 6;

/** Parts that are counted beyond sums: runs where each lies in one group only, and messages of a class. */
const withCounts: ReadonlySet<DimensionName> = new Set(['agent', 'project', 'class']);

interface Findings {
  readonly selection: Selection;
  readonly runs: number | undefined;
  readonly outcomes: Outcomes | undefined;
  /** Nano-dollars. */
  readonly lastHour: number;
  readonly forecasts: Forecasts;
  readonly groups: ReadonlyMap<DimensionName, readonly Group[]>;
  /** The same spend by quarters of an hour. */
  readonly byDay: Selection;
}

function costReport(context: ReportContext, question: Question): Document {
  const found = find(context, question);
  const { selection } = found;
  const figures = figuresOf(context, selection);
  const empty = isNothing(selection);
  const full = question.options.full === true;
  const names = full ? parts.map(([name]) => name) : shortParts;
  const words = spanWords(question.span, context);
  return {
    title: `Cost report, ${words.name}`,
    lead: true,
    sentences: empty
      ? [nothing(context)]
      : [
          ...headSentences(context, question, found, words),
          ...(full ? sentences(found) : []),
          sessionSentence(context, found),
        ],
    tables: empty ? [] : names.map((name) => partTable(context, name, found, full)),
    next: full || empty ? [] : ['More: outlay report --full, outlay sessions, outlay optimize'],
    notes: [
      ...retentionNotes(context, question.span, ['class']),
      ...figureNotes(context, figures),
      { about: 'Deterministic edits (tier 1): 0 observed; no transcript records one.' },
    ],
    json: json(context, question, found, figures),
    verdict: { status: empty ? 'no-data' : 'ok', ...shortcomings(selection.sums) },
  };
}

function find(context: ReportContext, question: Question): Findings {
  const keys: SpendKey[] = ['session', 'agent', 'model', 'facet'];
  const selection = select(context, question, keys);
  // Days need the quarters of an hour distinguished, and nothing else does: asked for by
  // themselves.
  const byDay = select(context, question, ['bucket'], false, selection.names);
  const withoutDays = { ...question, options: {} };
  const groups = new Map(
    parts.map(([name]) => [
      name,
      groupsOf(
        context,
        withoutDays,
        [dimension(name, context)],
        name === 'day' ? byDay : selection,
        withCounts.has(name),
      ),
    ]),
  );
  return {
    selection,
    runs:
      question.filters.tag === undefined
        ? countRuns(context, question, selection.names)
        : undefined,
    outcomes: outcomes(context, question, selection.names),
    lastHour: lastHour(context, question, selection.names),
    forecasts: readForecasts(context, question.filters),
    groups,
    byDay,
  };
}

/** What was spent in the last 60 minutes, whatever the period is. */
function lastHour(context: ReportContext, { filters }: Question, names: Names): number {
  const { now, zone } = context;
  return select(context, { span: lastHourSpan(now, zone), filters }, [], false, names).total;
}

/** The figure with what it was before, and the budget that is most used. */
function headSentences(
  context: ReportContext,
  question: Question,
  { selection, forecasts }: Findings,
  { within }: SpanWords,
): string[] {
  const figure = headline(context, selection.total, isLowerBound(selection.sums));
  const month = monthSpan(context.now, context.zone);
  const { span, filters } = question;
  const isMonth = span?.from === month.from && span.to === month.to;
  const before = isMonth ? changeWords(monthChange(context, filters, selection)) : '';
  return [
    `${figure} ${within}${before}.`,
    // What is over leads nowhere.
    ...((span?.to ?? Infinity) > context.now ? forecastSentences(forecasts) : []),
    ...budgetSentence(context),
  ];
}

/** How budgets stand: they count all they cover, whatever the report is cut by. */
function budgetSentence(context: ReportContext): string[] {
  const { outlooks } = readOutlooks(context);
  return outlooks.length === 0 ? [] : [budgetVerdict(outlooks)];
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** Hours of a stretch that is said to be the busiest. */
const stretch = 3;

/** How many sessions there were, what half of them cost at most, and when most was spent. */
function sessionSentence(context: ReportContext, { selection, byDay }: Findings): string {
  const totals = new Map<number, number>();
  for (const { session, nano } of [...selection.rows, ...selection.backgrounds]) {
    totals.set(session, (totals.get(session) ?? 0) + nano);
  }
  const half = percentile(
    [...totals.values()].sort((a, b) => a - b),
    0.5,
  );
  const sessions = count(totals.size, 'session');
  const usual =
    half === undefined || totals.size < 4 ? '' : `, half of them under ${formatUsd(half)}`;
  const offsetAt = offsetsOf(context.zone);
  const hours = new Map<number, number>();
  for (const { at, nano } of byDay.rows) {
    // Monday 5 January 1970 began four days after the first moment there is.
    const hour = Math.floor((at + offsetAt(at)) / hourMs);
    const weekday = Math.floor(hour / 24 + 4) % 7;
    const slot = weekday * 24 + Math.floor((hour % 24) / stretch) * stretch;
    hours.set(slot, (hours.get(slot) ?? 0) + nano);
  }
  const [busiest] = [...hours].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
  if (busiest === undefined || totals.size < 4) return `${sessions}${usual}.`;
  const from = busiest % 24;
  const clock = (hour: number): string => `${hour % 12 || 12} ${hour % 24 < 12 ? 'AM' : 'PM'}`;
  return `${sessions}${usual}. Busiest: ${weekdays[Math.floor(busiest / 24)]}, ${clock(from)} to ${clock(from + stretch)}.`;
}

/** What a full report says beside. */
function sentences(found: Findings): string[] {
  const { selection, runs, outcomes: errors, lastHour: hour } = found;
  const { sums } = selection;
  const lines: string[] = [];
  if (runs !== undefined && runs > 0) {
    lines.push(
      `${count(runs, 'run')}, on average ${formatUsd(Math.round(sums.nano / runs))} a run.`,
    );
  }
  const rate = errors && successRate(sums.messages, errors);
  if (errors !== undefined && rate !== undefined) {
    lines.push(
      `${(Math.floor(rate * 1000) / 10).toFixed(1)}% of requests succeeded (${count(errors.apiErrors, 'API error')}); ${count(errors.toolErrors, 'tool error')}, ${count(errors.interrupted, 'turn')} broken off.`,
    );
  }
  lines.push(hour > 0 ? `Last hour ${formatUsd(hour)}.` : 'Nothing was spent in the last hour.');
  return lines;
}

function partTable(
  context: ReportContext,
  name: DimensionName,
  found: Findings,
  full: boolean,
): Table {
  const { header } = dimension(name, context);
  const groups = found.groups.get(name)!;
  // Of days the latest are of interest, of all else the most expensive.
  const shown = name === 'day' ? groups.slice(-14) : groups.slice(0, shownRows);
  const keys = shown.map(({ keys: [key] }) => key!);
  const texts = keyTexts(name, keys, context, found.selection.names);
  const columns = columnsOf(context, name, header, full);
  const rows = shown.map((group) =>
    cellsOf(group, texts.get(group.keys[0]!)!, found.selection.total),
  );
  if (!full) {
    const title = name === 'class' ? 'What was paid for' : header;
    return { title, columns, rows, half: true, top: name === 'class' ? classRows : shortRows };
  }
  const left = groups.length - shown.length;
  const which = name === 'day' ? 'the last' : 'the first';
  const title = `By ${titleOf(name)}`;
  return {
    title: left === 0 ? title : `${title}, ${which} ${shown.length} of ${groups.length}`,
    columns,
    rows,
  };
}

function titleOf(name: DimensionName): string {
  return name === 'class' ? 'token class' : name;
}

function columnsOf(
  context: ReportContext,
  name: DimensionName,
  header: string,
  full: boolean,
): Column[] {
  const shown = name === 'day' ? (day: string) => dateText(day, context) : shownBy(name);
  const details = !full;
  return [
    { key: name, header, unit: 'text', widest: 40, shown, fills: true },
    { key: 'cost_usd', header: 'Cost', unit: 'usd', strong: true },
    { key: 'share', header: 'Share', unit: 'percent', bar: 'beside' },
    { key: 'messages', header: 'Messages', unit: 'count', details },
    { key: 'runs', header: 'Runs', unit: 'count', idle: true, details },
    { key: 'tokens', header: 'Tokens', unit: 'tokens', details },
  ];
}

function cellsOf(group: Group, text: string, total: number): Cell[] {
  const { sums, runs } = group;
  const cost = groupCost(group);
  return [
    text,
    sums.unpriced > 0 && cost === 0 ? null : cost,
    total > 0 ? cost / total : null,
    sums.messages,
    runs ?? null,
    totalTokens(sums),
  ];
}

function json(
  context: ReportContext,
  question: Question,
  found: Findings,
  { declined, unpriced }: FigureInputs,
): object {
  const { selection, runs, outcomes: errors, lastHour: hour, groups } = found;
  const { sums, total, background } = selection;
  return {
    schemaVersion: 1,
    period: periodJson(question.span, context.zone),
    filters: question.filters,
    total_cost_usd: nanoToUsd(total),
    messagesUsd: nanoToUsd(sums.nano),
    backgroundUsd: nanoToUsd(background),
    declinedUsd: nanoToUsd(declined.nano),
    messages: sums.messages,
    sessions: new Set(selection.rows.map(({ session }) => session)).size,
    tokens: tokenCounts(sums),
    runs: runs ?? null,
    averagePerRunUsd: runs ? nanoToUsd(Math.round(sums.nano / runs)) : null,
    successRate: (errors && successRate(sums.messages, errors)) ?? null,
    errors: errors ?? null,
    lastHourUsd: nanoToUsd(hour),
    forecast: forecastJson(found.forecasts),
    deterministicEdits: { observed: 0 },
    ...Object.fromEntries(
      parts.map(([name, key]) => [
        key,
        groups.get(name)!.map((group) => groupJson(group, [{ name }], total)),
      ]),
    ),
    lowerBound: isLowerBound(sums),
    incomplete: isIncomplete(sums),
    lowerBoundMessages: sums.lower,
    unpriced,
    billing: context.billing,
    catalogueDate: context.book.catalogueDate,
    notes: [...retentionNotes(context, question.span, ['class']), ...warnings(context, sums)],
  };
}
