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
import { fillOf, modelStyles } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import type { Theme } from '../shared/theme.ts';
import type { AnomaliesShown, AnomaliesTools } from './shown.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** What the same tokens would have cost with the newest model of each family. */
export class WhatIfChart {
  readonly #tools: AnomaliesTools;
  readonly #section = new ChartSection('what-if');
  readonly #theme = (): Theme => this.#shown!.theme;
  readonly #lines = (): Threshold[] => linesOf(this.#shown!);
  readonly #room = thresholdRoom(this.#theme, this.#lines);
  readonly #chart = new LiveChart<'bar', number[], string>('bar', [
    thresholdLines(this.#theme, this.#lines),
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
    const { data } = shown;
    this.#section.draw({
      title: data.whatIfTitle,
      sentence: data.whatIfSentence,
      showSentence: true,
      sheet: sheetOf(shown),
      ...chartWays('what-if', shown, this.#tools),
      paint: (canvas) => this.#paint(canvas, shown),
    });
  }

  #paint(canvas: HTMLCanvasElement, { data, figures, theme }: AnomaliesShown): void {
    const styles = modelStyles(
      data.baselines.map(({ model }) => model),
      theme,
    );
    const looks = data.baselines.map(({ model }) => styles.get(model)!);
    const chartData = {
      labels: data.baselines.map(({ model }) => shortName(model)),
      datasets: [
        {
          data: data.baselines.map(({ nano }) => figures.units(nano)),
          backgroundColor: looks.map((style) => fillOf(style, theme)),
          borderColor: looks.map(({ colour }) => colour),
          ...barLook(theme),
        },
      ],
    };
    this.#chart.paint(canvas, chartData, this.#options());
  }

  #options(): ChartOptions<'bar'> {
    const { theme, figures, data } = this.#shown!;
    return {
      ...stillOptions,
      layout: { padding: this.#room },
      scales: {
        x: nameAxis(theme, { autoSkip: false }),
        y: { ...moneyAxis(theme, figures), suggestedMax: figures.units(data.actual) * 1.1 },
      },
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          callbacks: {
            label: ({ parsed, dataIndex }) => [
              figures.shown(parsed.y ?? 0),
              data.baselines[dataIndex]?.said ?? '',
            ],
          },
        },
      },
    };
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function shortName(model: string): string {
  return model.replace(/^claude-/, '');
}

function linesOf({ data, figures, theme, words }: AnomaliesShown): Threshold[] {
  if (data.actual === 0) return [];
  const label = fill(words.didCost, figures.money(data.actual));
  return [{ value: figures.units(data.actual), label, colour: theme.foreground, dash: [8, 3] }];
}

function sheetOf({ data, words, figures }: AnomaliesShown): Sheet {
  return {
    columns: [
      { key: 'model', label: words.baseline, numeric: false },
      { key: 'cost', label: words.wouldCost, numeric: true },
      { key: 'said', label: words.comparison, numeric: true },
    ],
    rows: data.baselines.map(({ model, nano, savings, said }) => ({
      key: model,
      cells: [
        { text: shortName(model), value: model, hint: model },
        moneyCell(nano, figures),
        { text: said, value: savings / 1e9 },
      ],
    })),
  };
}
