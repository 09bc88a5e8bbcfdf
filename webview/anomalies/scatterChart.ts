import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  LinearScale,
  LogarithmicScale,
  type Point,
  PointElement,
  ScatterController,
  Tooltip,
} from 'chart.js';
import { largestOf } from '../../src/model/lists.ts';
import { levelBand, pointLabels } from '../shared/charts/annotations.ts';
import {
  moneyAxis,
  stillOptions,
  type Threshold,
  thresholdLines,
  thresholdRoom,
  timeAxis,
  tooltipLook,
} from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { mixed } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import type { Theme } from '../shared/theme.ts';
import { type AnomaliesShown, type AnomaliesTools, openOutlier } from './shown.ts';

Chart.register(ScatterController, PointElement, LinearScale, LogarithmicScale, Tooltip);

/** Outliers that are named in the chart; the table names the others. */
const named = 5;

/** Which dataset holds the outliers of the table. */
const listed = 0;

/** What happens just now stands at the edge, and is not cut there. */
const edge = 8;

/** What was compared, on a time axis: the usual as a band, what stands out above it. */
export class ScatterChart {
  readonly #tools: AnomaliesTools;
  readonly #section = new ChartSection('outliers-chart');
  readonly #theme = (): Theme => this.#shown!.theme;
  readonly #lines = (): Threshold[] => linesOf(this.#shown!);
  readonly #room = thresholdRoom(this.#theme, this.#lines);
  readonly #chart = new LiveChart<'scatter', Point[]>('scatter', [
    levelBand(this.#theme, () => bandOf(this.#shown!)),
    thresholdLines(this.#theme, this.#lines),
    pointLabels(this.#theme, listed, () =>
      this.#shown!.data.rows.slice(0, named).map(({ name }) => name),
    ),
  ]);
  #shown: AnomaliesShown | undefined;
  #log = false;

  constructor(tools: AnomaliesTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: AnomaliesShown): void {
    this.#shown = shown;
    const { data } = shown;
    this.#section.draw({
      title: data.chartTitle,
      sentence: [data.answer, data.chartSentence].join(' '),
      sheet: sheetOf(shown),
      ...chartWays('outliers', shown, this.#tools),
      paint: (canvas) => this.#paint(canvas, shown),
    });
  }

  #paint(canvas: HTMLCanvasElement, shown: AnomaliesShown): void {
    // A scale of another kind needs another chart.
    if (this.#log !== shown.question.log) this.dispose();
    this.#log = shown.question.log;
    this.#chart.paint(canvas, { datasets: datasetsOf(shown) }, this.#options());
  }

  #options(): ChartOptions<'scatter'> {
    const { theme, figures, data, format, question } = this.#shown!;
    const highest = largestOf(
      this.#lines().map(({ value }) => value),
      0,
    );
    return {
      ...stillOptions,
      interaction: { mode: 'nearest', intersect: true },
      layout: { padding: this.#room },
      onClick: (_, [element]) => this.#open(element),
      onHover: (event, [element]) => {
        const target = event.native?.target as HTMLElement | null | undefined;
        if (target?.style) target.style.cursor = element?.datasetIndex === listed ? 'pointer' : '';
      },
      scales: {
        x: timeAxis(theme, figures, { min: data.from, max: data.to, zone: format.zone }),
        y: {
          ...moneyAxis(theme, figures),
          ...(question.log
            ? { type: 'logarithmic', beginAtZero: false }
            : { suggestedMax: highest * 1.1 }),
        },
      },
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          callbacks: {
            title: ([item]) => {
              const row = item?.datasetIndex === listed ? data.rows[item.dataIndex] : undefined;
              return row?.name ?? figures.dateTime(item?.parsed.x ?? 0);
            },
            label: ({ parsed, datasetIndex, dataIndex }) => {
              const row = datasetIndex === listed ? data.rows[dataIndex] : undefined;
              const cost = figures.shown(parsed.y ?? 0);
              return row === undefined ? cost : [cost, row.factor, row.reason].filter(Boolean);
            },
          },
        },
      },
    };
  }

  /** A click on what stands out opens what is behind it. */
  #open(element: { readonly datasetIndex: number; readonly index: number } | undefined): void {
    if (element?.datasetIndex !== listed) return;
    openOutlier(this.#shown!, element.index, this.#tools);
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

/**
 * The usual, what stands out without a name, and what is listed: distinguished by shape and size
 * too.
 */
function datasetsOf({
  data,
  figures,
  theme,
  question,
}: AnomaliesShown): ChartDataset<'scatter', Point[]>[] {
  const shown = ([, nano]: readonly [number, number]): boolean => !question.log || nano > 0;
  const point = ([x, nano]: readonly [number, number]): Point => ({ x, y: figures.units(nano) });
  const mark = theme.token('outlay-levelWarning');
  const usual = mixed(theme.foreground, theme.highContrast ? 100 : 56, theme);
  const apart = {
    backgroundColor: mark,
    borderColor: mark,
    pointStyle: 'triangle' as const,
    clip: edge,
  };
  // The first is drawn last: what is named lies on top.
  return [
    {
      ...apart,
      data: data.rows.map(({ at, nano }) => point([at, nano])),
      pointRadius: 6,
      pointHoverRadius: 8,
    },
    { ...apart, data: data.more.filter(shown).map(point), pointRadius: 3 },
    {
      data: data.points.filter(shown).map(point),
      backgroundColor: theme.highContrast ? theme.background : usual,
      borderColor: usual,
      pointRadius: data.points.length > 300 ? 2 : 3.5,
      pointHoverRadius: 4,
      clip: edge,
    },
  ];
}

function linesOf({ data, figures, theme, words }: AnomaliesShown): Threshold[] {
  const { median, low, high } = data;
  const line = (nano: number, text: string, colour: string, dash: number[]): Threshold => ({
    value: figures.units(nano),
    label: fill(text, figures.money(Math.round(nano))),
    colour,
    dash,
  });
  const edge = theme.muted;
  return [
    ...(median === null ? [] : [line(median, words.median, theme.foreground, [])]),
    ...(high === null ? [] : [line(high, words.threshold, edge, [4, 4])]),
    ...(low === null || low <= 0 ? [] : [line(low, words.lowest, edge, [4, 4])]),
  ];
}

function bandOf({ data, figures }: AnomaliesShown): { low: number; high: number } | undefined {
  const { low, high } = data;
  if (low === null || high === null) return undefined;
  return { low: figures.units(Math.max(0, low)), high: figures.units(high) };
}

function sheetOf({ data, words, figures }: AnomaliesShown): Sheet {
  const all = [
    ...data.points.map(([at, nano]) => ({ at, nano, kind: words.usual })),
    ...data.more.map(([at, nano]) => ({ at, nano, kind: words.outlier })),
    ...data.rows.map(({ at, nano, name }) => ({ at, nano, kind: `${words.outlier}: ${name}` })),
  ].sort((a, b) => a.at - b.at);
  return {
    columns: [
      { key: 'time', label: words.time, numeric: false },
      { key: 'cost', label: words.cost, numeric: true },
      { key: 'kind', label: words.kind, numeric: false },
    ],
    rows: all.map(({ at, nano, kind }, index) => ({
      key: String(index),
      cells: [
        { text: figures.dateTime(at), value: new Date(at).toISOString() },
        moneyCell(nano, figures),
        { text: kind, value: kind },
      ],
    })),
  };
}
