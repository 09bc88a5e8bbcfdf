import { totalTokens, usageKeys } from '../model/tokens.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import { toolRows } from '../store/query/tools.ts';
import { addTo, noSums, type RunningSums, type SpendSums } from '../store/schema/sums.ts';
import { classCosts } from './classCosts.ts';
import type { ReportContext } from './context.ts';
import { type Dimension, type DimensionName, none } from './dimensions.ts';
import { matcherOf } from './filters.ts';
import type { Question } from './question.ts';
import { runCounts } from './runs.ts';
import { type Selection, select, type TaggedSpend } from './select.ts';
import { tokenClassNames, unsplitName } from './tokenClassNames.ts';

/** Sums of one value, or of one pair of values. */
export interface Group {
  readonly keys: readonly string[];
  readonly sums: SpendSums;
  /** Nano-dollars of background. */
  readonly background: number;
  /** Undefined where runs are not counted. */
  readonly runs: number | undefined;
}

/** Reads what these dimensions need to be distinguished. */
export function selectFor(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
): Selection {
  const keys: SpendKey[] = ['model', ...dimensions.flatMap((dimension) => dimension.keys)];
  const byClass = dimensions.some(({ name }) => name === 'class');
  const withTags = dimensions.some(({ name }) => name === 'tag');
  return select(context, question, byClass ? [...keys, 'facet'] : keys, withTags);
}

/** A group that is still being added to. */
interface OpenGroup {
  readonly keys: readonly string[];
  readonly sums: RunningSums;
  background: number;
  runs: number;
}

/** The values something carries, of one dimension or of two. */
type Values = readonly (readonly string[])[];

function eachPair(
  [firsts = [], seconds]: Values,
  use: (first: string, second: string | undefined) => void,
): void {
  for (const first of firsts) {
    if (seconds === undefined) use(first, undefined);
    else for (const second of seconds) use(first, second);
  }
}

/** Groups by the values of their dimensions. */
class OpenGroups {
  readonly #found = new Map<string, Map<string | undefined, OpenGroup>>();

  /** Hands on the groups of every combination of one value from each list, made where there is none. */
  each(values: Values, use: (group: OpenGroup) => void): void {
    eachPair(values, (first, second) => use(this.#get(first, second)));
  }

  /** The same, without those that are not there. */
  eachKnown(values: Values, use: (group: OpenGroup) => void): void {
    eachPair(values, (first, second) => {
      const group = this.#found.get(first)?.get(second);
      if (group !== undefined) use(group);
    });
  }

  #get(first: string, second: string | undefined): OpenGroup {
    let inside = this.#found.get(first);
    if (inside === undefined) {
      inside = new Map();
      this.#found.set(first, inside);
    }
    let group = inside.get(second);
    if (group === undefined) {
      const keys = second === undefined ? [first] : [first, second];
      group = { keys, sums: noSums(), background: 0, runs: 0 };
      inside.set(second, group);
    }
    return group;
  }

  values(): OpenGroup[] {
    return [...this.#found.values()].flatMap((inside) => [...inside.values()]);
  }
}

/** Rows put together by the values they carry, background included. */
export function groupsOf(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  selection: Selection,
  withRuns = true,
): Group[] {
  const { names, backgrounds } = selection;
  const open = new OpenGroups();
  eachPiece(context, question, dimensions, selection, (row, values) => {
    open.each(values, ({ sums }) => addTo(sums, row));
  });
  for (const background of backgrounds) {
    const values = dimensions.map((each) => each.ofBackground(background, names));
    open.each(values, (group) => {
      group.background += background.nano;
    });
  }
  const counted = withRuns && countsRuns(question, dimensions);
  if (counted) addRuns(context, question, dimensions, selection, open);
  const groups = open
    .values()
    .map((group): Group => ({ ...group, runs: counted ? group.runs : undefined }));
  return sorted(groups, dimensions);
}

/** Most expensive first, or in the order of time; inside the first value by the second. */
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
        groupCost(b) - groupCost(a) ||
        totalTokens(b.sums) - totalTokens(a.sums) ||
        compare(a.keys[1] ?? '', b.keys[1] ?? '');
  return [...groups].sort((a, b) => first(a, b) || second(a, b));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Messages and background. Nano-dollars. */
export function groupCost({ sums, background }: Pick<Group, 'sums' | 'background'>): number {
  return sums.nano + background;
}

/** Hands on the rows with the values they carry; those of tools and classes are split first. */
function eachPiece(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  selection: Selection,
  use: (row: SpendSums, values: Values) => void,
): void {
  const { names, rows } = selection;
  const has = (name: DimensionName): boolean => dimensions.some((each) => each.name === name);
  const valuesOf = (row: TaggedSpend, special: string): Values =>
    dimensions.map((each) =>
      each.name === 'tool' || each.name === 'class' ? [special] : each.of(row, names),
    );
  if (has('tool')) {
    for (const { row, tool } of byTool(context, question, dimensions, selection)) {
      use(row, valuesOf(row, tool));
    }
  } else if (has('class')) {
    for (const row of rows) {
      for (const { name, part } of splitByClass(context, row, names.facet(row).row)) {
        use(part, valuesOf(row, name));
      }
    }
  } else for (const row of rows) use(row, valuesOf(row, ''));
}

/** Messages share their cost among the calls they made: exactly, the first ones get what is left over. */
function byTool(
  context: ReportContext,
  { span, filters }: Question,
  dimensions: readonly Dimension[],
  { names }: Selection,
): { row: TaggedSpend; tool: string }[] {
  const matcher = matcherOf(context, filters, names);
  const wanted = new Set([...dimensions.flatMap(({ keys }) => keys), ...matcher.keys]);
  const keys = [...wanted].filter((key) => key !== 'prompt');
  const rows = toolRows(context.db, span, keys);
  names.prefetch(rows, keys);
  return rows.filter(matcher.passes).flatMap(({ tools, ...row }) => {
    const calls = tools.length === 0 ? [none] : tools;
    return calls.map((tool, i) => ({ tool, row: share(row, i, calls.length) }));
  });
}

function share<T extends SpendSums>(row: T, index: number, of: number): T {
  if (of === 1) return row;
  const part = (value: number): number =>
    Math.floor((value * (index + 1)) / of) - Math.floor((value * index) / of);
  const usage = Object.fromEntries(usageKeys.map((key) => [key, part(row[key])]));
  return { ...row, ...usage, nano: part(row.nano) };
}

function splitByClass(
  { book }: ReportContext,
  row: TaggedSpend,
  priceRow: string,
): { name: string; part: SpendSums }[] {
  const { byClass, unsplit } = classCosts(book, [{ row: priceRow, sums: row }]);
  const empty = { ...noSums(), lower: row.lower, unpriced: row.unpriced, client: row.client };
  const used = usageKeys
    .filter((key) => row[key] > 0 || byClass[key] !== 0)
    .map((key) => ({
      name: tokenClassNames[key],
      part: { ...empty, messages: row.messages, [key]: row[key], nano: byClass[key] },
    }));
  const rest = { name: unsplitName, part: { ...empty, messages: 0, nano: unsplit } };
  return unsplit === 0 ? used : [...used, rest];
}

/** Whether a run lies in one group, so that runs can be counted by group. */
function countsRuns({ filters }: Question, dimensions: readonly Dimension[]): boolean {
  const tagged = filters.tag !== undefined || dimensions.some(({ name }) => name === 'tag');
  return !tagged && dimensions.every((each) => each.countsRuns);
}

/** Adds the runs to the groups they lie in. */
function addRuns(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  { names }: Selection,
  open: OpenGroups,
): void {
  const keys = dimensions.flatMap((each) => each.keys);
  for (const row of runCounts(context, question, names, keys)) {
    const values = dimensions.map((dimension) => dimension.of(row, names));
    open.eachKnown(values, (group) => {
      group.runs += row.runs;
    });
  }
}
