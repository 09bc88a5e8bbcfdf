import {
  type Burn,
  burn as burnOf,
  burnSkips,
  type Comparison,
} from '../../analysis/spend/burn.ts';
import { formatDuration, lastSpan } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import {
  count,
  type FigureInputs,
  figureNotes,
  headline,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { readForecasts } from '../../query/forecast/forecast.ts';
import { filterNames } from '../../query/options.ts';
import { numberOption, type Question } from '../../query/question.ts';
import { select } from '../../query/select.ts';
import { readSpendRate, type SpendRate, spanReader } from '../../query/spendRate.ts';
import { figuresOf } from '../../query/sums.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document, Table } from '../document/document.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { nothing } from './breakdown.ts';
import { forecastJson, forecastSentences } from './forecastWords.ts';

/** More buckets than these answer nothing and take long. */
const mostBuckets = 1000;

/** `outlay burn` */
export const burn: ReportDefinition = {
  name: 'burn',
  aliases: ['pace'],
  title: 'Burn Rate',
  summary: 'Whether spend accelerates: the latest interval compared with those before it.',
  period: undefined,
  filters: filterNames,
  options: [
    {
      name: 'bucket',
      value: 'length',
      text: 'length of an interval, counted back from now',
      kind: 'duration',
      default: '1d',
    },
    {
      name: 'lookback',
      value: 'length',
      text: 'how far back to look',
      kind: 'duration',
      default: '14d',
    },
    {
      name: 'alert-on-acceleration-pct',
      value: 'percent',
      text: 'exit 1 where the latest interval is above the mean by more than this',
      kind: 'percent',
    },
  ],
  gate: true,
  examples: [
    ['outlay burn', 'the last 24 hours against the 13 days before'],
    [
      'outlay burn --bucket 1h --lookback 24h --alert-on-acceleration-pct 200',
      'a gate by the hour',
    ],
  ],
  check: checkBurn,
  run: (context, question) => burnDocument(context, question, readBurn(context, question)),
};

/** Burn of a question and what it was made of. */
export interface FoundBurn {
  readonly burn: Burn;
  readonly spendRate: SpendRate;
  readonly bucket: number;
  readonly lookback: number;
  readonly alertAbove: number | undefined;
}

function partsOf(question: Question): Pick<FoundBurn, 'bucket' | 'lookback' | 'alertAbove'> {
  return {
    bucket: numberOption(question, 'bucket')!,
    lookback: numberOption(question, 'lookback')!,
    alertAbove: numberOption(question, 'alert-on-acceleration-pct'),
  };
}

/** How far back whole buckets go. */
function reachOf({ bucket, lookback }: Pick<FoundBurn, 'bucket' | 'lookback'>): number {
  return Math.floor(lookback / bucket) * bucket;
}

function checkBurn(question: Question): void {
  const { bucket, lookback } = partsOf(question);
  burnOf([], { now: 0, bucket, lookback });
  if (lookback / bucket <= mostBuckets) return;
  throw new HumanError(
    'usage',
    `--lookback of ${formatDuration(lookback)} has more than ${mostBuckets} buckets of ${formatDuration(bucket)}; choose a longer --bucket or a shorter --lookback.`,
  );
}

/** Reads the intervals back from now and compares the latest. */
export function readBurn(context: ReportContext, question: Question): FoundBurn {
  const { now, zone } = context;
  const parts = partsOf(question);
  const { bucket, lookback, alertAbove } = parts;
  const spendRate = readSpendRate(spanReader(context, question.filters), {
    now,
    zone,
    length: bucket,
    reach: reachOf(parts),
  });
  return {
    ...parts,
    spendRate,
    burn: burnOf(spendRate.points, { now, bucket, lookback, alertAbove }),
  };
}

function burnDocument(context: ReportContext, question: Question, found: FoundBurn): Document {
  const { burn: result, spendRate } = found;
  const noData = result.skipped === 'no-data';
  const forecasts = readForecasts(context, question.filters);
  const span = lastSpan(context.now, context.zone, reachOf(found));
  const figures = figuresOf(
    context,
    select(context, { span, filters: question.filters }, ['model']),
  );
  return {
    title: `Burn rate, ${formatDuration(found.bucket)} at a time over ${formatDuration(found.lookback)}`,
    sentences: noData
      ? [nothing(context)]
      : [...burnSentences(context, found), ...forecastSentences(forecasts)],
    tables: noData ? [] : [bucketTable(context, found)],
    notes: [
      {
        about:
          'Intervals are counted back from now. Only those with spend are active; the latest is compared with the mean of the active ones.',
      },
      ...(result.rest > 0
        ? [
            `${formatDuration(result.rest)} of the lookback do not fill an interval and are left out.`,
          ]
        : []),
      ...retentionNotes(context, span),
      ...figureNotes(context, figures),
    ],
    json: {
      ...burnJson(context, question, found, figures, retentionNotes(context, span)),
      forecast: forecastJson(forecasts),
    },
    verdict: {
      status: noData ? 'no-data' : result.alert ? 'alert' : 'ok',
      ...shortcomings(spendRate.sums),
    },
  };
}

/** What burn says of itself, most important first. */
export function burnSentences(context: ReportContext, found: FoundBurn): string[] {
  const { burn: result, spendRate, bucket, alertAbove } = found;
  const { latest, active, all, skipped } = result;
  // What other intervals lack does not make the latest one uncertain.
  const atLeast = isLowerBound(spendRate.latest);
  const first = `${headline(context, latest, atLeast)} in the last ${formatDuration(bucket)}`;
  if (active === undefined || all === undefined) {
    return [`${first}; not compared: ${burnSkips[skipped ?? 'no-data']}.`];
  }
  const actives = result.buckets.slice(0, -1).filter((nano) => nano > 0).length;
  const lines = [
    `${first}, ${changeText(active)} the mean of ${formatUsd(Math.round(active.mean))} of ${count(actives, 'active interval', 'active intervals')} before it.`,
    `The mean over all ${result.buckets.length - 1} before it is ${formatUsd(Math.round(all.mean))} (${percentText(all.change)}).`,
  ];
  if (alertAbove !== undefined) {
    const limit = percentText(alertAbove);
    lines.unshift(
      result.alert
        ? `Alert: spend accelerates by ${percentText(active.change)}, which is more than ${limit}.`
        : `No alert: ${percentText(active.change)} is not more than ${limit}.`,
    );
  }
  return lines;
}

function changeText({ change }: Comparison): string {
  if (change === 0) return 'exactly';
  const size = `${Math.abs(change * 100).toFixed(1)}%`;
  return `${size} ${change > 0 ? 'above' : 'below'}`;
}

/** A change as a person reads it: `+12.5 %`. */
export function percentText(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)}%`;
}

function bucketTable({ now }: ReportContext, { burn: { buckets }, bucket }: FoundBurn): Table {
  const length = buckets.length;
  return {
    title: '',
    columns: [
      { key: 'from', header: 'From', unit: 'time' },
      { key: 'to', header: 'Up to', unit: 'time' },
      { key: 'usd', header: 'Spend', unit: 'usd', strong: true },
    ],
    rows: buckets.map((nano, index) => [
      now - (length - index) * bucket,
      now - (length - 1 - index) * bucket,
      nano,
    ]),
  };
}

function burnJson(
  context: ReportContext,
  { filters }: Question,
  found: FoundBurn,
  { declined, unpriced, lost, recovered }: FigureInputs,
  cautions: readonly string[],
): object {
  const { burn: result, bucket, lookback, alertAbove } = found;
  const { buckets, latest, active, all, skipped, alert } = result;
  const length = buckets.length;
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    schemaVersion: 1,
    status: skipped === 'no-data' ? 'no-data' : alert ? 'alert' : 'ok',
    filters,
    bucketMs: bucket,
    lookbackMs: lookback,
    buckets: buckets.map((nano, index) => ({
      from: iso(context.now - (length - index) * bucket),
      to: iso(context.now - (length - 1 - index) * bucket),
      usd: nanoToUsd(nano),
    })),
    latest_usd: nanoToUsd(latest),
    mean_active_usd: active === undefined ? null : nanoToUsd(Math.round(active.mean)),
    delta_pct: active === undefined ? null : active.change * 100,
    mean_all_usd: all === undefined ? null : nanoToUsd(Math.round(all.mean)),
    delta_all_pct: all === undefined ? null : all.change * 100,
    skipped: skipped === undefined ? null : burnSkips[skipped],
    threshold_pct: alertAbove === undefined ? null : alertAbove * 100,
    alert,
    declinedUsd: nanoToUsd(declined.nano),
    unpriced,
    catalogueDate: context.book.catalogueDate,
    notes: [...cautions, ...warnings(context, { lost, recovered })],
  };
}
