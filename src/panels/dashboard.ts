import {
  type OfficialShares,
  officialShares,
  readClientReports,
} from '../dataFolder/clientReports.ts';
import { dayMs, daySpan, daysOf, monthSpan, type TimeSpan } from '../model/calendar.ts';
import { promptTokens, totalTokens } from '../model/tokens.ts';
import type { DashboardQuestion } from '../protocol/dashboard.ts';
import type { ReportContext } from '../query/context.ts';
import { type DimensionName, dimension } from '../query/dimensions.ts';
import { everSpan } from '../query/firstSpend.ts';
import { type Group, groupCost, groupsOf } from '../query/groupBy.ts';
import { Names } from '../query/names.ts';
import type { Filters } from '../query/options.ts';
import { outcomes, successRate } from '../query/outcomes.ts';
import type { Question, RawOptions } from '../query/question.ts';
import { countRuns } from '../query/runs.ts';
import { countSessions, type SumsOnly, select, selectSums } from '../query/select.ts';
import { spanOf } from '../query/spans.ts';
import { unpricedByModel } from '../query/sums.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import type { SessionSummary } from '../store/query/storeReader.ts';
import type { SpendSums } from '../store/schema/sums.ts';
import { type BudgetOutlook, budgetOutlooks } from './parts/budgetForecasts.ts';
import { type FilterChoices, filterChoices } from './parts/filterOptions.ts';
import { type Heat, heatOf } from './parts/heatMap.ts';
import { type Recent, recentSpend } from './parts/recentSpend.ts';
import { type StackedBucket, stacked } from './parts/stackedSpend.ts';
import { readTeamShown, type TeamShown } from './parts/teamFigures.ts';
import { type BucketUnit, bucketsOf } from './parts/timeBuckets.ts';
import {
  type Activity,
  latest,
  mostExpensive,
  type TopMessage,
  type TopSession,
} from './parts/topLists.ts';
import { readWhatIf, type WhatIf } from './parts/whatIf.ts';
import {
  type Ahead,
  asFarInMonth,
  type Before,
  expectedSpend,
  lately,
  type Next,
  readAhead,
  readBefore,
  readNext,
  readStretch,
  type Stretch,
} from './parts/yardsticks.ts';

/** What there was before a period without any spend. */
export interface Earlier {
  readonly session: Pick<SessionSummary, 'sid' | 'title' | 'endedAt'>;
  /** Everything that was ever spent. */
  readonly total: number;
  /** All of it, by month. */
  readonly months: readonly { readonly from: number; readonly nano: number }[];
}

/** A name with its spend. Money in nano-dollars. */
export interface Slice {
  readonly key: string;
  readonly nano: number;
  readonly messages: number;
  readonly tokens: number;
  /** Messages without a price. */
  readonly unpriced: number;
  /** Undefined where runs are not counted. */
  readonly runs: number | undefined;
}

/**
 * What the cards and the chart of a dashboard show: known long before the details on a long history.
 * Money in nano-dollars, times in UTC milliseconds.
 */
export interface DashboardSummary {
  readonly now: number;
  /** Undefined when there has never been anything. */
  readonly span: TimeSpan | undefined;
  readonly total: number;
  readonly background: number;
  readonly sums: SpendSums;
  readonly tokens: number;
  readonly sessions: number;
  readonly runs: number;
  /** Requests answered, 0 … 1; undefined where it cannot be said. */
  readonly success: number | undefined;
  /** Prompt tokens from the cache, 0 … 1; undefined without any. */
  readonly cacheShare: number | undefined;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  readonly unit: BucketUnit;
  readonly stackNames: readonly string[];
  readonly buckets: readonly StackedBucket[];
  /** What each of them comes to that is not over, in their order; 0 for the others. */
  readonly expected: readonly number[];
  readonly recent: Recent;
  /** Today, whatever the period is. */
  readonly today: Stretch;
  /** What the period is held against; undefined for today, which is held against its weekday, and all time. */
  readonly before: Before | undefined;
  /** What comes until the period ends, or in as long a time again; undefined for one that is over. */
  readonly ahead: Ahead | undefined;
  /** For all time: the last thirty days, and those before. */
  readonly lately: { readonly now: Stretch; readonly before: Stretch } | undefined;
  /** For today: this month, and the one before as far as this one has come. */
  readonly month: { readonly now: Stretch; readonly before: Stretch } | undefined;
  /** The projects most was spent on. */
  readonly projects: readonly Pick<Slice, 'key' | 'nano'>[];
  /** Only where nothing was spent in the period. */
  readonly earlier: Earlier | undefined;
  readonly budgets: readonly BudgetOutlook[];
  /** Undefined where this machine has joined no team. */
  readonly team: TeamShown | undefined;
  /** What Claude Code itself said of a plan's windows; undefined where it has not. */
  readonly official: OfficialShares | undefined;
  /** A subscriber runs out of a plan's windows rather than of dollars. */
  readonly subscription: boolean;
  /** Of the filters a head leaves out all but what its chart is stacked by. */
  readonly choices: FilterChoices;
  readonly catalogueDate: string;
  /** The store has a session at all. */
  readonly hasData: boolean;
}

/** Where it went in detail. */
export interface DashboardDetails {
  readonly slices: Readonly<
    Record<'agent' | 'model' | 'project' | 'branch' | 'product', readonly Slice[]>
  >;
  readonly classes: readonly Pick<Slice, 'key' | 'nano' | 'tokens'>[];
  readonly heat: Heat;
  readonly topSessions: readonly TopSession[];
  /** Cost of the session in the middle; undefined without any. */
  readonly medianSession: number | undefined;
  readonly topMessages: readonly TopMessage[];
  readonly activity: readonly Activity[];
  /** Undefined where it was not asked for. */
  readonly outlook: { readonly whatIf: WhatIf; readonly next: readonly Next[] } | undefined;
}

/** The figures of a dashboard. */
export interface DashboardFigures extends DashboardSummary {
  /** Undefined where only the head was asked for. */
  readonly details: DashboardDetails | undefined;
}

/** What all bars need distinguished, read at once; when it was spent is asked by itself. */
const byWhom: readonly SpendKey[] = ['session', 'agent', 'model', 'facet'];

/** Reads the figures of a dashboard. */
export function dashboardData(
  context: ReportContext,
  asked: DashboardQuestion,
): DashboardFigures & { readonly details: DashboardDetails } {
  const question = questionOf(context, asked);
  const names = new Names(context);
  const whole = select(context, question, byWhom, false, names);
  const slices = (name: DimensionName, withRuns = false): Slice[] =>
    groupsOf(context, question, [dimension(name, context)], whole, withRuns).map(sliceOf);
  // First: what it counts by agent need not be counted once more for the head.
  const details = {
    slices: {
      agent: slices('agent', true),
      model: slices('model'),
      project: slices('project'),
      branch: slices('branch'),
      product: slices('product'),
    },
    classes: slices('class'),
    heat: heatOf(context, selectSums(context, question, ['bucket'], names, ['nano'])),
    ...mostExpensive(context, question, whole),
    activity: latest(context, question, names),
    outlook: asked.outlook
      ? {
          whatIf: readWhatIf(context, rawQuestion(asked)),
          next: readNext(context, question.filters),
        }
      : undefined,
  };
  return {
    ...summaryOf(context, asked, question, names),
    projects: mostSpentOn(details.slices.project),
    choices: filterChoices(context),
    details,
  };
}

/**
 * Reads its head alone: what was spent by whom on what is not distinguished further than the chart
 * is.
 */
export function dashboardSummary(
  context: ReportContext,
  asked: DashboardQuestion,
): DashboardFigures {
  const question = questionOf(context, asked);
  const names = new Names(context);
  const { keys } = dimension('project', context);
  return {
    ...summaryOf(context, asked, question, names),
    projects: mostSpentOn(byProject(context, selectSums(context, question, keys, names, ['nano']))),
    // Whether there are several products says whether bars can be stacked by them.
    choices: filterChoices(context, [asked.stack, 'product']),
    details: undefined,
  };
}

/** The same as an option of the terminal has it. */
function rawQuestion({ period, since, until, filters }: DashboardQuestion): RawOptions {
  const when = period === 'custom' ? { since, until } : { period };
  return { ...when, ...filtersOf(filters) };
}

function questionOf(context: ReportContext, asked: DashboardQuestion): Question {
  return { span: askedSpan(context, asked), filters: filtersOf(asked.filters), options: {} };
}

function summaryOf(
  context: ReportContext,
  asked: DashboardQuestion,
  question: Question,
  names: Names,
): Omit<DashboardSummary, 'choices' | 'projects'> {
  const { sums, background, total } = select(context, question, [], false, names);
  const read = (keys: readonly SpendKey[], only: keyof SpendSums): SumsOnly =>
    selectSums(context, question, keys, names, [only]);
  const span = question.span ?? everSpan(context);
  const { period } = asked;
  const buckets = bucketsOf(span, context, period === 'month' || period === 'today');
  const byTime = read(['bucket', ...dimension(asked.stack, context).keys], 'nano');
  const chart = stacked(context, byTime, buckets, asked.stack);
  const ahead = aheadOf(context, asked, span, question.filters);
  const prompt = promptTokens(sums);
  const failed = outcomes(context, question, names);
  return {
    now: context.now,
    span,
    total,
    background,
    sums,
    tokens: totalTokens(sums),
    sessions: countSessions(context, question, names),
    runs: countRuns(context, question, names),
    success: failed === undefined ? undefined : successRate(sums.messages, failed),
    cacheShare: prompt === 0 ? undefined : sums.cacheRead / prompt,
    unpriced: sums.unpriced === 0 ? [] : unpricedByModel(read(['model'], 'unpriced')),
    unit: buckets.unit,
    ...chart,
    recent: recentSpend(context, question.filters, names),
    today: readStretch(context, daySpan(context.now, context.zone), question.filters, names),
    before: readBefore(context, period, span, question.filters, names),
    ahead,
    expected:
      ahead === undefined || (buckets.unit !== 'day' && buckets.unit !== 'hour')
        ? chart.buckets.map(() => 0)
        : expectedSpend(context, chart.buckets, ahead.rate),
    lately: period === 'all' ? lately(context, question.filters, names) : undefined,
    month: period === 'today' ? monthsOf(context, question.filters, names) : undefined,
    earlier:
      total === 0 && sums.messages === 0
        ? readEarlier(context, question.filters, names)
        : undefined,
    budgets: budgetOutlooks(context),
    team: readTeamShown(context, asked),
    official:
      context.dataFolder === ''
        ? undefined
        : officialShares(readClientReports(context.dataFolder), context.now),
    subscription: context.billing === 'subscription',
    catalogueDate: context.book.catalogueDate,
    hasData: context.reader.hasSessions(),
  };
}

/** How much is to come: until the period ends, or in as long a time as it has lasted. */
function aheadOf(
  context: ReportContext,
  { period }: DashboardQuestion,
  span: TimeSpan,
  filters: Filters,
): Ahead | undefined {
  const { now } = context;
  const days = { '7d': 7, '30d': 30, all: 30 };
  switch (period) {
    case 'today':
    case 'month':
      return readAhead(context, filters, span.to);
    case 'custom':
      return undefined;
    default:
      return readAhead(context, filters, now + days[period] * dayMs);
  }
}

function monthsOf(
  context: ReportContext,
  filters: Filters,
  names: Names,
): DashboardSummary['month'] {
  const { now, zone } = context;
  const month = monthSpan(now, zone);
  const before = asFarInMonth(monthSpan(month.from - 1, zone), now, zone);
  const of = (span: TimeSpan): Stretch => readStretch(context, span, filters, names);
  return { now: of(month), before: of(before) };
}

/** Projects a card names. */
const mostProjects = 5;

function mostSpentOn(projects: DashboardSummary['projects']): DashboardSummary['projects'] {
  return projects
    .map(({ key, nano }) => ({ key, nano }))
    .filter(({ nano }) => nano > 0)
    .sort((a, b) => b.nano - a.nano || (a.key < b.key ? -1 : 1))
    .slice(0, mostProjects);
}

function byProject(
  context: ReportContext,
  { rows, backgrounds, names }: SumsOnly,
): DashboardSummary['projects'] {
  const { of, ofBackground } = dimension('project', context);
  const sums = new Map<string, number>();
  const add = (keys: Iterable<string>, nano: number): void => {
    for (const key of keys) sums.set(key, (sums.get(key) ?? 0) + nano);
  };
  for (const row of rows) add(of(row, names), row.nano);
  for (const one of backgrounds) add(ofBackground(one, names), one.nano);
  return [...sums].map(([key, nano]) => ({ key, nano }));
}

/** What there was before; asked only where the period has nothing, and of everything alone. */
function readEarlier(context: ReportContext, filters: Filters, names: Names): Earlier | undefined {
  const session = context.reader.latestSession(undefined);
  if (session === undefined || Object.keys(filters).length > 0) return undefined;
  const { zone } = context;
  const all = { span: undefined, filters };
  const { rows, backgrounds } = selectSums(context, all, ['bucket'], names, ['nano']);
  const points = [...rows, ...backgrounds];
  const dayIn = daysOf(zone);
  const sums = new Map<string, number>();
  for (const { at, nano } of points) {
    const month = dayIn(at).slice(0, 7);
    sums.set(month, (sums.get(month) ?? 0) + nano);
  }
  const ever = everSpan(context);
  const months: { from: number; nano: number }[] = [];
  for (let at = ever.from; at < ever.to; ) {
    const span = monthSpan(at, zone);
    months.push({ from: span.from, nano: sums.get(dayIn(span.from).slice(0, 7)) ?? 0 });
    at = span.to;
  }
  return { session, total: points.reduce((sum, { nano }) => sum + nano, 0), months };
}

function filtersOf(asked: DashboardQuestion['filters']): Filters {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''));
}

function askedSpan(
  context: ReportContext,
  { period, since, until }: DashboardQuestion,
): TimeSpan | undefined {
  return period === 'custom' ? spanOf({ since, until }, context) : spanOf({ period }, context);
}

function sliceOf(group: Group): Slice {
  return {
    key: group.keys[0]!,
    nano: groupCost(group),
    messages: group.sums.messages,
    tokens: totalTokens(group.sums),
    unpriced: group.sums.unpriced,
    runs: group.runs,
  };
}
