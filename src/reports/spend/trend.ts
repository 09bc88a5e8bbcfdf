import { type Trend, trendOf } from '../../analysis/spend/trend.ts';
import { type BenchmarkRun, readBenchmarks } from '../../dataFolder/benchmarkFile.ts';
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
  summary:
    'Whether spend per session, cache share and failures drift over kept summaries, and accuracy over benchmarks.',
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
      text: 'look at the latest so many summaries, and benchmarks',
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
    ['outlay benchmark', 'keep how accurate this version counts'],
    ['outlay trend', 'how those figures went'],
  ],
  needsStore: () => false,
  run: trendReport,
};

interface Figure {
  readonly key: 'perSessionUsd' | 'cacheShare' | 'failureRate' | 'accuracy';
  readonly name: string;
  readonly worse: 'up' | 'down';
  readonly text: (value: number) => string;
}

const percent = (value: number): string => `${(value * 100).toFixed(1)}%`;

const figures: readonly (Figure & { readonly key: keyof KeptSnapshot })[] = [
  {
    key: 'perSessionUsd',
    name: 'Spend per session',
    worse: 'up',
    text: (value) => formatUsd(usdToNano(value)),
  },
  { key: 'cacheShare', name: 'Cache share', worse: 'down', text: percent },
  { key: 'failureRate', name: 'Failure rate', worse: 'up', text: percent },
];

/** Of benchmarks, which have a series of their own. */
const accuracy: Figure = { key: 'accuracy', name: 'Accuracy', worse: 'down', text: percent };

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
  const benchmarks = readBenchmarks(context.dataFolder);
  const runs = benchmarks.runs.slice(-numberOption(question, 'limit')!);
  if (runs.length > 0) {
    const values = runs.map((run) => run.accuracy);
    found.push({
      figure: accuracy,
      values,
      trend: trendOf(values, { worse: accuracy.worse, tolerance }),
    });
  }
  const empty = series.length === 0 && runs.length === 0;
  const worse = found.filter(({ trend: { regression } }) => regression);
  const alert = question.options['alert-on-regression'] === true && worse.length > 0;
  const others = mine.length - mine.filter((each) => seriesOf(each) === seriesOf(latest!)).length;
  return {
    title: 'Trend of kept summaries',
    sentences: [...sentences(series, found, tolerance), ...accuracySentences(runs)],
    tables: empty ? [] : [figureTable(found), seriesTable(series), benchmarkTable(runs)],
    notes: [
      ...(latest === undefined ? [] : [spanNote(latest)]),
      ...(others > 0
        ? [`${count(others, 'summary', 'summaries')} of another length are left out.`]
        : []),
      ...problems,
      ...benchmarks.problems,
      ...warnings(context),
    ],
    json: {
      schemaVersion: 1,
      status: empty ? 'no-data' : alert ? 'alert' : 'ok',
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
      benchmarks: runs,
      alert,
      notes: [...problems, ...benchmarks.problems, ...warnings(context)],
    },
    verdict: {
      status: empty ? 'no-data' : alert ? 'alert' : 'ok',
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
  const compared = found.filter(
    ({ figure, trend: { status } }) => status === 'ok' && figure !== accuracy,
  );
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

/** How accurate the last benchmark was, and whether it was ever worse. */
function accuracySentences(runs: readonly BenchmarkRun[]): string[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  const least = runs.reduce((a, b) => (b.accuracy < a.accuracy ? b : a));
  const worst = least.accuracy < last.accuracy ? `, the least ${percent(least.accuracy)}` : '';
  return [
    `Accuracy of ${count(runs.length, 'benchmark')}: the last ${percent(last.accuracy)} (${last.right} of ${last.figures} figures)${worst}.`,
  ];
}

function benchmarkTable(runs: readonly BenchmarkRun[]): Table {
  return {
    title: 'Benchmarks',
    columns: [
      { key: 'kept_at', header: 'When', unit: 'time' },
      { key: 'version', header: 'Version', unit: 'text' },
      { key: 'accuracy', header: 'Accuracy', unit: 'text', strong: true },
      { key: 'right', header: 'Right', unit: 'count' },
      { key: 'figures', header: 'Figures', unit: 'count' },
      { key: 'catalogue', header: 'Prices of', unit: 'text', leaves: 3 },
    ],
    rows: runs.map((run) => [
      Date.parse(run.keptAt),
      run.version,
      percent(run.accuracy),
      run.right,
      run.figures,
      run.catalogueDate,
    ]),
  };
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
      { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
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
