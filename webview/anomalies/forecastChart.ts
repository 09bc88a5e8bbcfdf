import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  type Point,
  PointElement,
  Tooltip,
} from 'chart.js';
import {
  type AnomalyHorizon,
  anomalyHorizons,
  type ForecastPoint,
} from '../../src/protocol/anomalies.ts';
import { momentLine } from '../shared/charts/annotations.ts';
import {
  crosshair,
  moneyAxis,
  stillOptions,
  timeAxis,
  tooltipLook,
} from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { mixed } from '../shared/charts/palette.ts';
import { Segments } from '../shared/segmentedControl.ts';
import type { Sheet } from '../shared/table/sheet.ts';
import type { Theme } from '../shared/theme.ts';
import type { AnomaliesShown, AnomaliesTools } from './shown.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler, Tooltip);

/** Spend so far as a rising line, and on from now as a dashed one with its band. */
export class ForecastChart {
  readonly #tools: AnomaliesTools;
  readonly #section = new ChartSection('projection');
  readonly #horizons = new Segments<`${AnomalyHorizon}`>();
  readonly #theme = (): Theme => this.#shown!.theme;
  readonly #chart = new LiveChart<'line', Point[]>('line', [
    momentLine(this.#theme, () => ({
      at: this.#shown!.data.at,
      label: this.#shown!.words.today,
    })),
    crosshair(this.#theme),
  ]);
  #shown: AnomaliesShown | undefined;

  constructor(tools: AnomaliesTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: AnomaliesShown): void {
    this.#shown = shown;
    const { data, words, asked } = shown;
    const labels = { 7: words.sevenDays, 30: words.thirtyDays, 90: words.ninetyDays };
    this.#horizons.draw(
      words.horizon,
      anomalyHorizons.map((days) => ({ value: `${days}`, label: labels[days] })),
      `${asked.horizon}`,
      (value) => this.#tools.ask({ ...asked, horizon: Number(value) as AnomalyHorizon }),
    );
    this.#section.draw({
      title: data.forecastTitle,
      sentence: data.forecastSentence,
      showSentence: true,
      sheet: sheetOf(shown),
      ...chartWays('projection', shown, this.#tools),
      choices: [this.#horizons.element],
      paint: (canvas) => this.#paint(canvas, shown),
    });
  }

  #paint(canvas: HTMLCanvasElement, shown: AnomaliesShown): void {
    this.#chart.paint(canvas, { datasets: datasetsOf(shown) }, this.#options());
  }

  #options(): ChartOptions<'line'> {
    const { theme, figures, data, format, words } = this.#shown!;
    const min = data.spent[0]?.at ?? data.at;
    const max = data.forecast.at(-1)?.at ?? data.at;
    const names = [words.spent, words.projected, words.high, words.low];
    return {
      ...stillOptions,
      interaction: { mode: 'x', intersect: false },
      scales: {
        x: timeAxis(theme, figures, { min, max, zone: format.zone }),
        y: moneyAxis(theme, figures),
      },
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          callbacks: {
            title: ([item]) => figures.dayTime(item?.parsed.x ?? 0),
            label: ({ datasetIndex, parsed }) =>
              `${names[datasetIndex]}: ${figures.shown(parsed.y ?? 0)}`,
          },
        },
      },
    };
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function datasetsOf({ data, figures, theme }: AnomaliesShown): ChartDataset<'line', Point[]>[] {
  const colour = theme.token('charts-blue');
  const line = (
    points: readonly ForecastPoint[],
    value: (point: ForecastPoint) => number | null,
  ): Point[] =>
    points.flatMap((point) => {
      const nano = value(point);
      return nano === null ? [] : [{ x: point.at, y: figures.units(nano) }];
    });
  const plain = { parsing: false, pointRadius: 0, pointHitRadius: 8, borderWidth: 2 } as const;
  const edge = {
    ...plain,
    borderColor: theme.highContrast ? colour : 'transparent',
    borderWidth: 1,
    borderDash: [2, 3],
  };
  // The first is drawn last: lines stand on the band.
  return [
    { ...plain, data: line(data.spent, ({ nano }) => nano), borderColor: colour },
    {
      ...plain,
      data: line(data.forecast, ({ nano }) => nano),
      borderColor: colour,
      borderDash: [6, 4],
    },
    {
      ...edge,
      data: line(data.forecast, ({ high }) => high),
      fill: theme.highContrast ? false : { target: '+1' },
      backgroundColor: mixed(colour, 18, theme),
    },
    { ...edge, data: line(data.forecast, ({ low }) => low) },
  ];
}

function sheetOf({ data, words, figures }: AnomaliesShown): Sheet {
  const money = (nano: number | null) =>
    nano === null
      ? { text: '', value: '' }
      : { text: figures.money(Math.round(nano)), value: nano / 1e9 };
  const row = (point: ForecastPoint, isForecast: boolean) => ({
    key: `${isForecast} ${point.at}`,
    cells: [
      { text: figures.dayTime(point.at), value: new Date(point.at).toISOString() },
      money(isForecast ? null : point.nano),
      money(isForecast ? point.nano : null),
      money(isForecast ? point.low : null),
      money(isForecast ? point.high : null),
    ],
  });
  return {
    columns: [
      { key: 'time', label: words.time, numeric: false },
      { key: 'spent', label: words.spent, numeric: true },
      { key: 'projected', label: words.projected, numeric: true },
      { key: 'low', label: words.low, numeric: true },
      { key: 'high', label: words.high, numeric: true },
    ],
    rows: [
      ...data.spent.map((point) => row(point, false)),
      ...data.forecast.slice(1).map((point) => row(point, true)),
    ],
  };
}
