import { lastHourSpan } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  count,
  type FigureInputs,
  figureNotes,
  headline,
  inMessages,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { type DimensionName, dimension, keyTexts } from '../../query/dimensions.ts';
import { type Group, groupCost, groupsOf } from '../../query/groupBy.ts';
import type { Names } from '../../query/names.ts';
import { filterNames } from '../../query/options.ts';
import { type Outcomes, outcomes, successRate } from '../../query/outcomes.ts';
import type { Question } from '../../query/question.ts';
import { countRuns } from '../../query/runs.ts';
import { type Selection, select } from '../../query/select.ts';
import { periodJson, spanText } from '../../query/spans.ts';
import { figuresOf, isNothing, tokenCounts } from '../../query/sums.ts';
import type { SpendKey } from '../../store/query/spendRows.ts';
import { isIncomplete, isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { budgetLine } from '../budgets/budget.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document, Table } from '../document/document.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { groupJson, nothing } from './breakdown.ts';

/** Rows of a breakdown a table shows; JSON has all. */
const shownRows = 8;

/** `outlay report` */
export const report: ReportDefinition = {
  name: 'report',
  title: 'Cost Report',
  summary: 'What was spent in a period: totals, rates, and every breakdown.',
  period: 'month',
  filters: filterNames,
  options: [],
  gate: false,
  examples: [
    ['outlay report', 'this month'],
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

/** Parts that are counted beyond sums: runs where each lies in one group only, and messages of a class. */
const withCounts: ReadonlySet<DimensionName> = new Set(['agent', 'project', 'class']);

interface Findings {
  readonly selection: Selection;
  readonly runs: number | undefined;
  readonly outcomes: Outcomes | undefined;
  /** Nano-dollars. */
  readonly lastHour: number;
  readonly groups: ReadonlyMap<DimensionName, readonly Group[]>;
}

function costReport(context: ReportContext, question: Question): Document {
  const found = find(context, question);
  const { selection } = found;
  const figures = figuresOf(context, selection);
  const empty = isNothing(selection);
  return {
    title: `Cost report, ${spanText(question.span, context.zone)}`,
    sentences: empty ? [nothing(context)] : [...sentences(context, found), ...budget(context)],
    tables: empty ? [] : parts.map(([name]) => partTable(context, name, found)),
    notes: [
      ...retentionNotes(context, question.span, ['class']),
      ...figureNotes(context, figures),
      'Deterministic edits (tier 1): 0 observed; no transcript records one.',
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
    groups,
  };
}

/** The most used budget: it counts all it covers, whatever the report is cut by. */
function budget(context: ReportContext): string[] {
  const line = context.budgets.length === 0 ? undefined : budgetLine(context);
  return line === undefined ? [] : [line];
}

/** What was spent in the last 60 minutes, whatever the period is. */
function lastHour(context: ReportContext, { filters }: Question, names: Names): number {
  const { now } = context;
  return select(context, { span: lastHourSpan(now), filters }, [], false, names).total;
}

function sentences(context: ReportContext, found: Findings): string[] {
  const { selection, runs, outcomes: errors, lastHour: hour } = found;
  const { sums, total, background } = selection;
  const atLeast = isLowerBound(sums);
  const sessions = new Set(selection.rows.map(({ session }) => session)).size;
  const lines = [
    `${headline(context, total, atLeast)} ${inMessages(sums)} of ${count(sessions, 'session')} (messages ${formatUsd(sums.nano)} + background ${formatUsd(background)}).`,
  ];
  if (runs !== undefined && runs > 0) {
    lines.push(
      `${count(runs, 'run')}, on average ${formatUsd(Math.round(sums.nano / runs))} a run.`,
    );
  }
  const rate = errors && successRate(sums.messages, errors);
  if (errors !== undefined && rate !== undefined) {
    lines.push(
      `${(Math.floor(rate * 1000) / 10).toFixed(1)} % of requests succeeded (${count(errors.apiErrors, 'API error')}); ${count(errors.toolErrors, 'tool error')}, ${count(errors.interrupted, 'turn')} broken off.`,
    );
  }
  lines.push(
    hour > 0
      ? `Last hour ${formatUsd(hour)}; a day at that rate would cost ${formatUsd(24 * hour)}.`
      : 'Nothing was spent in the last hour.',
  );
  return lines;
}

function partTable(context: ReportContext, name: DimensionName, found: Findings): Table {
  const { header } = dimension(name, context);
  const groups = found.groups.get(name)!;
  // Of days the latest are of interest, of all else the most expensive.
  const shown = name === 'day' ? groups.slice(-14) : groups.slice(0, shownRows);
  const keys = shown.map(({ keys: [key] }) => key!);
  const texts = keyTexts(name, keys, context, found.selection.names);
  const left = groups.length - shown.length;
  const which = name === 'day' ? 'the last' : 'the first';
  return {
    title:
      left === 0
        ? `By ${titleOf(name)}`
        : `By ${titleOf(name)}, ${which} ${shown.length} of ${groups.length}`,
    columns: columnsOf(name, header),
    rows: shown.map((group) => cellsOf(group, texts.get(group.keys[0]!)!, found.selection.total)),
  };
}

function titleOf(name: DimensionName): string {
  return name === 'class' ? 'token class' : name;
}

function columnsOf(name: DimensionName, header: string): Column[] {
  return [
    { key: name, header, unit: 'text', widest: 40 },
    { key: 'cost_usd', header: 'Cost', unit: 'usd' },
    { key: 'share', header: 'Share', unit: 'percent' },
    { key: 'messages', header: 'Messages', unit: 'count' },
    { key: 'runs', header: 'Runs', unit: 'count', idle: true },
    { key: 'tokens', header: 'Tokens', unit: 'tokens' },
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
    dayAtThatRateUsd: nanoToUsd(24 * hour),
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
