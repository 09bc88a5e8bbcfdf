import { nanoToUsd } from '../model/money.ts';
import { totalTokens, type Usage, usageKeys } from '../model/tokens.ts';
import { addSums, type FactKey } from '../store/factRows.ts';
import type { SpendSums } from '../store/reader.ts';
import { toolRows } from '../store/toolRows.ts';
import { classCosts } from './classCosts.ts';
import { count, figureNotes, headline, type ReportContext, warnings } from './context.ts';
import type { ReportDefinition } from './definition.ts';
import {
  backgroundKey,
  type Dimension,
  type DimensionName,
  dimension,
  dimensionNames,
  keyTexts,
  none,
} from './dimensions.ts';
import type { Cell, Column, Document } from './document.ts';
import { matcherOf } from './filters.ts';
import { filterNames, type Question, textOption } from './question.ts';
import { runCounts } from './runs.ts';
import { type Fact, type Selection, select } from './selection.ts';
import { periodJson, spanText } from './spans.ts';
import { tokenCounts, unpricedOf } from './sums.ts';

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

/** Sums of one value, or of one pair of values. */
interface Group {
  readonly keys: readonly string[];
  readonly sums: SpendSums;
  /** Nano-dollars of background. */
  readonly background: number;
  /** Undefined where runs are not counted. */
  readonly runs: number | undefined;
}

function breakdownReport(context: ReportContext, question: Question): Document {
  const by = textOption(question, 'by') as DimensionName;
  const thenBy = textOption(question, 'then-by') as DimensionName | undefined;
  const dimensions = [by, ...(thenBy === undefined || thenBy === by ? [] : [thenBy])].map((name) =>
    dimension(name, context),
  );
  const selection = read(context, question, dimensions);
  const groups = groupsOf(context, question, dimensions, selection);
  const limit = question.options.limit as number | undefined;
  return documentOf(context, question, dimensions, selection, groups, limit);
}

function read(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
): Selection {
  const keys: FactKey[] = ['model', ...dimensions.flatMap((dimension) => dimension.keys)];
  const byClass = dimensions.some(({ name }) => name === 'class');
  const withTags = dimensions.some(({ name }) => name === 'tag');
  return select(context, question, byClass ? [...keys, 'facet'] : keys, withTags);
}

/** Rows put together by the values they carry, background included. */
function groupsOf(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  selection: Selection,
): Group[] {
  const { names, backgrounds } = selection;
  const found = new Map<string, { keys: string[]; rows: SpendSums[]; background: number }>();
  const entry = (keys: string[]): { rows: SpendSums[]; background: number } => {
    const key = JSON.stringify(keys);
    let known = found.get(key);
    if (known === undefined) {
      known = { keys, rows: [], background: 0 };
      found.set(key, known);
    }
    return known;
  };
  const pieces = piecesOf(context, question, dimensions, selection);
  for (const { row, keys } of pieces) for (const each of keys) entry(each).rows.push(row);
  for (const background of backgrounds) {
    const keys = product(dimensions.map((each) => each.ofBackground(background, names)));
    for (const each of keys) entry(each).background += background.nano;
  }
  const runs = runsOf(context, question, dimensions, selection);
  const groups = [...found.values()].map(({ keys, rows, background }) => ({
    keys,
    sums: addSums(rows),
    background,
    runs: runs?.get(JSON.stringify(keys)) ?? (runs === undefined ? undefined : 0),
  }));
  return sorted(groups, dimensions);
}

/** Dearest first, or in the order of time; inside the first value by the second. */
function sorted(groups: readonly Group[], dimensions: readonly Dimension[]): Group[] {
  const whole = new Map<string, number>();
  for (const { keys, sums, background } of groups) {
    whole.set(keys[0]!, (whole.get(keys[0]!) ?? 0) + sums.nano + background);
  }
  const first = dimensions[0]!.ordered
    ? (a: Group, b: Group) => compare(a.keys[0]!, b.keys[0]!)
    : (a: Group, b: Group) =>
        whole.get(b.keys[0]!)! - whole.get(a.keys[0]!)! || compare(a.keys[0]!, b.keys[0]!);
  const second = dimensions[1]?.ordered
    ? (a: Group, b: Group) => compare(a.keys[1]!, b.keys[1]!)
    : (a: Group, b: Group) =>
        costOf(b) - costOf(a) ||
        totalTokens(b.sums) - totalTokens(a.sums) ||
        compare(a.keys[1] ?? '', b.keys[1] ?? '');
  return [...groups].sort((a, b) => first(a, b) || second(a, b));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function costOf({ sums, background }: Pick<Group, 'sums' | 'background'>): number {
  return sums.nano + background;
}

interface Piece {
  readonly row: SpendSums;
  readonly keys: readonly string[][];
}

/** The rows with the values they carry; those of tools and classes are split first. */
function piecesOf(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  selection: Selection,
): Piece[] {
  const { names, rows } = selection;
  const has = (name: DimensionName): boolean => dimensions.some((each) => each.name === name);
  const valuesOf = (row: Fact, special: string): string[][] =>
    product(
      dimensions.map((each) =>
        each.name === 'tool' || each.name === 'class' ? [special] : each.of(row, names),
      ),
    );
  if (has('tool')) {
    return byTool(context, question, dimensions, selection).map(({ row, tool }) => ({
      row,
      keys: valuesOf(row, tool),
    }));
  }
  if (has('class')) {
    return rows.flatMap((row) =>
      splitByClass(context, row, names.facet(row).row).map(({ name, part }) => ({
        row: part,
        keys: valuesOf(row, name),
      })),
    );
  }
  return rows.map((row) => ({ row, keys: valuesOf(row, '') }));
}

/** Messages share their cost among the calls they made: exactly, the first ones get what is left over. */
function byTool(
  context: ReportContext,
  { span, filters }: Question,
  dimensions: readonly Dimension[],
  { names }: Selection,
): { row: Fact; tool: string }[] {
  const matcher = matcherOf(context, filters, names);
  const wanted = new Set([...dimensions.flatMap(({ keys }) => keys), ...matcher.keys]);
  wanted.delete('prompt');
  const rows = toolRows(context.db, span, [...wanted] as never);
  names.prepare(rows);
  return rows.filter(matcher.passes).flatMap(({ tools, ...row }) => {
    const calls = tools.length === 0 ? [none] : tools;
    return calls.map((tool, i) => ({ tool, row: { ...share(row, i, calls.length), tags: [] } }));
  });
}

function share<T extends SpendSums>(row: T, index: number, of: number): T {
  if (of === 1) return row;
  const part = (value: number): number =>
    Math.floor((value * (index + 1)) / of) - Math.floor((value * index) / of);
  const usage = Object.fromEntries(usageKeys.map((key) => [key, part(row[key])]));
  return { ...row, ...usage, nano: part(row.nano) };
}

/** What token classes are called; cache writes apart by lifetime, as they have prices apart. */
const classNames: { readonly [K in keyof Usage]: string } = {
  input: 'input',
  output: 'output',
  cacheWrite5m: 'cache write 5 min',
  cacheWrite1h: 'cache write 1 h',
  cacheRead: 'cache read',
  webSearches: 'web search',
};

/** Dollars no rates split: the client's own prices. */
const unsplitName = '(not split)';

function splitByClass(
  { book }: ReportContext,
  row: Fact,
  priceRow: string,
): { name: string; part: SpendSums }[] {
  const { byClass, unsplit } = classCosts(book, [{ row: priceRow, sums: row }]);
  const empty = { ...addSums([]), lower: row.lower, unpriced: row.unpriced, client: row.client };
  const parts = usageKeys.map((key) => ({
    name: classNames[key],
    part: { ...empty, messages: row.messages, [key]: row[key], nano: byClass[key] },
  }));
  const used = parts.filter(
    ({ part }) => totalTokens(part) > 0 || part.webSearches > 0 || part.nano !== 0,
  );
  const rest = { name: unsplitName, part: { ...empty, messages: 0, nano: unsplit } };
  return unsplit === 0 ? used : [...used, rest];
}

/** Runs of each group, where a run lies in one. */
function runsOf(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  { names }: Selection,
): Map<string, number> | undefined {
  const tagged =
    question.filters.tag !== undefined || dimensions.some(({ name }) => name === 'tag');
  if (tagged || dimensions.some(({ countsRuns }) => !countsRuns)) return undefined;
  const runs = new Map<string, number>();
  const keys = dimensions.flatMap((each) => each.keys);
  for (const row of runCounts(context, question, names, keys)) {
    const fact = { ...row, tags: [] };
    for (const each of product(dimensions.map((dimension) => dimension.of(fact, names)))) {
      const key = JSON.stringify(each);
      runs.set(key, (runs.get(key) ?? 0) + row.runs);
    }
  }
  return runs;
}

/** Every combination of one value from each list. */
function product(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>(
    (found, list) => found.flatMap((head) => list.map((value) => [...head, value])),
    [[]],
  );
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
  const models = [...Map.groupBy(selection.rows, ({ model }) => names.word(model))].map(
    ([model, rows]) => ({ model, ...addSums(rows) }),
  );
  const unpriced = unpricedOf(models);
  const texts = dimensions.map(({ name }, i) =>
    keyTexts(name, [...new Set(shown.map(({ keys }) => keys[i]!))], context, names),
  );
  const title = dimensions.map(({ header }) => lowerFirst(header)).join(' and ');
  const empty = sums.messages === 0 && background === 0;
  return {
    title: `Cost by ${title}, ${spanText(question.span, context.zone)}`,
    sentences: empty
      ? [nothing(context)]
      : [
          `${headline(context, total, sums.lower > 0 || sums.unpriced > 0)} in ${count(sums.messages, 'message')}.`,
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
    notes: [
      ...figureNotes(context, { ...sums, background, unpriced }),
      ...dimensionNotes(dimensions, question),
    ],
    json: {
      schemaVersion: 1,
      period: periodJson(question.span, context.zone),
      filters: question.filters,
      by: dimensions.map(({ name }) => name),
      total_cost_usd: nanoToUsd(total),
      messagesUsd: nanoToUsd(sums.nano),
      backgroundUsd: nanoToUsd(background),
      messages: sums.messages,
      lowerBound: sums.lower > 0 || sums.unpriced > 0,
      unpriced,
      rows: shown.map((group) => groupJson(group, dimensions, total)),
      catalogueDate: context.book.catalogueDate,
      notes: warnings(context),
    },
    verdict: { status: empty ? 'no-data' : 'ok', unpriced: sums.unpriced > 0 },
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
    notes.push(
      'What carries several values counts for each: shares may add up to more than 100 %.',
    );
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
      ({ name, header }): Column => ({ key: name, header, unit: 'text', widest: 40 }),
    ),
    { key: 'cost_usd', header: 'Cost', unit: 'usd' },
    { key: 'share', header: 'Share', unit: 'percent' },
    { key: 'background_usd', header: 'Background', unit: 'usd', idle: true },
    { key: 'messages', header: 'Messages', unit: 'count' },
    { key: 'runs', header: 'Runs', unit: 'count', idle: true },
    { key: 'per_run_usd', header: 'A run', unit: 'usd', idle: true },
    { key: 'tokens', header: 'Tokens', unit: 'tokens' },
    ...(isClass ? [] : tokenColumns),
    { key: 'unpriced_messages', header: 'Unpriced', unit: 'count', idle: true },
  ];
}

const tokenColumns: readonly Column[] = [
  { key: 'input_tokens', header: 'Input', unit: 'tokens' },
  { key: 'output_tokens', header: 'Output', unit: 'tokens' },
  { key: 'cache_write_tokens', header: 'Cache write', unit: 'tokens' },
  { key: 'cache_read_tokens', header: 'Cache read', unit: 'tokens' },
];

function cells(group: Group, texts: readonly ReadonlyMap<string, string>[], total: number): Cell[] {
  const { keys, sums, background, runs } = group;
  const cost = costOf(group);
  const isClass = texts.length > 0 && keys.some((key) => Object.values(classNames).includes(key));
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

function groupJson(group: Group, dimensions: readonly Dimension[], total: number): object {
  const { keys, sums, background, runs } = group;
  const cost = costOf(group);
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
