import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartData,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { largestOf } from '../../src/model/lists.ts';
import type { DashboardData } from '../../src/protocol/dashboard.ts';
import {
  amountAxis,
  barLook,
  byAmount,
  chartFont,
  crosshair,
  stillOptions,
  tooltipLook,
} from '../shared/charts/chartBase.ts';
import { fillOf } from '../shared/charts/fillOf.ts';
import { type LevelName, levelNames, nameRoom } from '../shared/charts/levelNames.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { restStyle } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { cutBars, expectedBars, forecastFan, nowMark } from './mainChartMarks.ts';
import { cutOf, type MainChartInput, presentIndex } from './mainChartShape.ts';
import type { DashboardShown } from './shown.ts';

Chart.register(
  BarController,
  BarElement,
  LineController,
  LineElement,
  PointElement,
  CategoryScale,
  LinearScale,
  Tooltip,
);

type Kind = 'bar' | 'line';
type Values = (number | null)[];

/** Above the bars there is room of so much of their height before the running total begins. */
const headroom = 1.24;
/** Room of a tick of the axis of time, in pixels. */
const tickRoom = 72;

/** The running total above the bars, over one axis of time. */
export class MainChart {
  #input: MainChartInput | undefined;
  readonly #chart: LiveChart<Kind, Values, string>;

  constructor() {
    const input = (): MainChartInput => this.#input!;
    const theme = () => input().shown.theme;
    this.#chart = new LiveChart<Kind, Values, string>('bar', [
      nowMark(input),
      forecastFan(input),
      expectedBars(input),
      cutBars(input),
      levelNames(theme, () => namesOf(input())),
      crosshair(theme),
    ]);
  }

  get chart(): Chart<Kind, Values, string> | undefined {
    return this.#chart.chart;
  }

  paint(canvas: HTMLCanvasElement, input: MainChartInput): void {
    this.#input = input;
    this.#chart.paint(canvas, dataOf(input), optionsOf(input));
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function dataOf({ shown, stack }: MainChartInput): ChartData<Kind, Values, string> {
  const { data, figures, theme } = shown;
  const cut = cutOf(data);
  const scale = (index: number): number =>
    cut !== undefined && index === cut.index ? cut.at / cut.amount : 1;
  const bars = stack.map(({ label, parts, style }) => ({
    type: 'bar' as const,
    label,
    data: parts.map((nano, index) => figures.units(nano * scale(index))),
    backgroundColor: fillOf(style, theme),
    // Neighbouring hues can be as little apart as 1.2:1: a line of the ground is between them.
    ...(theme.highContrast
      ? { ...barLook(theme), borderColor: style.colour }
      : { ...barLook(theme), borderColor: theme.background, borderWidth: { top: 1 } }),
    maxBarThickness: 24,
    yAxisID: 'y',
    stack: 'spend',
    order: 2,
  }));
  return { labels: data.buckets.map(({ label }) => label), datasets: [...bars, ...lines(shown)] };
}

function lines({
  data,
  figures,
  theme,
  words,
}: DashboardShown): ChartData<Kind, Values>['datasets'] {
  const { running } = data;
  if (running === null) return [];
  const present = presentIndex(data);
  let sum = 0;
  const total = data.buckets.map((bucket, index) => {
    sum += bucket.total;
    return index > present ? null : figures.units(sum);
  });
  const shared = {
    type: 'line' as const,
    yAxisID: 'total',
    pointRadius: 0,
    pointHitRadius: 0,
    tension: 0,
    order: 1,
  };
  const before = {
    ...shared,
    label: running.beforeLabel,
    data: data.buckets.map((_, index) => {
      const nano = running.before[index];
      return nano === undefined ? null : figures.units(nano);
    }),
    borderColor: restStyle(theme).colour,
    borderWidth: 1.5,
    borderDash: [1, 3],
    borderCapStyle: 'round' as const,
  };
  const now = {
    ...shared,
    label: words.total,
    data: total,
    borderColor: theme.foreground,
    borderWidth: 2,
    pointRadius: total.map((_, index) => (index === present ? 3.5 : 0)),
    pointBackgroundColor: theme.foreground,
  };
  return running.before.length === 0 ? [now] : [before, now];
}

function optionsOf(input: MainChartInput): ChartOptions<Kind> {
  const { data, figures, theme, words } = input.shown;
  const cut = cutOf(data);
  const write = (units: number): string => figures.axisMoney(units);
  const highest = figures.units(
    cut?.at ??
      largestOf([
        ...data.buckets.map(({ total, expected }) => Math.max(total, expected)),
        data.barLimit ?? 0,
      ]),
  );
  const hasLine = data.running !== null;
  return {
    ...stillOptions,
    layout: {
      padding: ({ chart }) => ({ right: nameRoom(chart.ctx, theme, namesOf(input)), top: 8 }),
    },
    scales: {
      x: {
        stacked: true,
        border: { color: theme.grid },
        grid: { display: false },
        afterBuildTicks: (axis) => {
          axis.ticks = timeTicks(data, axis.width).map((value) => ({ value }));
        },
        ticks: {
          autoSkip: false,
          maxRotation: 0,
          color: ({ tick }) => (isPresent(tick, data) ? theme.foreground : theme.muted),
          font: ({ tick }) => ({ ...chartFont(theme), weight: isPresent(tick, data) ? 600 : 400 }),
          callback: (value) => tickText(Number(value), data, words),
        },
      },
      y: {
        ...amountAxis(theme, write, 4),
        stacked: true,
        stack: 'plots',
        stackWeight: 1,
        weight: 1,
        max: highest * (hasLine ? headroom : 1.1),
        afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
          axis.ticks = axis.ticks.filter(({ value }) => value <= highest * 1.02);
        },
      },
      ...(hasLine && {
        total: {
          ...amountAxis(theme, write, 5),
          stack: 'plots',
          stackWeight: 1,
          weight: 2,
          suggestedMax: figures.units(highestLine(data)),
        },
      }),
    },
    plugins: {
      tooltip: {
        ...tooltipLook(theme),
        filter: ({ dataset, dataIndex, datasetIndex }) =>
          dataset.type === 'bar' && (input.stack[datasetIndex]?.parts[dataIndex] ?? 0) > 0,
        itemSort: byAmount as never,
        callbacks: {
          title: (items) => titleAt(items[0]?.dataIndex, input),
          label: ({ dataset, datasetIndex, dataIndex }) =>
            `${dataset.label}: ${figures.money(input.stack[datasetIndex]?.parts[dataIndex] ?? 0)}`,
        },
      },
    },
  };
}

function isPresent(
  tick: { readonly value: number } | undefined,
  { buckets }: DashboardData,
): boolean {
  return buckets[tick?.value ?? -1]?.soFar === true;
}

/** The total stands first, above its parts. */
function titleAt(index: number | undefined, { shown: { data, figures } }: MainChartInput): string {
  const bucket = data.buckets[index ?? -1];
  return bucket === undefined ? '' : `${bucket.label}: ${figures.money(bucket.total)}`;
}

function highestLine({ running, total }: DashboardData): number {
  return largestOf([
    total,
    running?.limit ?? 0,
    running?.ahead?.high ?? 0,
    ...(running?.before ?? []),
  ]);
}

/** Bars that are named: some at even distances, the present one and the last. */
function timeTicks({ buckets }: DashboardData, width: number): number[] {
  const last = buckets.length - 1;
  const most = Math.max(2, Math.min(8, Math.floor(width / tickRoom)));
  const step = Math.max(1, Math.ceil(buckets.length / most));
  const now = buckets.findIndex(({ soFar }) => soFar);
  const even = Array.from({ length: Math.ceil(buckets.length / step) }, (_, n) => n * step);
  const far = (index: number, other: number): boolean =>
    other < 0 || Math.abs(index - other) >= step / 2;
  const kept = even.filter((index) => far(index, now) && far(index, last));
  const ends = now >= 0 && !far(last, now) ? [] : [last];
  return [...new Set([...kept, ...(now >= 0 ? [now] : []), ...ends])].sort((a, b) => a - b);
}

function tickText(
  index: number,
  { buckets }: DashboardData,
  words: DashboardShown['words'],
): string {
  const bucket = buckets[index];
  if (bucket === undefined) return '';
  return bucket.soFar && bucket.first !== '' && bucket.first === bucket.last
    ? words.today
    : bucket.label;
}

/** What stands beside the chart: limits, where it leads, and the stretch before. */
function namesOf({ shown }: MainChartInput): LevelName[] {
  const { data, figures, words } = shown;
  const { running, barLimit } = data;
  const names: LevelName[] = [];
  if (running !== null) {
    const { limit, ahead, before, beforeLabel } = running;
    const add = (value: number, label: string, look: LevelName['look']): void => {
      names.push({ axis: 'total', value: figures.units(value), label, look });
    };
    if (limit !== null) add(limit, words.budgetLine, 'strong');
    if (ahead !== null) add(ahead.likely, words.onTrack, 'plain');
    const end = before.at(Math.min(before.length, data.buckets.length) - 1);
    if (end !== undefined) add(end, beforeLabel, 'quiet');
  }
  if (barLimit !== null) {
    const value = figures.units(barLimit);
    names.push({ axis: 'y', value, label: words.dayBudget, look: 'strong' });
  }
  const ahead = data.buckets.at(-1);
  if (ahead !== undefined && !ahead.soFar && ahead.expected > 0) {
    const value = figures.units(ahead.expected / 2);
    names.push({ axis: 'y', value, label: words.expected, look: 'quiet' });
  }
  return names;
}

/** A sentence for a bar that goes beyond the axis; '' without one. */
export function cutText({ data, figures, words }: DashboardShown): string {
  const cut = cutOf(data);
  if (cut === undefined) return '';
  return fill(words.cutAxis, figures.money(cut.at), data.buckets[cut.index]!.label);
}
