import { nanoToUsd } from '../../model/money.ts';
import { tokenClassNames, unsplitName } from '../../model/tokenClassNames.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  figureNotes,
  headline,
  inMessages,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import {
  backgroundKey,
  type Dimension,
  type DimensionName,
  dimension,
  dimensionNames,
  keyTexts,
} from '../../query/dimensions.ts';
import { type Group, groupCost, groupsOf, selectFor } from '../../query/groupBy.ts';
import { filterNames } from '../../query/options.ts';
import { type Question, textOption } from '../../query/question.ts';
import type { Selection } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { figuresOf, isNothing, tokenCounts } from '../../query/sums.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { spanWords } from '../../text/when.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document } from '../document/document.ts';
import { shownBy } from '../document/shown.ts';
import { retentionNotes } from '../upkeep/retention.ts';

/** `outlay breakdown` */
export const breakdown: ReportDefinition = {
  name: 'breakdown',
  title: 'Breakdown',
  summary: 'Cost by one dimension, or by two.',
  period: 'month',
  filters: filterNames,
  options: [
    {
      name: 'by',
      value: 'dimension',
      text: 'what to break the cost down by',
      kind: 'choice',
      choices: dimensionNames,
      default: 'model',
    },
    {
      name: 'then-by',
      value: 'dimension',
      text: 'a second dimension inside the first',
      kind: 'choice',
      choices: dimensionNames,
    },
    { name: 'limit', value: 'number', text: 'list at most so many rows', kind: 'count' },
  ],
  gate: false,
  examples: [
    ['outlay breakdown --by agent --period 7d', 'what each kind of agent cost in a week'],
    ['outlay breakdown --by project --then-by model', 'models inside projects, this month'],
    ['outlay breakdown --by class --model opus', 'tokens and dollars of each token class'],
  ],
  run: breakdownReport,
};

function breakdownReport(context: ReportContext, question: Question): Document {
  const by = textOption(question, 'by') as DimensionName;
  const thenBy = textOption(question, 'then-by') as DimensionName | undefined;
  const dimensions = [by, ...(thenBy === undefined || thenBy === by ? [] : [thenBy])].map((name) =>
    dimension(name, context),
  );
  const selection = selectFor(context, question, dimensions);
  const groups = groupsOf(context, question, dimensions, selection);
  const limit = question.options.limit as number | undefined;
  return documentOf(context, question, dimensions, selection, groups, limit);
}

function documentOf(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  selection: Selection,
  groups: readonly Group[],
  limit: number | undefined,
): Document {
  const { sums, total, background, names } = selection;
  const shown = limit === undefined ? groups : groups.slice(0, limit);
  const figures = figuresOf(context, selection);
  const texts = dimensions.map(({ name }, i) =>
    keyTexts(name, [...new Set(shown.map(({ keys }) => keys[i]!))], context, names),
  );
  const title = dimensions.map(({ header }) => lowerFirst(header)).join(' and ');
  const empty = isNothing(selection);
  const dimensionsUsed = dimensions.map(({ name }) => name);
  const summedUp = retentionNotes(context, question.span, dimensionsUsed);
  return {
    title: `Cost by ${title}, ${spanWords(question.span, context).name}`,
    sentences: empty
      ? [nothing(context)]
      : [
          `${headline(context, total, isLowerBound(sums))} ${inMessages(sums)}.`,
          ...(shown.length < groups.length
            ? [`The first ${shown.length} of ${groups.length} rows are listed.`]
            : []),
        ],
    tables: [
      {
        title: '',
        columns: columnsOf(dimensions),
        rows: shown.map((group) => cells(group, texts, total)),
      },
    ],
    notes: [...summedUp, ...figureNotes(context, figures), ...dimensionNotes(dimensions, question)],
    json: {
      schemaVersion: 1,
      period: periodJson(question.span, context.zone),
      filters: question.filters,
      by: dimensions.map(({ name }) => name),
      total_cost_usd: nanoToUsd(total),
      messagesUsd: nanoToUsd(sums.nano),
      backgroundUsd: nanoToUsd(background),
      declinedUsd: nanoToUsd(figures.declined.nano),
      messages: sums.messages,
      lowerBound: isLowerBound(sums),
      unpriced: figures.unpriced,
      rows: shown.map((group) => groupJson(group, dimensions, total)),
      catalogueDate: context.book.catalogueDate,
      notes: [...summedUp, ...warnings(context, sums)],
    },
    verdict: { status: empty ? 'no-data' : 'ok', ...shortcomings(sums) },
  };
}

/** A heading inside a sentence; `MCP` stays as it is. */
function lowerFirst(header: string): string {
  return /^[A-Z]{2}/.test(header) ? header : header.charAt(0).toLowerCase() + header.slice(1);
}

/** What a report says that found nothing. */
export function nothing(context: ReportContext): string {
  const stored = context.reader.kept().messages > 0;
  return stored
    ? 'No data: nothing was spent there and then.'
    : 'No data: no sessions found. "outlay doctor" shows where Outlay looked.';
}

function dimensionNotes(dimensions: readonly Dimension[], { filters }: Question): string[] {
  const has = (name: DimensionName): boolean => dimensions.some((each) => each.name === name);
  const notes: string[] = [];
  if (has('tool')) {
    notes.push('A message shares its cost among the tools it called; "(none)" called none.');
  }
  if (has('tag') || has('group')) {
    notes.push('What carries several values counts for each: shares may add up to more than 100%.');
  }
  if (filters.model !== undefined || filters.agent !== undefined) {
    notes.push('Background belongs to no model and no agent, so it is left out.');
  }
  return notes;
}

function columnsOf(dimensions: readonly Dimension[]): Column[] {
  const isClass = dimensions.some(({ name }) => name === 'class');
  return [
    ...dimensions.map(
      ({ name, header }): Column => ({
        key: name,
        header,
        unit: 'text',
        widest: 40,
        shown: shownBy(name),
      }),
    ),
    { key: 'cost_usd', header: 'Cost', unit: 'usd', strong: true },
    { key: 'share', header: 'Share', unit: 'percent', bar: 'beside' },
    { key: 'background_usd', header: 'Overhead', unit: 'usd', idle: true, details: true },
    { key: 'messages', header: 'Messages', unit: 'count' },
    { key: 'runs', header: 'Runs', unit: 'count', idle: true },
    { key: 'per_run_usd', header: 'A run', unit: 'usd', idle: true, leaves: 3 },
    { key: 'tokens', header: 'Tokens', unit: 'tokens' },
    ...(isClass ? [] : tokenColumns),
    { key: 'unpriced_messages', header: 'No price', unit: 'count', idle: true, leaves: 0 },
  ];
}

const tokenColumns: readonly Column[] = [
  { key: 'input_tokens', header: 'Input', unit: 'tokens', leaves: 5 },
  { key: 'output_tokens', header: 'Output', unit: 'tokens', leaves: 5 },
  { key: 'cache_write_tokens', header: 'Written', unit: 'tokens', leaves: 5 },
  { key: 'cache_read_tokens', header: 'Read', unit: 'tokens', leaves: 5 },
];

function cells(group: Group, texts: readonly ReadonlyMap<string, string>[], total: number): Cell[] {
  const { keys, sums, background, runs } = group;
  const cost = groupCost(group);
  const isClass =
    texts.length > 0 && keys.some((key) => Object.values(tokenClassNames).includes(key));
  const onlyUnpriced = sums.unpriced > 0 && cost === 0;
  return [
    ...keys.map((key, i) => texts[i]!.get(key) ?? key),
    onlyUnpriced ? null : cost,
    total > 0 ? cost / total : null,
    background === 0 || keys.includes(backgroundKey) ? null : background,
    sums.messages,
    runs ?? null,
    runs === undefined || runs === 0 ? null : Math.round(sums.nano / runs),
    totalTokens(sums) + (isClass ? sums.webSearches : 0),
    ...(isClass || keys.includes(unsplitName)
      ? []
      : [sums.input, sums.output, sums.cacheWrite5m + sums.cacheWrite1h, sums.cacheRead]),
    sums.unpriced,
  ];
}

/** A group for programs, under the names of its dimensions. */
export function groupJson(
  group: Group,
  dimensions: readonly Pick<Dimension, 'name'>[],
  total: number,
): object {
  const { keys, sums, background, runs } = group;
  const cost = groupCost(group);
  return {
    ...Object.fromEntries(dimensions.map(({ name }, i) => [name, keys[i]])),
    cost_usd: nanoToUsd(cost),
    share: total > 0 ? cost / total : null,
    backgroundUsd: nanoToUsd(background),
    messages: sums.messages,
    ...(runs !== undefined && { runs }),
    ...tokenCounts(sums),
    ...(sums.unpriced > 0 && { unpricedMessages: sums.unpriced }),
    ...(sums.lower > 0 && { lowerBoundMessages: sums.lower }),
  };
}
