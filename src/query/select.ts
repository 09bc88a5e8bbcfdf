import { marksOf, segments } from '../analysis/spend/timeTags.ts';
import type { TimeSpan } from '../model/calendar.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { type BackgroundRow, backgroundRows } from '../store/query/background.ts';
import { lossesOf, lostLines, recoveredRows } from '../store/query/losses.ts';
import type { ClassRow, ToolRow } from '../store/query/messageGroups.ts';
import { type SpendKey, type SpendWanted, spendRows } from '../store/query/spendRows.ts';
import {
  addSums,
  type Missing,
  type RowKeys,
  type SpendRow,
  type SpendSums,
  withMissing,
} from '../store/schema/sums.ts';
import type { ReportContext } from './context.ts';
import { type Matcher, matcherOf } from './filters.ts';
import { Names } from './names.ts';
import type { Filters } from './options.ts';
import type { Question } from './question.ts';
import { marksAt, rulesFor, taggerOf } from './tagger.ts';

/** The tags something carries; undefined where the question is not about tags. */
export interface Tagged {
  readonly tags?: readonly string[];
}

/** A row with the tags it carries, and with what a source beside the rollups knows of it. */
export interface TaggedSpend
  extends SpendRow,
    Tagged,
    Partial<Pick<ToolRow, 'tools'>>,
    Partial<Pick<ClassRow, 'tokenClass'>> {}

/** Where rows come from: the rollups, unless something has to be known that they do not say. */
export type RowSource = (
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly SpendKey[],
  /** Models that will not pass may be left out. */
  wanted: Pick<SpendWanted, 'models'>,
) => TaggedSpend[];

/** Background with the tags it carries. */
export interface TaggedBackground extends BackgroundRow, Tagged {}

/** What was spent in a span, as far as the filters let it. Money in nano-dollars. */
export interface Selection {
  readonly span: TimeSpan | undefined;
  readonly filters: Filters;
  readonly rows: readonly TaggedSpend[];
  readonly sums: SpendSums;
  readonly backgrounds: readonly TaggedBackground[];
  readonly background: number;
  /** Messages and background: the figure a person sees. */
  readonly total: number;
  readonly names: Names;
}

const always: TimeSpan = { from: 0, to: Number.MAX_SAFE_INTEGER };

/**
 * Reads what a question is about, split at least by these keys; with tags where they are asked for.
 * The questions of one report share their names.
 */
export function select(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  keys: readonly SpendKey[],
  withTags = false,
  names = new Names(context),
  source: RowSource = spendRows,
): Selection {
  const matcher = matcherOf(context, filters, names);
  const { tag } = filters;
  const found =
    withTags || tag !== undefined
      ? tagged(context, span, matcher, names, keys, source)
      : plain(context, span, matcher, names, keys, source);
  const carries = ({ tags }: Tagged): boolean => tag === undefined || tags?.includes(tag) === true;
  const rows = tag === undefined ? found.rows : found.rows.filter(carries);
  const backgrounds = found.backgrounds.filter(carries);
  const sums = withMissing(
    addSums(rows),
    missing(context, { span, filters }, () => matcher, names),
  );
  const background = backgrounds.reduce((sum, { nano }) => sum + nano, 0);
  const total = sums.nano + background;
  return { span, filters, rows, sums, backgrounds, background, total, names };
}

/** What the figures of a question may lack. */
export function missingIn(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  names = new Names(context),
): Missing {
  return missing(context, { span, filters }, () => matcherOf(context, filters, names), names);
}

/** The same where the filters' matcher is known; it is asked for only if something was lost or recovered. */
export function missing(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  matcher: () => Matcher,
  names: Names,
): Missing {
  const { db, unread } = context;
  const losses = lossesOf(db, span);
  const recovered = recoveredRows(db, span);
  if (losses.length + recovered.length === 0) return { unread };
  const { keys, passes, passesLoss } = matcher();
  names.prefetch(recovered, keys);
  const tagsOf = taggerOf(context);
  const carries = (row: RowKeys): boolean =>
    filters.tag === undefined ||
    tagsOf(row.at, names.place(row.session).sid, names.facet(row).branch).includes(filters.tag);
  return {
    lost: lostLines(losses.filter(passesLoss)),
    recovered: recovered.filter((row) => passes(row) && carries(row)).length,
    unread,
  };
}

/** How many sessions have messages in a span, as far as the filters let them. */
export function countSessions(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  names: Names,
): number {
  const matcher = matcherOf(context, filters, names);
  const rows = spendRows(
    context.db,
    span,
    [...new Set<SpendKey>(['session', ...matcher.furtherKeys])],
    { ...matcher, only: [] },
  );
  names.prefetch(rows, matcher.furtherKeys);
  return new Set(rows.filter(matcher.passesFurther).map(({ session }) => session)).size;
}

/** What `selectSums` finds. */
export type SumsOnly = Pick<Selection, 'rows' | 'backgrounds' | 'names'>;

/** As `select` without tags, with some of the sums only: the others are 0. Much sooner. */
export function selectSums(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  keys: readonly SpendKey[],
  names: Names,
  only: readonly (keyof SpendSums)[],
): SumsOnly {
  const matcher = matcherOf(context, filters, names);
  const source: RowSource = (db, within, needed, wanted) =>
    spendRows(db, within, needed, { ...wanted, only });
  return { ...plain(context, span, matcher, names, keys, source), names };
}

interface Found {
  readonly rows: TaggedSpend[];
  readonly backgrounds: TaggedBackground[];
}

function plain(
  context: ReportContext,
  span: TimeSpan | undefined,
  matcher: Matcher,
  names: Names,
  keys: readonly SpendKey[],
  source: RowSource,
): Found {
  const all = source(context.db, span, [...new Set([...keys, ...matcher.keys])], matcher);
  // Prompts are as many as runs: who names them has them read.
  names.prefetch(all, [...keys.filter((key) => key !== 'prompt'), ...matcher.keys]);
  const rows = matcher.keys.length === 0 ? all : all.filter(matcher.passes);
  const backgrounds = backgroundRows(context.db, span).filter(({ session }) =>
    matcher.passesBackground(session),
  );
  return { rows, backgrounds };
}

/** Marks cut time, so every interval between two of their edges is read by itself. */
function tagged(
  context: ReportContext,
  span: TimeSpan | undefined,
  matcher: Matcher,
  names: Names,
  keys: readonly SpendKey[],
  source: RowSource,
): Found {
  const marks = marksOf(context.labels.marks);
  const parts = marks.length === 0 ? [{ span, marks }] : segments(span ?? always, marks);
  const needed: SpendKey[] = [...keys, 'session', 'facet'];
  const found = parts.map((part): Found => {
    const { rows, backgrounds } = plain(context, part.span, matcher, names, needed, source);
    const tagsAt = (session: number, branch: string): string[] => [
      ...new Set([...marksAt(part.marks, names.place(session).sid), ...rulesFor(context, branch)]),
    ];
    return {
      rows: rows.map((row) => ({ ...row, tags: tagsAt(row.session, names.facet(row).branch) })),
      backgrounds: backgrounds.map((row) => ({
        ...row,
        tags: tagsAt(row.session, names.place(row.session).branch),
      })),
    };
  });
  return {
    rows: found.flatMap(({ rows }) => rows),
    backgrounds: found.flatMap(({ backgrounds }) => backgrounds),
  };
}
