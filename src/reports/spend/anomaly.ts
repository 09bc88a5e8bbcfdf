import { type Anomalies, anomalies, usualThreshold } from '../../analysis/statistics/outliers.ts';
import { type AnomalyUnit, anomalyUnits } from '../../model/anomalyUnits.ts';
import { dayOf, daysOf, firstMoment } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { count, homePath, type Note, type ReportContext, warnings } from '../../query/context.ts';
import { matcherOf } from '../../query/filters.ts';
import { Names } from '../../query/names.ts';
import { filterNames } from '../../query/options.ts';
import { numberOption, type Question, textOption } from '../../query/question.ts';
import { missingIn, select } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import {
  keyedMessageNanos,
  messageFilter,
  messageNames,
  messageNanos,
} from '../../store/query/messages.ts';
import { sessionTitles } from '../../store/query/sessionInfo.ts';
import { downsampledUpTo } from '../../store/retention/downsampleState.ts';
import { isIncomplete, type RowKeys } from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import { dateText, spanWords } from '../../text/when.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Column, Document, Table } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { nothing } from './breakdown.ts';

const shownOutliers = 20;

/** `outlay anomaly` */
export const anomaly: ReportDefinition = {
  name: 'anomaly',
  aliases: ['outliers'],
  title: 'Anomalies',
  summary: 'Sessions, messages or days that cost far more or less than the others.',
  period: 'all',
  filters: filterNames,
  options: [
    {
      name: 'by',
      value: 'unit',
      text: 'what to compare',
      kind: 'choice',
      choices: anomalyUnits,
      default: 'session',
    },
    {
      name: 'threshold',
      value: 'z',
      text: 'score beyond which something is an outlier',
      kind: 'number',
      default: usualThreshold,
    },
    {
      name: 'alert-on-outliers',
      value: 'number',
      text: 'exit 1 where there are so many outliers or more',
      kind: 'count',
    },
    { name: 'log', text: 'compare logarithms: factors rather than differences', kind: 'flag' },
    {
      name: 'limit',
      value: 'number',
      text: 'list at most so many outliers',
      kind: 'count',
      default: shownOutliers,
    },
  ],
  gate: true,
  examples: [
    ['outlay anomaly', 'sessions that stand out, of all time'],
    ['outlay anomaly --by day --period 3mo --log', 'days of a quarter, by factors'],
    ['outlay anomaly --alert-on-outliers 1 --period 7d', 'a gate for the sessions of a week'],
  ],
  check: (question) => {
    if (textOption(question, 'by') === 'message' && question.filters.tag !== undefined) {
      throw new HumanError(
        'usage',
        '--tag cannot be combined with --by message. Use --by session or --by day.',
      );
    }
  },
  run: (context, question) => anomalyDocument(context, question, readAnomalies(context, question)),
};

/** Something that lies apart. */
interface Apart {
  /** Number of the session or message; for a day nothing. */
  readonly number: number;
  readonly name: string;
  readonly nano: number;
}

/** What was compared, and what stands out. */
export interface FoundAnomalies {
  readonly unit: AnomalyUnit;
  readonly threshold: number;
  readonly log: boolean;
  readonly values: readonly number[];
  /** The things that lie apart, in the order of their values. */
  readonly apart: (result: Anomalies) => readonly Apart[];
  /** When it was, by a value's index; undefined for messages, which are too many to ask one by one. */
  readonly at: ((index: number) => number) | undefined;
  readonly result: Anomalies;
  readonly alertFrom: number | undefined;
  readonly alert: boolean;
  readonly unpriced: number;
  readonly names: Names;
}

/** Reads what cost what, and scores it. */
export function readAnomalies(context: ReportContext, question: Question): FoundAnomalies {
  const unit = textOption(question, 'by') as AnomalyUnit;
  const threshold = numberOption(question, 'threshold') ?? usualThreshold;
  const alertFrom = numberOption(question, 'alert-on-outliers');
  const log = question.options.log === true;
  const found = { session: bySession, message: byMessage, day: byDay }[unit](context, question);
  const result = anomalies(found.values, { threshold, log });
  const outliers = result.high.length + result.low.length;
  const alert = alertFrom !== undefined && outliers >= alertFrom;
  return { ...found, unit, threshold, log, result, alertFrom, alert };
}

/** Of those equally far apart the first stands first. */
const ascending = (a: number, b: number): number => a - b;

type Compared = Pick<FoundAnomalies, 'values' | 'apart' | 'at' | 'unpriced' | 'names'>;

/** Sessions with background. One of which nothing has a price is not known to be cheap. */
function bySession(context: ReportContext, question: Question): Compared {
  const { rows, backgrounds, names, sums } = select(context, question, ['session']);
  const totals = new Map<number, { nano: number; known: boolean }>();
  const add = (session: number, nano: number, known: boolean): void => {
    const before = totals.get(session) ?? { nano: 0, known: false };
    totals.set(session, { nano: before.nano + nano, known: before.known || known });
  };
  for (const row of rows) add(row.session, row.nano, row.messages > row.unpriced || row.nano > 0);
  for (const { session, nano } of backgrounds) add(session, nano, true);
  const list = [...totals].filter(([, { known }]) => known);
  return {
    values: list.map(([, { nano }]) => nano),
    apart: ({ high, low }) =>
      [...high, ...low].sort(ascending).map((index) => {
        const [number, { nano }] = list[index]!;
        return { number, name: '', nano };
      }),
    at: (index) => names.place(list[index]![0]).endedAt,
    unpriced: sums.unpriced,
    names,
  };
}

function byDay(context: ReportContext, question: Question): Compared {
  const { rows, backgrounds, names, sums } = select(context, question, ['bucket']);
  const dayAt = daysOf(context.zone);
  const days = new Map<string, number>();
  for (const { at, nano } of [...rows, ...backgrounds]) {
    const day = dayAt(at);
    days.set(day, (days.get(day) ?? 0) + nano);
  }
  const list = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    values: list.map(([, nano]) => nano),
    apart: ({ high, low }) =>
      [...high, ...low].sort(ascending).map((index) => {
        const [name, nano] = list[index]!;
        return { number: 0, name, nano };
      }),
    at: (index) => firstMoment(list[index]![0], context.zone),
    unpriced: sums.unpriced,
    names,
  };
}

function byMessage(context: ReportContext, { span, filters }: Question): Compared {
  const names = new Names(context);
  const matcher = matcherOf(context, filters, names);
  const keys = matcher.keys.filter((key) => key !== 'bucket');
  const passes = (rows: readonly RowKeys[]): boolean[] => {
    names.prefetch(rows, keys);
    return rows.map((row) => matcher.passes(row));
  };
  const { nanos, beyond } =
    keys.length > 1 || keys.some((key) => key === 'facet' || key === 'prompt')
      ? keyedMessageNanos(context.db, span, keys, passes)
      : messageNanos(context.db, span, messageFilter(context.db, span, keys[0], passes));
  const { sums } = select(context, { span, filters }, []);
  return {
    values: nanos,
    apart: ({ high, low, score }) => {
      const bounds = [
        low.reduce((most, index) => Math.max(most, nanos[index]!), Number.MIN_SAFE_INTEGER),
        high.reduce((least, index) => Math.min(least, nanos[index]!), Number.MAX_SAFE_INTEGER),
      ] as const;
      return (high.length + low.length === 0 ? [] : beyond(...bounds))
        .filter(({ nano }) => score(nano) !== undefined)
        .map(({ id, nano }) => ({ number: id, name: '', nano }));
    },
    at: undefined,
    unpriced: sums.unpriced,
    names,
  };
}

/** Something that stands out, in words and numbers. */
export interface Outlier {
  readonly session: string | null;
  readonly title: string | null;
  readonly project: string | null;
  readonly message: string | null;
  readonly model: string | null;
  readonly at: number | null;
  readonly day: string | null;
  readonly nano: number;
  readonly z: number;
}

/** What stands out, farthest first. */
export function outliersOf(
  context: ReportContext,
  found: FoundAnomalies,
  limit: number,
): Outlier[] {
  const { result, unit, names } = found;
  const shown = found
    .apart(result)
    .map((item) => ({ ...item, z: result.score(item.nano)! }))
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z))
    .slice(0, limit);
  const numbers = shown.map(({ number }) => number);
  const messages = unit === 'message' ? messageNames(context.db, numbers) : undefined;
  const sessions =
    unit === 'session' ? numbers : [...(messages?.values() ?? [])].map(({ session }) => session);
  const titles = sessionTitles(context.db, new Set(sessions));
  return shown.map(({ number, name, nano, z }) => {
    const message = messages?.get(number);
    const session = unit === 'session' ? number : message?.session;
    return {
      session: session === undefined ? null : names.place(session).sid,
      title: session === undefined ? null : (titles.get(session) ?? null),
      project: session === undefined ? null : names.project(session),
      message: message?.messageId ?? null,
      model: message?.model ?? null,
      at: message?.at ?? null,
      day: unit === 'day' ? name : null,
      nano,
      z,
    };
  });
}

const estimators: Readonly<Record<Anomalies['estimator'], string>> = {
  mad: 'the modified z-score (median and median absolute deviation, Iglewicz and Hoaglin 1993)',
  'mean-deviation':
    'the mean absolute deviation from the median, as more than half of the values are equal',
  none: 'nothing, as all values are equal',
};

function anomalyDocument(
  context: ReportContext,
  question: Question,
  found: FoundAnomalies,
): Document {
  const { unit, values, result, unpriced, log } = found;
  const limit = numberOption(question, 'limit')!;
  const outliers = outliersOf(context, found, limit);
  const empty = values.length === 0;
  const cautions = anomalyCautions(context, question, unit);
  const lines: Note[] = [
    ...(result.status === 'ok' ? [{ about: `Scored by ${estimators[result.estimator]}.` }] : []),
    ...(log
      ? [{ about: 'Logarithms were compared, so factors count rather than differences.' }]
      : []),
    ...(result.leftOut > 0
      ? [`Left out, since they cost nothing: ${count(result.leftOut, unit)}.`]
      : []),
    ...(unit === 'message' ? ['Claude Code overhead belongs to no message.'] : []),
    ...(unpriced > 0 ? [`No price: ${count(unpriced, 'message')}, not counted.`] : []),
  ];
  const missing = missingIn(context, question);
  return {
    title: `Anomalies by ${unit}, ${spanWords(question.span, context).name}`,
    sentences: empty ? [nothing(context)] : anomalySentences(found, outliers.length),
    tables: [outlierTable(context, unit, outliers)],
    notes: [...lines, ...cautions, ...warnings(context, missing)],
    json: anomalyJson(context, question, found, outliers, [
      ...cautions,
      ...warnings(context, missing),
    ]),
    verdict: {
      status: empty ? 'no-data' : found.alert ? 'alert' : 'ok',
      unpriced: unpriced > 0,
      incomplete: isIncomplete(missing),
    },
  };
}

/** What was summed up is not compared message by message, nor day by day beyond a month. */
function anomalyCautions(context: ReportContext, { span }: Question, unit: AnomalyUnit): string[] {
  const { messages } = downsampledUpTo(context.db);
  if (unit !== 'message') return retentionNotes(context, span, [unit]);
  if ((span?.from ?? 0) >= messages) return [];
  return [
    `Messages before ${dayOf(messages, context.zone)} were summed up, so they are not compared.`,
  ];
}

/** What was found, most important first. */
export function anomalySentences(found: FoundAnomalies, shown: number): string[] {
  const { unit, values, result, threshold, alertFrom, alert } = found;
  const { high, low, median, status } = result;
  const things = count(values.length, unit);
  if (status === 'insufficient') {
    return [`Too little to compare: ${things}; an outlier needs at least three.`];
  }
  const outliers = high.length + low.length;
  const middle = formatUsd(Math.round(found.log ? Math.exp(median!) : median!));
  const first =
    outliers === 0
      ? `No outlier among ${things}: no score beyond ${threshold}, the median is ${middle}.`
      : `${count(outliers, 'outlier')} among ${things} (${high.length} high, ${low.length} low): scores beyond ${threshold}, the median is ${middle}.`;
  return [
    ...(alertFrom === undefined
      ? []
      : [alert ? `Alert: ${alertFrom} or more outliers.` : `No alert: fewer than ${alertFrom}.`]),
    first,
    ...(shown < outliers ? [`The ${shown} farthest are listed.`] : []),
  ];
}

function outlierTable(
  context: ReportContext,
  unit: AnomalyUnit,
  outliers: readonly Outlier[],
): Table {
  const named: readonly (readonly [Column, (outlier: Outlier) => string | number | null])[] =
    unit === 'day'
      ? [
          [
            { key: 'day', header: 'Day', unit: 'text', shown: (day) => dateText(day, context) },
            ({ day }) => day,
          ],
        ]
      : [
          [
            { key: 'session', header: 'ID', unit: 'text', prefix: 8, details: true },
            ({ session }) => session,
          ],
          [
            { key: 'project', header: 'Project', unit: 'text', widest: 30, leaves: 1 },
            ({ project }) => (project === null ? null : lastPart(homePath(project, context.home))),
          ],
          [
            {
              key: 'title',
              header: 'Session',
              unit: 'text',
              widest: 40,
              fills: true,
              orElse: 'session',
            },
            ({ title }) => title,
          ],
        ];
  const ofMessage: typeof named =
    unit === 'message'
      ? [
          [
            { key: 'message', header: 'Message', unit: 'text', widest: 32, details: true },
            (each) => each.message,
          ],
          [{ key: 'at', header: 'Time', unit: 'time' }, ({ at }) => at],
          [
            {
              key: 'model',
              header: 'Model',
              unit: 'text',
              widest: 30,
              leaves: 3,
              shown: shownModel,
            },
            ({ model }) => model,
          ],
        ]
      : [];
  const all = [...named, ...ofMessage];
  return {
    title: '',
    columns: [
      ...all.map(([column]) => column),
      { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'z', header: 'Score', unit: 'count' },
      { key: 'direction', header: 'Side', unit: 'text', leaves: 3 },
    ],
    order: ['day', 'usd', 'title', 'project', 'model', 'z', 'direction', 'at'],
    rows: outliers.map((outlier) => [
      ...all.map(([, cell]) => cell(outlier)),
      outlier.nano,
      Math.round(outlier.z * 1000) / 1000,
      outlier.z > 0 ? 'high' : 'low',
    ]),
  };
}

function anomalyJson(
  context: ReportContext,
  { span, filters }: Question,
  found: FoundAnomalies,
  outliers: readonly Outlier[],
  cautions: readonly string[],
): object {
  const { unit, values, result, threshold, log, alertFrom, alert } = found;
  const { median, mad } = result;
  const usd = (nano: number | undefined): number | null =>
    nano === undefined ? null : nanoToUsd(Math.round(nano));
  const middle = median === undefined || !log ? median : Math.exp(median);
  return {
    schemaVersion: 1,
    status: values.length === 0 ? 'no-data' : result.status === 'ok' ? 'ok' : 'insufficient',
    period: periodJson(span, context.zone),
    filters,
    by: unit,
    count: values.length,
    threshold,
    log,
    estimator: result.estimator,
    median_usd: usd(middle),
    mad_usd: log ? null : usd(mad),
    madLog: log ? (mad ?? null) : null,
    outlierCount: result.high.length + result.low.length,
    high: result.high.length,
    low: result.low.length,
    leftOut: result.leftOut,
    outliers: outliers.map(({ nano, z, at, session, title, project, message, model, day }) => ({
      ...(unit === 'day' ? { day } : { sessionId: session, title, project }),
      ...(unit === 'message' && {
        messageId: message,
        at: at === null ? null : new Date(at).toISOString(),
        model,
      }),
      usd: nanoToUsd(nano),
      z: Math.round(z * 1e6) / 1e6,
      direction: z > 0 ? 'high' : 'low',
    })),
    alertOnOutliers: alertFrom ?? null,
    alert,
    unpricedMessages: found.unpriced,
    catalogueDate: context.book.catalogueDate,
    notes: cautions,
  };
}
