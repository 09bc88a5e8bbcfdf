import {
  type CostedGroup,
  type Counterfactual,
  counterfactual as reprice,
} from '../../analysis/spend/counterfactual.ts';
import { dayOf } from '../../model/calendar.ts';
import { largestOf } from '../../model/lists.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { tokenClassKeys, tokenClassNames } from '../../model/tokenClassNames.ts';
import { noUsage, type Usage, usageKeys } from '../../model/tokens.ts';
import { costOfClass, type RateCard } from '../../pricing/rateCard.ts';
import type { ModelRates, RatePeriod } from '../../pricing/rateTable.ts';
import { traitsOfRow } from '../../pricing/rowName.ts';
import { type Baseline, baselinesOf } from '../../query/baselines.ts';
import { classCosts } from '../../query/classCosts.ts';
import {
  count,
  figureNotes,
  headline,
  type Note,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { matcherOf } from '../../query/filters.ts';
import { filterNames } from '../../query/options.ts';
import { type Question, textOption } from '../../query/question.ts';
import { type Selection, select } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { figuresOf, isNothing } from '../../query/sums.ts';
import { longPromptRows } from '../../store/query/messages.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import { addSums, isLowerBound, type SpendSums, shortcomings } from '../../store/schema/sums.ts';
import { spanWords } from '../../text/when.ts';
import { shareText } from '../document/cells.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document, Table } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { nothing } from './breakdown.ts';

/** `outlay counterfactual` */
export const counterfactual: ReportDefinition = {
  name: 'counterfactual',
  aliases: ['what-if'],
  title: 'What If',
  summary: 'What the same tokens would have cost with another model.',
  period: 'month',
  filters: filterNames,
  options: [
    {
      name: 'baseline',
      value: 'model',
      text: 'haiku, sonnet, opus, fable, mythos (the newest of it that has a price), a model id, or all',
      kind: 'text',
      default: 'all',
    },
  ],
  gate: false,
  examples: [
    ['outlay counterfactual', 'this month, with the newest model of every family'],
    [
      'outlay counterfactual --baseline sonnet --agent Explore',
      'what one kind of agent would cost',
    ],
  ],
  run: (context, question) => documentOf(context, question, readCounterfactual(context, question)),
};

/** Messages that were priced alike, and those of them with a prompt longer than a band begins. */
interface Group {
  readonly model: number;
  /** Price row; '' for what the client's totals priced, and for what has no price. */
  readonly row: string;
  readonly sums: SpendSums;
}

/**
 * Whether what is compared has a price: by its row, whatever a message had another model do, or all of it
 * by the client.
 */
function hasPrice({ row, sums }: Group): boolean {
  return row !== '' || (sums.client > 0 && sums.unpriced === 0);
}

type ClassNanos = { readonly [K in keyof Usage]: number };

interface Repriced {
  readonly baseline: Baseline;
  readonly result: Counterfactual;
  readonly byClass: ClassNanos;
}

/** What was compared, and what it would have cost with each baseline. */
export interface FoundCounterfactual {
  readonly selection: Selection;
  readonly groups: readonly Group[];
  readonly found: readonly Repriced[];
}

/** Prices what was used with every baseline that was asked for. */
export function readCounterfactual(
  context: ReportContext,
  question: Question,
): FoundCounterfactual {
  const asked = textOption(question, 'baseline')!;
  const baselines = baselinesOf(context.book, asked, context.now);
  const selection = select(context, question, ['model', 'facet']);
  const groups = groupsOf(selection);
  const found = baselines.map((baseline) =>
    repriced(context, question, selection, groups, baseline),
  );
  return { selection, groups, found };
}

function groupsOf({ rows, names }: Selection): Group[] {
  const byKey = Map.groupBy(rows, (row) => `${row.model} ${names.facet(row).row}`);
  return [...byKey.values()].map((members) => ({
    model: members[0]!.model,
    row: names.facet(members[0]!).row,
    sums: addSums(members),
  }));
}

/** Prices every group with a baseline, what was a long prompt for it at its upper band. */
function repriced(
  context: ReportContext,
  question: Question,
  selection: Selection,
  groups: readonly Group[],
  baseline: Baseline,
): Repriced {
  const { now, book } = context;
  const { id } = baseline.model;
  const period = periodAt(baseline.model, now);
  const long = longPart(context, question, selection, period);
  const byClass = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  const price = ({ model, row, sums }: Group): number | undefined => {
    const traits = traitsOfRow(row);
    const above = long.get(`${model} ${row}`) ?? noUsage;
    const parts: [Usage, RateCard | undefined][] = [
      [minus(sums, above), book.cardOf(noUsage, id, traits, now)],
      [above, book.cardOf(longUsage(period), id, traits, now)],
    ];
    let total = 0;
    const classes = { ...noUsage } as { -readonly [K in keyof Usage]: number };
    for (const [usage, card] of parts) {
      if (card === undefined) return undefined;
      for (const key of usageKeys) {
        const cost = costOfClass(card, key, usage[key]);
        if (cost === undefined) return undefined;
        classes[key] += cost;
        total += cost;
      }
    }
    for (const key of usageKeys) byClass[key] += classes[key];
    return total;
  };
  return { baseline, result: reprice(costed(groups), price), byClass };
}

function costed(groups: readonly Group[]): CostedGroup<Group>[] {
  return groups.map((item) => ({
    item,
    messages: item.sums.messages,
    nano: hasPrice(item) ? item.sums.nano : undefined,
  }));
}

function periodAt({ periods }: ModelRates, now: number): RatePeriod | undefined {
  return periods.find(({ fromMs, untilMs }) => fromMs <= now && now < untilMs);
}

/** A usage beyond the band, to ask the book for the rates there. */
function longUsage(period: RatePeriod | undefined): Usage {
  return { ...noUsage, input: (period?.above?.promptTokens ?? 0) + 1 };
}

/** Whether single messages can be told to pass the filters: tags and prompts are not theirs. */
function tellsLong({ tag, correlation }: Question['filters']): boolean {
  return tag === undefined && correlation === undefined;
}

/**
 * Tokens of messages with a prompt beyond the baseline's band, by model and price row; nothing where
 * it has no band.
 */
function longPart(
  context: ReportContext,
  { span, filters }: Question,
  { names }: Selection,
  period: RatePeriod | undefined,
): Map<string, Usage> {
  const found = new Map<string, Usage>();
  if (period?.above === undefined || !tellsLong(filters)) return found;
  const matcher = matcherOf(context, filters, names);
  const rows = longPromptRows(context.db, span, period.above.promptTokens);
  names.prefetch(rows, matcher.keys);
  for (const row of rows.filter(matcher.passes)) {
    const key = `${row.model} ${names.facet(row).row}`;
    const before = found.get(key) ?? noUsage;
    found.set(key, combine(before, row, 1));
  }
  return found;
}

function minus(all: Usage, part: Usage): Usage {
  return combine(all, part, -1);
}

function combine(a: Usage, b: Usage, sign: 1 | -1): Usage {
  const sums = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  for (const key of usageKeys) sums[key] = a[key] + sign * b[key];
  return sums;
}

interface ActualClasses {
  readonly tokens: Usage;
  readonly nanos: ClassNanos;
  /** What no rates split: the client's own prices. */
  readonly unsplit: number;
}

/** What the compared messages used and cost, class by class. */
function actualOf({ book }: ReportContext, groups: readonly Group[]): ActualClasses {
  const compared = groups.filter(hasPrice);
  const { byClass, unsplit } = classCosts(book, compared);
  return { tokens: addSums(compared.map(({ sums }) => sums)), nanos: byClass, unsplit };
}

function documentOf(
  context: ReportContext,
  question: Question,
  { selection, groups, found }: FoundCounterfactual,
): Document {
  const { sums, background } = selection;
  const figures = figuresOf(context, selection);
  const actual = actualOf(context, groups);
  const empty = isNothing(selection);
  const cautions = [
    ...retentionNotes(context, question.span),
    ...shortNotes(context, question, found),
  ];
  return {
    lead: true,
    title: `What if, ${spanWords(question.span, context).name}`,
    sentences: empty ? [nothing(context)] : sentences(context, selection, found),
    tables: empty ? [] : [baselineTable(found), classTable(actual, found)],
    notes: [
      ...(empty ? [] : assumptions(question, selection, found, actual)),
      ...cautions,
      ...figureNotes(context, figures),
    ],
    json: {
      schemaVersion: 1,
      period: periodJson(question.span, context.zone),
      filters: question.filters,
      actual_usd: nanoToUsd(found[0]?.result.actual ?? 0),
      messages: found[0]?.result.messages ?? 0,
      leftOutMessages: found[0]?.result.leftOut ?? 0,
      backgroundUsd: nanoToUsd(background),
      declinedUsd: nanoToUsd(figures.declined.nano),
      unsplitUsd: nanoToUsd(actual.unsplit),
      baselines: found.map((each) => baselineJson(each, actual)),
      lowerBound: isLowerBound(sums),
      unpriced: figures.unpriced,
      catalogueDate: context.book.catalogueDate,
      notes: [...cautions, ...warnings(context, sums)],
    },
    verdict: { status: empty ? 'no-data' : 'ok', ...shortcomings(sums) },
  };
}

/** What was summed up does not say how long its prompts were. */
function shortNotes(
  { db, zone }: ReportContext,
  { span }: Question,
  found: readonly Repriced[],
): string[] {
  const { messages } = downsampledUpTo(db);
  const bands = found.some(({ baseline }) => baseline.model.periods.some(({ above }) => above));
  if (!bands || (span?.from ?? 0) >= messages) return [];
  return [
    `Messages before ${dayOf(messages, zone)} were summed up: every prompt of theirs counts as a short one.`,
  ];
}

function sentences(
  context: ReportContext,
  { sums }: Selection,
  found: readonly Repriced[],
): string[] {
  const [first] = found;
  if (first === undefined) return ['No model has a price now.'];
  const atLeast = sums.lower > 0;
  const { actual } = first.result;
  // The table has all of them.
  const [cheapest] = found.toSorted((a, b) => saved(b.result) - saved(a.result));
  const lines = [cheapest ?? first].map(({ baseline, result }) => {
    const model = shownModel(baseline.model.id);
    const more = -saved(result);
    if (more === 0) return `With ${model} it would have cost the same.`;
    const percent = actual > 0 ? `, ${shareText(Math.abs(more) / actual)}` : '';
    const side = more > 0 ? 'more' : 'less';
    return `With ${model} it would have cost ${formatUsd(result.baseline)}: ${formatUsd(Math.abs(more))}${percent} ${side}.`;
  });
  return [
    `${headline(context, actual, atLeast)} in ${count(first.result.messages, 'message')}.`,
    ...lines,
  ];
}

/** What the other model would have saved, below nothing where it costs more. JSON has its opposite. */
function saved({ actual, baseline }: Repriced['result']): number {
  return actual - baseline;
}

function baselineTable(found: readonly Repriced[]): Table {
  return {
    title: '',
    columns: [
      { key: 'baseline', header: 'Baseline', unit: 'text', details: true },
      { key: 'model', header: 'Model', unit: 'text', widest: 40, shown: shownModel },
      { key: 'baseline_usd', header: 'Would cost', unit: 'usd', strong: true },
      { key: 'actual_usd', header: 'Did cost', unit: 'usd', leaves: 3 },
      // Of the baseline, and less what was paid: as programs know them, and the wrong way round for people.
      { key: 'savings_usd', header: 'Baseline less cost', unit: 'usd', details: true },
      { key: 'savings_share', header: 'Of baseline', unit: 'percent', details: true },
      { key: 'left_out_messages', header: 'No price', unit: 'count', idle: true, leaves: 1 },
      { key: 'saved', header: 'Saves', unit: 'usd', peopleOnly: true },
      { key: 'saved_share', header: 'Of cost', unit: 'percent', peopleOnly: true },
    ],
    rows: found.map(({ baseline, result }) => [
      baseline.name,
      baseline.model.id,
      result.baseline,
      result.actual,
      result.savings,
      result.share ?? null,
      result.leftOut,
      saved(result),
      result.actual > 0 ? saved(result) / result.actual : null,
    ]),
  };
}

function classTable(actual: ActualClasses, found: readonly Repriced[]): Table {
  const used = usageKeys.filter((key) => actual.tokens[key] > 0 || actual.nanos[key] !== 0);
  return {
    title: 'By token class',
    columns: [
      { key: 'class', header: 'Class', unit: 'text' },
      { key: 'tokens', header: 'Tokens', unit: 'tokens' },
      { key: 'actual_usd', header: 'Did cost', unit: 'usd', strong: true },
      ...found.map(({ baseline }, i) => ({
        key: `${baseline.model.id}_usd`,
        header: shownModel(baseline.model.id),
        unit: 'usd' as const,
        leaves: i === 0 ? 0 : i,
      })),
    ],
    rows: used.map((key) => [
      tokenClassNames[key].charAt(0).toUpperCase() + tokenClassNames[key].slice(1),
      actual.tokens[key],
      actual.nanos[key],
      ...found.map(({ byClass }) => byClass[key]),
    ]),
  };
}

function assumptions(
  { filters }: Question,
  { background }: Selection,
  found: readonly Repriced[],
  { unsplit }: ActualClasses,
): Note[] {
  const leftOut = largestOf(
    found.map(({ result }) => result.leftOut),
    0,
  );
  const bands = found.some(({ baseline }) => baseline.model.periods.some(({ above }) => above));
  return [
    {
      about:
        "Assumed: the same tokens at the baseline's prices of now, fast mode, region and batch where it has a factor for them. Another model would not use the same tokens, nor do the same work.",
    },
    ...(bands
      ? [
          tellsLong(filters)
            ? {
                about:
                  'A band for long prompts is judged message by message, and turn by turn where one tells its turns.',
              }
            : 'With --tag and --correlation every prompt counts as a short one.',
        ]
      : []),
    ...(leftOut > 0
      ? [`${count(leftOut, 'message')} without a price on one side are on neither.`]
      : []),
    ...(unsplit > 0
      ? [`${formatUsd(unsplit)} from Claude Code's own totals is split by no class.`]
      : []),
    ...(background > 0
      ? [{ about: 'Claude Code overhead has no tokens, so it is on neither side.' }]
      : []),
  ];
}

function baselineJson({ baseline, result, byClass }: Repriced, actual: ActualClasses): object {
  return {
    baseline: baseline.name,
    model: baseline.model.id,
    baseline_usd: nanoToUsd(result.baseline),
    actual_usd: nanoToUsd(result.actual),
    savings_usd: nanoToUsd(result.savings),
    savings_pct: result.share === undefined ? null : result.share * 100,
    messages: result.messages,
    leftOutMessages: result.leftOut,
    byTokenClass: Object.fromEntries(
      usageKeys.map((key) => [
        tokenClassKeys[key],
        {
          tokens: actual.tokens[key],
          actual_usd: nanoToUsd(actual.nanos[key]),
          baseline_usd: nanoToUsd(byClass[key]),
        },
      ]),
    ),
  };
}
