import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartOptions,
  LinearScale,
  Tooltip,
} from 'chart.js';
import {
  barLook,
  crosshair,
  momentTicks,
  moneyAxis,
  nameAxis,
  stillOptions,
  type Threshold,
  thresholdLines,
  thresholdRoom,
  tooltipLook,
} from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { fillOf, mixed } from '../shared/charts/palette.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import type { Theme } from '../shared/theme.ts';
import type { BurnShown, BurnTools } from './shown.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** The latest stretch beside those before it, with both means and the threshold. */
export class BurnChart {
  readonly #tools: BurnTools;
  readonly #section = new ChartSection('burn');
  readonly #theme = (): Theme => this.#shown!.theme;
  readonly #lines = (): Threshold[] => linesOf(this.#shown!);
  readonly #room = thresholdRoom(this.#theme, this.#lines);
  readonly #chart = new LiveChart<'bar', number[], string>('bar', [
    thresholdLines(this.#theme, this.#lines),
    crosshair(this.#theme),
  ]);
  #shown: BurnShown | undefined;

  constructor(tools: BurnTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: BurnShown): void {
    this.#shown = shown;
    const { data } = shown;
    this.#section.draw({
      title: data.chartTitle,
      sentence: data.chartSentence,
      sheet: sheetOf(shown),
      ...chartWays('burn', shown, this.#tools),
      paint: (canvas) => this.#paint(canvas, shown),
    });
  }

  #paint(canvas: HTMLCanvasElement, { data, figures, theme }: BurnShown): void {
    const colour = theme.token('charts-blue');
    const latest = fillOf({ colour, pattern: 0 }, theme);
    // In high contrast the earlier ones are lined: a paler colour would say nothing there.
    const earlier = theme.highContrast
      ? fillOf({ colour, pattern: 1 }, theme)
      : mixed(colour, 45, theme);
    const chartData = {
      labels: data.stretches.map(({ label }) => label),
      datasets: [
        {
          data: data.stretches.map(({ nano }) => figures.units(nano)),
          backgroundColor: data.stretches.map((stretch) => (stretch.latest ? latest : earlier)),
          borderColor: colour,
          ...barLook(theme),
        },
      ],
    };
    this.#chart.paint(canvas, chartData, this.#options());
  }

  #options(): ChartOptions<'bar'> {
    const { theme, figures } = this.#shown!;
    const highest = Math.max(0, ...this.#lines().map(({ value }) => value));
    return {
      ...stillOptions,
      layout: { padding: this.#room },
      scales: {
        x: nameAxis(theme, momentTicks),
        // Room for the threshold and its name.
        y: { ...moneyAxis(theme, figures), suggestedMax: highest * 1.1 },
      },
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          callbacks: {
            title: ([item]) => this.#shown!.data.stretches[item?.dataIndex ?? 0]?.range ?? '',
            label: ({ parsed }) => figures.shown(parsed.y ?? 0),
          },
        },
      },
    };
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function linesOf({ data, figures, theme }: BurnShown): Threshold[] {
  const looks = {
    active: { colour: theme.foreground, dash: [8, 3] },
    all: { colour: theme.muted, dash: [2, 3] },
    threshold: { colour: theme.token('editorWarning-foreground'), dash: [4, 4] },
  } as const;
  return data.lines.map(({ kind, nano, label }) => ({
    value: figures.units(nano),
    label,
    ...looks[kind],
  }));
}

function sheetOf({ data, words, figures }: BurnShown): Sheet {
  return {
    columns: [
      { key: 'stretch', label: words.stretch, numeric: false },
      { key: 'cost', label: words.cost, numeric: true },
    ],
    rows: data.stretches.map(({ from, range, nano, latest }) => ({
      key: String(from),
      cells: [
        {
          text: latest ? `${range} (${words.latest})` : range,
          value: new Date(from).toISOString(),
        },
        moneyCell(nano, figures),
      ],
    })),
  };
}
