import {
  type OfficialShares,
  officialShares,
  readClientReports,
} from '../dataFolder/clientReports.ts';
import type { TimeSpan } from '../model/calendar.ts';
import { promptTokens, totalTokens } from '../model/tokens.ts';
import type { DashboardQuestion } from '../protocol/dashboard.ts';
import type { ReportContext } from '../query/context.ts';
import { type DimensionName, dimension } from '../query/dimensions.ts';
import { everSpan } from '../query/firstSpend.ts';
import { type Group, groupCost, groupsOf } from '../query/groupBy.ts';
import { Names } from '../query/names.ts';
import type { Filters } from '../query/options.ts';
import { outcomes, successRate } from '../query/outcomes.ts';
import type { Question } from '../query/question.ts';
import { countRuns } from '../query/runs.ts';
import { countSessions, type SumsOnly, select, selectSums } from '../query/select.ts';
import { spanOf } from '../query/spans.ts';
import { unpricedByModel } from '../query/sums.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import type { SpendSums } from '../store/schema/sums.ts';
import { type BudgetOutlook, budgetOutlooks } from './parts/budgetForecasts.ts';
import { type FilterChoices, filterChoices } from './parts/filterOptions.ts';
import { type Heat, heatOf } from './parts/heatMap.ts';
import { type Recent, recentSpend } from './parts/recentSpend.ts';
import { type StackedBucket, stacked } from './parts/stackedSpend.ts';
import { type BucketUnit, bucketsOf } from './parts/timeBuckets.ts';
import {
  type Activity,
  latest,
  mostExpensive,
  type TopMessage,
  type TopSession,
} from './parts/topLists.ts';

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
  readonly recent: Recent;
  readonly budgets: readonly BudgetOutlook[];
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
  readonly slices: Readonly<Record<'agent' | 'model' | 'project' | 'branch', readonly Slice[]>>;
  readonly classes: readonly Pick<Slice, 'key' | 'nano' | 'tokens'>[];
  readonly heat: Heat;
  readonly topSessions: readonly TopSession[];
  readonly topMessages: readonly TopMessage[];
  readonly activity: readonly Activity[];
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
    },
    classes: slices('class'),
    heat: heatOf(context, selectSums(context, question, ['bucket'], names, ['nano'])),
    ...mostExpensive(context, question, whole),
    activity: latest(context, question, names),
  };
  return {
    ...summaryOf(context, asked, question, names),
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
  return {
    ...summaryOf(context, asked, questionOf(context, asked), new Names(context)),
    choices: filterChoices(context, [asked.stack]),
    details: undefined,
  };
}

function questionOf(context: ReportContext, asked: DashboardQuestion): Question {
  return { span: askedSpan(context, asked), filters: filtersOf(asked.filters), options: {} };
}

function summaryOf(
  context: ReportContext,
  asked: DashboardQuestion,
  question: Question,
  names: Names,
): Omit<DashboardSummary, 'choices'> {
  const { sums, background, total } = select(context, question, [], false, names);
  const read = (keys: readonly SpendKey[], only: keyof SpendSums): SumsOnly =>
    selectSums(context, question, keys, names, [only]);
  const span = question.span ?? everSpan(context);
  const buckets = bucketsOf(span, context);
  const byTime = read(['bucket', ...dimension(asked.stack, context).keys], 'nano');
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
    ...stacked(context, byTime, buckets, asked.stack),
    recent: recentSpend(context, question.filters, names),
    budgets: budgetOutlooks(context),
    official:
      context.dataFolder === ''
        ? undefined
        : officialShares(readClientReports(context.dataFolder), context.now),
    subscription: context.billing === 'subscription',
    catalogueDate: context.book.catalogueDate,
    hasData: context.reader.hasSessions(),
  };
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
