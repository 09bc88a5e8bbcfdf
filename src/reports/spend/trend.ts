import { type Trend, trendOf } from '../../analysis/spend/trend.ts';
import { formatUsd, usdToNano } from '../../model/money.ts';
import { count, type ReportContext, warnings } from '../../query/context.ts';
import { numberOption, type Question, textOption } from '../../query/question.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document, Table } from '../document/document.ts';
import { percentText } from './burn.ts';
import { type KeptSnapshot, readSnapshots, seriesOf } from './snapshots.ts';

/** `outlay trend` */
export const trend: ReportDefinition = {
  name: 'trend',
  title: 'Trend',
  summary: 'Whether spend per session, cache share and failures drift over kept summaries.',
  period: undefined,
  filters: [],
  options: [
    {
      name: 'project',
      value: 'project',
      text: 'summaries kept with this --project; without, those of everything',
      kind: 'text',
    },
    {
      name: 'tolerance-pct',
      value: 'percent',
      text: 'how much worse the later half may be',
      kind: 'percent',
      default: 10,
    },
    {
      name: 'limit',
      value: 'number',
      text: 'look at the latest so many summaries',
      kind: 'count',
      default: 30,
    },
    {
      name: 'alert-on-regression',
      text: 'exit 1 where a figure got worse by more than that',
      kind: 'flag',
    },
  ],
  gate: true,
  examples: [
    ['outlay summary --period 7d --keep', 'once a day: keep the figures of the last week'],
    ['outlay trend', 'how those figures went'],
  ],
  needsStore: () => false,
  run: trendReport,
};

interface Figure {
  readonly key: 'perSessionUsd' | 'cacheShare' | 'failureRate';
  readonly name: string;
  readonly worse: 'up' | 'down';
  readonly text: (value: number) => string;
}

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

const figures: readonly Figure[] = [
  {
    key: 'perSessionUsd',
    name: 'Spend per session',
    worse: 'up',
    text: (value) => formatUsd(usdToNano(value)),
  },
  { key: 'cacheShare', name: 'Cache share', worse: 'down', text: percent },
  { key: 'failureRate', name: 'Failure rate', worse: 'up', text: percent },
];

interface Found {
  readonly figure: Figure;
  readonly values: readonly number[];
  readonly trend: Trend;
}

function trendReport(context: ReportContext, question: Question): Document {
  const { kept, problems } = readSnapshots(context.dataFolder);
  const project = textOption(question, 'project');
  const tolerance = numberOption(question, 'tolerance-pct')!;
  const mine = kept.filter(({ filters }) => {
    const names = Object.keys(filters);
    return project === undefined
      ? names.length === 0
      : names.length === 1 && filters.project === project;
  });
  const latest = mine.at(-1);
  const series = mine
    .filter((each) => latest !== undefined && seriesOf(each) === seriesOf(latest))
    .slice(-numberOption(question, 'limit')!);
  const found = figures.map((figure): Found => {
    const values = series.flatMap((each) => each[figure.key] ?? []);
    return { figure, values, trend: trendOf(values, { worse: figure.worse, tolerance }) };
  });
  const worse = found.filter(({ trend: { regression } }) => regression);
  const alert = question.options['alert-on-regression'] === true && worse.length > 0;
  const others = mine.length - mine.filter((each) => seriesOf(each) === seriesOf(latest!)).length;
  return {
    title: 'Trend of kept summaries',
    sentences: sentences(series, found, tolerance),
    tables: latest === undefined ? [] : [figureTable(found), seriesTable(series)],
    notes: [
      ...(latest === undefined ? [] : [spanNote(latest)]),
      ...(others > 0
        ? [`${count(others, 'summary', 'summaries')} of another length are left out.`]
        : []),
      ...problems,
      ...warnings(context),
    ],
    json: {
      schemaVersion: 1,
      status: series.length === 0 ? 'no-data' : alert ? 'alert' : 'ok',
      project: project ?? null,
      days: latest?.days ?? null,
      tolerance_pct: tolerance * 100,
      figures: Object.fromEntries(
        found.map(({ figure, values, trend: result }) => [
          figure.key,
          {
            status: result.status,
            values: values.length,
            slope: result.slope ?? null,
            earlier: result.halves?.earlier ?? null,
            later: result.halves?.later ?? null,
            change_pct: result.halves?.change === undefined ? null : result.halves.change * 100,
            worse: figure.worse,
            regression: result.regression,
          },
        ]),
      ),
      snapshots: series,
      alert,
      notes: [...problems, ...warnings(context)],
    },
    verdict: {
      status: series.length === 0 ? 'no-data' : alert ? 'alert' : 'ok',
      unpriced: false,
      incomplete: false,
    },
  };
}

function sentences(
  series: readonly KeptSnapshot[],
  found: readonly Found[],
  tolerance: number,
): string[] {
  if (series.length === 0) {
    return ['No data: no summary is kept. "outlay summary --period 7d --keep" keeps one a day.'];
  }
  const compared = found.filter(({ trend: { status } }) => status === 'ok');
  if (compared.length === 0) {
    return [
      `Too little to compare: ${count(series.length, 'summary', 'summaries')}; a trend needs four.`,
    ];
  }
  const worse = compared.filter(({ trend: { regression } }) => regression);
  const limit = percentText(tolerance).replace('+', '');
  if (worse.length === 0) {
    return [
      `No figure got worse by more than ${limit} over ${count(series.length, 'summary', 'summaries')}.`,
    ];
  }
  return worse.map(({ figure, trend: { halves } }) => {
    const { earlier, later, change } = halves!;
    const size = change === undefined ? 'from nothing' : percentText(change);
    return `${figure.name} got worse by more than ${limit}: ${figure.text(earlier)} to ${figure.text(later)} (${size}).`;
  });
}

function spanNote({ days }: KeptSnapshot): string {
  return days === null
    ? 'These summaries cover all time, so they move slowly; keep them with --period 7d to see weeks.'
    : `Each summary covers ${count(days, 'day')}. The later half is compared with the earlier one.`;
}

function figureTable(found: readonly Found[]): Table {
  return {
    title: '',
    columns: [
      { key: 'figure', header: 'Figure', unit: 'text' },
      { key: 'summaries', header: 'Summaries', unit: 'count' },
      { key: 'earlier', header: 'Earlier half', unit: 'text' },
      { key: 'later', header: 'Later half', unit: 'text' },
      { key: 'change', header: 'Change', unit: 'percent' },
      { key: 'state', header: 'State', unit: 'text' },
    ],
    rows: found.map(({ figure, values, trend: { status, halves, regression } }) => [
      figure.name,
      values.length,
      halves === undefined ? null : figure.text(halves.earlier),
      halves === undefined ? null : figure.text(halves.later),
      halves?.change ?? null,
      regression ? 'REGRESSION' : status === 'ok' ? 'ok' : 'too little to compare',
    ]),
  };
}

function seriesTable(series: readonly KeptSnapshot[]): Table {
  return {
    title: 'Summaries',
    columns: [
      { key: 'day', header: 'Day', unit: 'text' },
      { key: 'usd', header: 'Cost', unit: 'usd' },
      { key: 'sessions', header: 'Sessions', unit: 'count' },
      { key: 'per_session_usd', header: 'A session', unit: 'usd' },
      { key: 'cache_share', header: 'From cache', unit: 'percent' },
      { key: 'failure_rate', header: 'Failures', unit: 'percent' },
    ],
    rows: series.map((each) => [
      each.day,
      usdToNano(each.total_cost_usd),
      each.sessionCount,
      each.perSessionUsd === null ? null : usdToNano(each.perSessionUsd),
      each.cacheShare,
      each.failureRate,
    ]),
  };
}
