import {
  Chart,
  type ChartDataset,
  Decimation,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';
import { cut } from '../../src/model/cut.ts';
import type { Figures } from '../lib/figures.ts';
import type { Theme } from '../lib/theme.ts';
import { spansDays, timeTicks } from '../lib/timeAxis.ts';
import { type Series, valueAt } from './series.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip, Filler, Decimation);

/** Lines that are told apart by their label at the end; more of them get a legend. */
const mostDirectLabels = 4;
const dashes = [
  [6, 3],
  [2, 3],
  [10, 3, 2, 3],
  [4, 2],
  [1, 2],
  [12, 4],
];

/** What a chart is drawn from. */
export interface ChartInput {
  readonly series: readonly Series[];
  readonly figures: Figures;
  readonly theme: Theme;
  readonly zone: string;
}

type Line = ChartDataset<'line', { x: number; y: number }[]>;

/** How a line is told from the others: by hue and by dash, and by its label. */
export function lineStyle(
  series: Series,
  index: number,
  theme: Theme,
): { readonly colour: string; readonly dash: number[]; readonly width: number } {
  switch (series.kind) {
    case 'total':
      return { colour: theme.muted, dash: [], width: theme.highContrast ? 2 : 1 };
    case 'main':
      return { colour: theme.foreground, dash: [], width: 2 };
    case 'agents':
      return {
        colour: theme.token('charts-yellow'),
        dash: dashes[index % dashes.length]!,
        width: 2,
      };
    case 'background':
      return { colour: theme.muted, dash: [1, 3], width: 2 };
  }
}

/** The cumulative cost of a session, a line for each thread. */
export class CostChart {
  readonly canvas: HTMLCanvasElement;
  #chart: Chart<'line', { x: number; y: number }[]> | undefined;
  #input: ChartInput;

  constructor(canvas: HTMLCanvasElement, input: ChartInput) {
    this.canvas = canvas;
    this.#input = input;
    this.draw(input);
  }

  /** Draws other data, or the same in other colours. */
  draw(input: ChartInput): void {
    this.#input = input;
    const chart = this.#chart;
    if (chart === undefined) {
      this.#chart = this.#make();
      return;
    }
    chart.data.datasets = this.#lines();
    chart.options = this.#options() as typeof chart.options;
    chart.update('none');
  }

  #make(): Chart<'line', { x: number; y: number }[]> {
    return new Chart(this.canvas, {
      type: 'line',
      data: { datasets: this.#lines() },
      options: this.#options(),
      plugins: [this.#labels, crosshair],
    });
  }

  #lines(): Line[] {
    const { series, theme, figures } = this.#input;
    let agents = 0;
    return series.map((one): Line => {
      const index = one.kind === 'agents' ? agents++ : 0;
      const { colour, dash, width } = lineStyle(one, index, theme);
      const filled = one.kind === 'total' && !theme.highContrast;
      return {
        label: one.name,
        data: one.points.map(({ x, y }) => ({ x, y: figures.units(y) })),
        stepped: 'before',
        // A point at the very edge is shown whole.
        clip: 6,
        borderColor: colour,
        borderDash: dash,
        borderWidth: width,
        pointRadius: one.points.length === 1 ? 3 : 0,
        pointBackgroundColor: colour,
        pointHoverRadius: 3,
        fill: filled ? 'origin' : false,
        backgroundColor: faint(theme.foreground),
      };
    });
  }

  #options(): NonNullable<ConstructorParameters<typeof Chart<'line'>>[1]['options']> {
    const { theme, figures, zone, series } = this.#input;
    const font = { family: theme.font, size: theme.fontSize - 1 };
    const xs = series.flatMap(({ points }) => [points[0]?.x, points.at(-1)?.x]);
    const known = xs.filter((x): x is number => x !== undefined);
    const [min, max] = [Math.min(...known), Math.max(...known)];
    const lone = min === max ? 60_000 : 0;
    const days = spansDays(min, max);
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      parsing: false,
      normalized: true,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { top: 8, right: this.#labelRoom() } },
      scales: {
        x: {
          type: 'linear',
          min: min - lone,
          max: max + lone,
          afterBuildTicks: (axis) => {
            const most = Math.max(2, Math.floor(axis.width / 110));
            axis.ticks = timeTicks(axis.min, axis.max, most, zone).map((value) => ({ value }));
          },
          border: { color: theme.grid },
          grid: { display: false },
          ticks: {
            color: theme.muted,
            font,
            maxRotation: 0,
            callback: (value) =>
              days ? figures.dayTime(Number(value)) : figures.shortTime(Number(value)),
          },
        },
        y: {
          beginAtZero: true,
          border: { display: false, dash: theme.highContrast ? [2, 4] : [] },
          grid: { color: theme.grid, lineWidth: theme.highContrast ? 1 : 0.5 },
          ticks: {
            color: theme.muted,
            font,
            maxTicksLimit: 6,
            callback: (value) => figures.shown(Number(value)),
          },
        },
      },
      plugins: {
        decimation: { enabled: true, algorithm: 'min-max' },
        tooltip: {
          backgroundColor: theme.token('editorHoverWidget-background') || theme.background,
          borderColor: theme.token('editorHoverWidget-border') || theme.border,
          borderWidth: 1,
          cornerRadius: 2,
          titleColor: theme.foreground,
          bodyColor: theme.foreground,
          titleFont: { ...font, weight: 'bold' },
          bodyFont: font,
          displayColors: false,
          filter: ({ datasetIndex }, _index, items) => datasetIndex === items[0]?.datasetIndex,
          callbacks: {
            title: ([item]) => figures.dateTime(Number(item?.parsed.x ?? 0)),
            // Every line at that moment, whichever has a point there: total first, then the dearest.
            label: (item) => this.#valuesAt(Number(item.parsed.x)),
          },
        },
      },
    };
  }

  #valuesAt(x: number): string[] {
    const { series, figures } = this.#input;
    return series
      .map((one) => ({ one, value: valueAt(one, x) }))
      .sort(
        (a, b) =>
          Number(b.one.kind === 'total') - Number(a.one.kind === 'total') || b.value - a.value,
      )
      .map(({ one, value }) => `${one.name}: ${figures.money(value)}`);
  }

  #labelTexts(): string[] {
    const { series, figures } = this.#input;
    if (series.length > mostDirectLabels) return [];
    return series.map(
      ({ name, points }) => `${short(name)} ${figures.money(points.at(-1)?.y ?? 0)}`,
    );
  }

  #labelRoom(): number {
    const context = this.canvas.getContext('2d');
    if (context === null) return 8;
    const { theme } = this.#input;
    context.font = `${theme.fontSize - 1}px ${theme.font}`;
    return (
      8 + Math.max(0, ...this.#labelTexts().map((text) => context.measureText(text).width + 6))
    );
  }

  /** Writes each line's name and figure at its end, moved apart where they would touch. */
  readonly #labels: Plugin<'line'> = {
    id: 'directLabels',
    afterDatasetsDraw: (chart) => {
      const { theme, series } = this.#input;
      const texts = this.#labelTexts();
      const { ctx, chartArea } = chart;
      const height = theme.fontSize + 3;
      const places = texts.map((text, index) => {
        const last = series[index]?.points.at(-1)?.y ?? 0;
        const y = chart.scales.y?.getPixelForValue(this.#input.figures.units(last)) ?? 0;
        return { text, y, colour: lineStyle(series[index]!, 0, theme).colour };
      });
      places.sort((a, b) => a.y - b.y);
      for (let i = 1; i < places.length; i++) {
        places[i]!.y = Math.max(places[i]!.y, places[i - 1]!.y + height);
      }
      const over = (places.at(-1)?.y ?? 0) - chartArea.bottom;
      if (over > 0) for (const place of places) place.y -= over;
      ctx.save();
      ctx.font = `${theme.fontSize - 1}px ${theme.font}`;
      ctx.textBaseline = 'middle';
      for (const { text, y, colour } of places) {
        ctx.fillStyle = colour;
        ctx.fillText(text, chartArea.right + 6, y);
      }
      ctx.restore();
    },
  };

  dispose(): void {
    this.#chart?.destroy();
  }
}

/** A vertical line where the pointer is. */
const crosshair: Plugin<'line'> = {
  id: 'crosshair',
  afterDatasetsDraw: ({ ctx, chartArea, tooltip, options }) => {
    const x = tooltip?.getActiveElements()[0]?.element.x;
    if (x === undefined) return;
    const colour = options.scales?.x?.ticks?.color;
    ctx.save();
    ctx.strokeStyle = typeof colour === 'string' ? colour : 'gray';
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  },
};

function short(name: string): string {
  return name.length > 18 ? `${cut(name, 17)}…` : name;
}

/** A colour so thin that what lies on it stays readable. */
function faint(colour: string): string {
  return `color-mix(in srgb, ${colour} 8%, transparent)`;
}

/** Whether the lines need a legend because there are too many for labels at their ends. */
export function needsLegend(series: readonly Series[]): boolean {
  return series.length > mostDirectLabels;
}
