import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartDataset,
  type ChartOptions,
  LinearScale,
  Tooltip,
} from 'chart.js';
import { largestOf } from '../../../src/model/lists.ts';
import type { Figures } from '../figures.ts';
import type { Theme } from '../theme.ts';
import {
  amountAxis,
  barLook,
  crosshair,
  nameAxis,
  stillOptions,
  type Threshold,
  thresholdLines,
  thresholdRoom,
  tooltipLook,
} from './chartBase.ts';
import { type ChartInput, ChartSection } from './chartSection.ts';
import { LiveChart } from './liveChart.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** Bars of one look, or one part of stacked ones. */
export interface BarSeries {
  readonly label?: string;
  /** Nano-dollars, one for each bar; or how many of something, where `Bars.counts` is set. */
  readonly nanos: readonly number[];
  readonly fill: NonNullable<ChartDataset<'bar'>['backgroundColor']>;
  readonly edge: string | readonly string[];
}

/** What a bar chart shows. */
export interface Bars {
  readonly theme: Theme;
  readonly figures: Figures;
  /** Below the bars. */
  readonly names: readonly string[];
  readonly ticks: object;
  readonly series: readonly BarSeries[];
  readonly stacked?: boolean;
  /** The bars count something; they are no money. */
  readonly counts?: boolean;
  /** Ticks of the axis of amounts at most. */
  readonly mostTicks?: number;
  /** Lines across the chart; there is room above the highest. */
  readonly thresholds?: readonly Threshold[];
  readonly tooltip: NonNullable<NonNullable<ChartOptions<'bar'>['plugins']>['tooltip']>;
}

/** Amounts of money as upright bars, in a section with what belongs to every chart. */
export class BarChart {
  readonly #section: ChartSection;
  readonly #chart: LiveChart<'bar', number[], string>;
  readonly #room: ReturnType<typeof thresholdRoom>;
  #bars: Bars | undefined;

  /** `name`: of its section. Bars that follow one another in time have a crosshair. */
  constructor(name: string, { hasCrosshair }: { readonly hasCrosshair: boolean }) {
    const theme = (): Theme => this.#bars!.theme;
    const thresholds = (): readonly Threshold[] => this.#bars!.thresholds ?? [];
    this.#section = new ChartSection(name);
    this.#room = thresholdRoom(theme, thresholds);
    this.#chart = new LiveChart<'bar', number[], string>('bar', [
      thresholdLines(theme, thresholds),
      ...(hasCrosshair ? [crosshair(theme)] : []),
    ]);
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  /** Undefined before the first painting. */
  get chart(): Chart<'bar', number[], string> | undefined {
    return this.#chart.chart;
  }

  draw(section: Omit<ChartInput, 'paint'>, bars: Bars, onPaint?: ChartInput['paint']): void {
    this.#bars = bars;
    this.#section.draw({
      ...section,
      paint: (canvas) => {
        onPaint?.(canvas);
        this.#paint(canvas, bars);
      },
    });
  }

  #paint(canvas: HTMLCanvasElement, bars: Bars): void {
    const { names, series, figures, theme, counts = false, stacked = false } = bars;
    const datasets = series.map(
      ({ label, nanos, fill, edge }): ChartDataset<'bar', number[]> => ({
        ...(label !== undefined && { label }),
        data: counts ? [...nanos] : nanos.map((nano) => figures.units(nano)),
        backgroundColor: fill,
        // Neighbouring hues can be as little apart as 1.2:1: a line of the ground is between them.
        ...(stacked && !theme.highContrast
          ? { ...barLook(theme), borderColor: theme.background, borderWidth: { top: 1 } }
          : { ...barLook(theme), borderColor: edge as string | string[] }),
      }),
    );
    this.#chart.paint(canvas, { labels: [...names], datasets }, this.#options(bars));
  }

  #options({
    theme,
    figures,
    ticks,
    stacked = false,
    thresholds,
    tooltip,
    counts = false,
    mostTicks = 6,
  }: Bars): ChartOptions<'bar'> {
    const highest = largestOf(
      (thresholds ?? []).map(({ value }) => value),
      0,
    );
    return {
      ...stillOptions,
      ...(thresholds !== undefined && { layout: { padding: this.#room } }),
      scales: {
        x: { ...nameAxis(theme, ticks), ...(stacked && { stacked }) },
        y: {
          ...amountAxis(
            theme,
            (value) => (counts ? countText(value, figures) : figures.axisMoney(value)),
            mostTicks,
          ),
          ...(stacked && { stacked }),
          // Room for the highest line and its name.
          ...(thresholds !== undefined && { suggestedMax: highest * 1.1 }),
        },
      },
      plugins: { tooltip: { ...tooltipLook(theme), ...tooltip } },
    };
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

/** Nothing stands at a tick between two whole numbers. */
function countText(value: number, figures: Figures): string {
  return Number.isInteger(value) ? figures.count(value) : '';
}
