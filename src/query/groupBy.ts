import { totalTokens } from '../model/tokens.ts';
import { classRows, toolRows } from '../store/query/messageGroups.ts';
import { type SpendKey, spendRows } from '../store/query/spendRows.ts';
import { addTo, noSums, type RunningSums, type SpendSums } from '../store/schema/sums.ts';
import type { ReportContext } from './context.ts';
import type { Dimension, DimensionName } from './dimensions.ts';
import type { Names } from './names.ts';
import type { Question } from './question.ts';
import { runCounts } from './runs.ts';
import { type RowSource, type Selection, select, type TaggedSpend } from './select.ts';

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
  const source: RowSource = has(dimensions, 'tool') ? toolRows : spendRows;
  return select(context, question, keys, has(dimensions, 'tag'), undefined, source);
}

function has(dimensions: readonly Dimension[], name: DimensionName): boolean {
  return dimensions.some((each) => each.name === name);
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

/**
 * Rows put together by the values they carry, background included. Without `withCounts` neither runs nor
 * messages by token class are counted: those of a class are 0 then.
 */
export function groupsOf(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  selection: Selection,
  withCounts = true,
): Group[] {
  const { names, rows, backgrounds } = selection;
  const open = new OpenGroups();
  const add = (row: TaggedSpend, values: Values): void => {
    open.each(values, ({ sums }) => addTo(sums, row));
  };
  for (const row of rows) divide(row, dimensions, names, [], add);
  for (const background of backgrounds) {
    const values = dimensions.map((each) => each.ofBackground(background, names));
    open.each(values, (group) => {
      group.background += background.nano;
    });
  }
  const counted = withCounts && countsRuns(question, dimensions);
  if (counted) addRuns(context, question, dimensions, selection, open);
  if (withCounts && has(dimensions, 'class')) {
    addClassMessages(context, question, dimensions, selection, open);
  }
  const groups = open
    .values()
    .map((group): Group => ({ ...group, runs: counted ? group.runs : undefined }));
  return sorted(groups, dimensions);
}

/** Hands on a row with the values it carries, its shares one by one where a dimension divides it. */
function divide(
  row: TaggedSpend,
  [dimension, ...others]: readonly Dimension[],
  names: Names,
  values: Values,
  use: (row: TaggedSpend, values: Values) => void,
): void {
  if (dimension === undefined) use(row, values);
  else if (dimension.divide === undefined) {
    divide(row, others, names, [...values, dimension.of(row, names)], use);
  } else {
    for (const share of dimension.divide(row, names)) {
      divide(share.row, others, names, [...values, [share.key]], use);
    }
  }
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

/** Adds how many messages used each class. */
function addClassMessages(
  context: ReportContext,
  question: Question,
  dimensions: readonly Dimension[],
  { names }: Selection,
  open: OpenGroups,
): void {
  const others = dimensions.filter(({ name }) => name !== 'class');
  const keys = others.flatMap((each) => each.keys);
  const source: RowSource = (db, span, needed) =>
    classRows(db, span, needed, has(dimensions, 'tool'));
  const { rows } = select(context, question, keys, has(dimensions, 'tag'), names, source);
  for (const row of rows) {
    divide(row, dimensions, names, [], (share, values) => {
      open.each(values, ({ sums }) => addTo(sums, share));
    });
  }
}
