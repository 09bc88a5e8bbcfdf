import { downsamplePoints } from '../analysis/spend/downsamplePoints.ts';
import type { SpendPoint } from '../analysis/spend/spendPoints.ts';
import { type Anomalies, usualBounds, usualThreshold } from '../analysis/statistics/outliers.ts';
import { firstMoment, type TimeSpan } from '../model/calendar.ts';
import type { AnomaliesQuestion } from '../protocol/anomalies.ts';
import type { ReportContext } from '../query/context.ts';
import { matcherOf } from '../query/filters.ts';
import { everSpan } from '../query/firstSpend.ts';
import { knownProjects } from '../query/projects.ts';
import { type Question, readQuestion } from '../query/question.ts';
import {
  anomaly as anomalyReport,
  type FoundAnomalies,
  type Outlier,
  outliersOf,
  readAnomalies,
} from '../reports/spend/anomaly.ts';
import { messageColumns } from '../store/query/messages.ts';
import { type OutlierReason, outlierReasons } from './parts/outlierReasons.ts';

/** Something that stands out, with what it was. */
export interface ListedOutlier extends Outlier {
  /** When it was, UTC milliseconds. */
  readonly moment: number;
  readonly reason: OutlierReason | undefined;
}

/** The figures of the panel; money in nano-dollars, times in UTC milliseconds. */
export interface AnomaliesFigures {
  readonly now: number;
  /** What the time axis covers. */
  readonly span: TimeSpan;
  readonly status: Anomalies['status'];
  readonly estimator: Anomalies['estimator'];
  readonly threshold: number;
  readonly count: number;
  readonly high: number;
  readonly low: number;
  readonly leftOut: number;
  readonly median: number | undefined;
  /** Between these nothing stands out. */
  readonly bounds: { readonly low: number; readonly high: number } | undefined;
  /** What does not stand out, as much of it as a chart can show. */
  readonly points: readonly SpendPoint[];
  /** What stands out, farthest first: those the terminal lists. */
  readonly outliers: readonly ListedOutlier[];
  /** The others that stand out, as much of them as a chart can show. */
  readonly more: readonly SpendPoint[];
  readonly unpricedMessages: number;
  readonly projects: readonly string[];
  readonly catalogueDate: string;
  readonly hasData: boolean;
}

/** Columns of the chart: about as many pixels as it is wide. */
const columns = 500;

/** Outliers with a name; the terminal lists as many. */
const listed = 20;

/** Outliers that are drawn. */
const mostDrawn = 1000;

/** Reads the figures of the panel of anomalies. */
export function anomaliesData(
  context: ReportContext,
  { by, period, log, project }: AnomaliesQuestion,
): AnomaliesFigures {
  const filter = project === '' ? {} : { project };
  const raw = { ...filter, period };
  const question = readQuestion(anomalyReport, { ...raw, by, log }, context);
  const found = readAnomalies(context, question);
  const { result, values } = found;
  const bounds = usualBounds(result, { log });
  const span = question.span ?? everSpan(context);
  const momentOf = momentsOf(found, context);
  const all = outliersOf(context, found, mostDrawn).map((outlier) => ({
    ...outlier,
    moment: momentOf(outlier),
  }));
  const first = all.slice(0, listed);
  const reasons = outlierReasons(context, question, by, first);
  return {
    now: context.now,
    span,
    status: result.status,
    estimator: result.estimator,
    threshold: usualThreshold,
    count: values.length,
    high: result.high.length,
    low: result.low.length,
    leftOut: result.leftOut,
    median: result.median === undefined || !log ? result.median : Math.exp(result.median),
    bounds,
    points: usualPoints(context, question, found, span, bounds),
    outliers: first.map((outlier, index) => ({ ...outlier, reason: reasons[index] })),
    more: downsamplePoints(
      all.slice(listed).map(({ moment, nano }) => ({ at: moment, nano })),
      span,
      columns,
    ),
    unpricedMessages: found.unpriced,
    projects: knownProjects(context.reader),
    catalogueDate: context.book.catalogueDate,
    hasData: context.reader.hasSessions(),
  };
}

/** When something was: a message by its time, a session by its last record, a day by its start. */
function momentsOf(
  { names }: FoundAnomalies,
  { zone }: ReportContext,
): (outlier: Outlier) => number {
  const ends = new Map([...names.places.values()].map(({ sid, endedAt }) => [sid, endedAt]));
  return ({ at, session, day }) =>
    at ?? (day === null ? (ends.get(session ?? '') ?? 0) : firstMoment(day, zone));
}

/**
 * What does not stand out. Of messages only the cheapest and the most expensive of each column are
 * read.
 */
function usualPoints(
  context: ReportContext,
  { filters }: Question,
  { values, at, result, names }: FoundAnomalies,
  span: TimeSpan,
  bounds: AnomaliesFigures['bounds'],
): readonly SpendPoint[] {
  if (at !== undefined) {
    const apart = new Set([...result.high, ...result.low]);
    const points = values.flatMap((nano, index) =>
      apart.has(index) ? [] : [{ at: at(index), nano }],
    );
    return downsamplePoints(points, span, columns);
  }
  const width = Math.max(1, Math.ceil((span.to - span.from) / columns));
  const { low, high } = bounds ?? { low: 0, high: Number.MAX_SAFE_INTEGER };
  const matcher = matcherOf(context, filters, names);
  const only =
    matcher.keys.length === 0
      ? undefined
      : {
          key: 'session' as const,
          numbers: [...names.places.keys()].filter(matcher.passesBackground),
        };
  const range = { width, low: Math.ceil(low), high: Math.floor(high) };
  return messageColumns(context.db, span, range, only).flatMap((column) => {
    const middle = Math.min(span.to, span.from + (column.column + 0.5) * width);
    const cheapest = { at: middle, nano: column.low };
    return column.high === column.low ? [cheapest] : [cheapest, { at: middle, nano: column.high }];
  });
}
