import {
  BarController,
  BarElement,
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
import { amountAxis, chartFont, stillOptions, tooltipLook } from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { levelNames, nameRoom } from '../shared/charts/levelNames.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { mixed } from '../shared/charts/palette.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import { aheadLine, namesOf, nowMark, risingMark, usualBand, usualDashes } from './marks.ts';
import type { BurnShown, BurnTools } from './shown.ts';

Chart.register(
  BarController,
  BarElement,
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  Tooltip,
);

type Kind = 'bar' | 'line';
interface Point {
  readonly x: number;
  readonly y: number;
}

/** Room of a tick of the axis of time, in pixels. */
const tickRoom = 72;
/** Beside the plot, where it has no names. */
const leastRoom = 4;

/** The running total of the period over what is usual, and its hours or days below. */
export class PaceChart {
  readonly #tools: BurnTools;
  readonly #section = new ChartSection('pace');
  readonly #hint = document.createElement('p');
  readonly #chart: LiveChart<Kind, Point[]>;
  #shown: BurnShown | undefined;

  constructor(tools: BurnTools) {
    this.#tools = tools;
    this.#hint.className = 'quiet small';
    const shown = (): BurnShown => this.#shown!;
    this.#chart = new LiveChart<Kind, Point[]>('bar', [
      usualBand(shown),
      nowMark(shown),
      aheadLine(shown),
      usualDashes(shown),
      levelNames(
        () => shown().theme,
        () => namesOf(shown()),
      ),
      risingMark(shown),
    ]);
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: BurnShown): void {
    this.#shown = shown;
    const { data } = shown;
    this.#hint.textContent = data.chartHint;
    this.#section.draw({
      title: data.chartTitle,
      sentence: data.chartSentence,
      sheet: sheetOf(shown),
      ...chartWays('pace', shown, this.#tools),
      choices: [this.#hint],
      paint: (canvas) => this.#chart.paint(canvas, dataOf(shown), optionsOf(shown)),
    });
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function dataOf({ data: { chart }, figures, theme, words }: BurnShown): ChartData<Kind, Point[]> {
  const line = {
    type: 'line' as const,
    yAxisID: 'total',
    pointRadius: 0,
    pointHitRadius: 0,
    tension: 0,
    parsing: false as const,
  };
  const usual = (chart.usual?.median ?? []).map((nano, x) => ({ x, y: figures.units(nano) }));
  const running = [
    ...chart.running.map((nano, x) => ({ x, y: figures.units(nano) })),
    { x: chart.now, y: figures.units(chart.total) },
  ];
  return {
    datasets: [
      {
        type: 'bar',
        yAxisID: 'y',
        label: words.cost,
        data: chart.steps.map(({ nano }, step) => ({ x: step + 0.5, y: figures.units(nano) })),
        parsing: false,
        backgroundColor: theme.foreground,
        maxBarThickness: 20,
        barPercentage: 0.75,
        categoryPercentage: 1,
      },
      {
        ...line,
        label: words.usual,
        data: usual,
        borderColor: mixed(theme.foreground, 56, theme),
        borderWidth: 1.5,
      },
      {
        ...line,
        label: words.running,
        data: running,
        borderColor: theme.foreground,
        borderWidth: 2,
        borderJoinStyle: 'round',
        pointRadius: running.map((_, at) => (at === running.length - 1 ? 3.5 : 0)),
        pointBackgroundColor: theme.foreground,
      },
    ],
  };
}

function optionsOf(shown: BurnShown): ChartOptions<Kind> {
  const { data, figures, theme, words } = shown;
  const { chart } = data;
  const count = chart.steps.length;
  const write = (units: number): string => figures.axisMoney(units);
  const highest = largestOf([
    chart.total,
    chart.limit ?? 0,
    chart.ahead?.high ?? 0,
    ...(chart.usual?.high ?? []),
  ]);
  const highestStep =
    figures.units(largestOf(chart.steps.map(({ nano, usual }) => Math.max(nano, usual ?? 0)))) || 1;
  const grid = { color: theme.grid, lineWidth: theme.highContrast ? 1 : 0.5, drawTicks: false };
  return {
    ...stillOptions,
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    layout: {
      padding: ({ chart: { ctx } }) => ({
        right: Math.max(leastRoom, nameRoom(ctx, theme, namesOf(shown))),
        top: 8,
      }),
    },
    scales: {
      x: {
        type: 'linear',
        min: 0,
        max: count,
        offset: false,
        border: { color: theme.grid },
        grid: { display: false },
        afterBuildTicks: (axis) => {
          axis.ticks = ticksOf(shown, axis.width).map((value) => ({ value }));
        },
        ticks: {
          autoSkip: false,
          maxRotation: 0,
          align: 'inner',
          color: ({ tick }) => (tick?.value === chart.now ? theme.foreground : theme.muted),
          font: ({ tick }) => ({
            ...chartFont(theme),
            weight: tick?.value === chart.now ? 600 : 400,
          }),
          callback: (value) =>
            Number(value) === chart.now
              ? words.now
              : (chart.steps[Math.min(Number(value), count - 1)]?.label ?? ''),
        },
      },
      y: {
        ...amountAxis(theme, write, 3),
        grid,
        stack: 'plots',
        stackWeight: 1,
        weight: 1,
        max: highestStep * 1.25,
        afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
          const top = roundDown(highestStep);
          axis.ticks = [0, top / 2, top].map((value) => ({ value }));
        },
      },
      total: {
        ...withoutBounds(amountAxis(theme, write, 5)),
        grid,
        stack: 'plots',
        stackWeight: 2,
        weight: 2,
        max: figures.units(highest) * 1.04,
      },
    },
    plugins: {
      tooltip: {
        ...tooltipLook(theme),
        filter: ({ dataset }) => dataset.type === 'bar',
        callbacks: {
          title: ([item]) => chart.steps[item?.dataIndex ?? 0]?.range ?? '',
          label: ({ dataIndex }) => {
            const step = chart.steps[dataIndex];
            if (step === undefined) return '';
            const cost = `${words.cost}: ${figures.money(step.nano)}`;
            return step.usual === null
              ? cost
              : [cost, `${words.usual}: ${figures.money(step.usual)}`];
          },
        },
      },
    },
  };
}

/** Only round amounts are written beside an axis. */
function withoutBounds(axis: object): object {
  const { ticks } = axis as { readonly ticks: object };
  return { ...axis, ticks: { ...ticks, includeBounds: false } };
}

/** The largest of 1, 2, 4, 6 and 8, times a power of ten, that an amount reaches: its half is round too. */
function roundDown(amount: number): number {
  const power = 10 ** Math.floor(Math.log10(amount));
  return [8, 6, 4, 2, 1].map((digit) => digit * power).find((each) => each <= amount) ?? power;
}

/** Steps that are named: some at even distances, and now. */
function ticksOf({ data: { chart } }: BurnShown, width: number): number[] {
  const count = chart.steps.length;
  const most = Math.max(2, Math.min(8, Math.floor(width / tickRoom)));
  const even = [1, 2, 3, 4, 6, 7, 8, 12].find((each) => count / each <= most) ?? count;
  const room = (count * tickRoom) / Math.max(1, width);
  const ticks = Array.from({ length: Math.floor(count / even) }, (_, n) => n * even).filter(
    (at) => Math.abs(at - chart.now) > room * 0.75,
  );
  return [...ticks, chart.now].sort((a, b) => a - b);
}

function sheetOf({ data: { chart }, words, figures }: BurnShown): Sheet {
  const isUsual = chart.usual !== null;
  return {
    columns: [
      { key: 'step', label: words.step, numeric: false },
      { key: 'cost', label: words.cost, numeric: true },
      ...(isUsual ? [{ key: 'usual', label: words.usual, numeric: true }] : []),
    ],
    rows: chart.steps.slice(0, Math.ceil(chart.now)).map(({ range, nano, usual }, step) => ({
      key: String(step),
      cells: [
        { text: range, value: range, rank: step },
        moneyCell(nano, figures),
        ...(isUsual ? [moneyCell(usual ?? 0, figures)] : []),
      ],
    })),
  };
}
