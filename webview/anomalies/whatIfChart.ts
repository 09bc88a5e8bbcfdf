import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import {
  chartFont,
  moneyAxis,
  stillOptions,
  type Threshold,
  thresholdLines,
  thresholdRoom,
  tooltipLook,
} from '../lib/chartBase.ts';
import { ChartSection } from '../lib/chartSection.ts';
import { fill } from '../lib/fill.ts';
import { fillOf, modelStyles } from '../lib/palette.ts';
import type { Sheet } from '../lib/sheet.ts';
import { withTable } from '../lib/tablesUi.ts';
import type { Theme } from '../lib/theme.ts';
import type { AnomaliesShown, AnomaliesTools } from './page.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

type Bars = Chart<'bar', number[], string>;
type BarOptions = NonNullable<
  ConstructorParameters<typeof Chart<'bar', number[], string>>[1]['options']
>;

/** What the same tokens would have cost with the newest model of each family. */
export class WhatIfChart {
  readonly #tools: AnomaliesTools;
  readonly #section = new ChartSection('what-if');
  readonly #theme = (): Theme => this.#shown!.theme;
  readonly #lines = (): Threshold[] => linesOf(this.#shown!);
  readonly #room = thresholdRoom(this.#theme, this.#lines);
  #chart: Bars | undefined;
  #shown: AnomaliesShown | undefined;

  constructor(tools: AnomaliesTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: AnomaliesShown): void {
    this.#shown = shown;
    const { data, words, figures, ui } = shown;
    this.#section.draw({
      title: data.whatIfTitle,
      sentence: data.whatIfSentence,
      showSentence: true,
      sheet: sheetOf(shown),
      asTable: ui.tables.includes('what-if'),
      onToggle: (asTable) => this.#tools.change(withTable(ui, 'what-if', asTable)),
      words,
      figures,
      exportTo: this.#tools.exportTo,
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
          borderWidth: theme.highContrast ? 1 : 0,
          borderSkipped: false as const,
          maxBarThickness: 48,
        },
      ],
    };
    if (this.#chart === undefined) {
      this.#chart = new Chart(canvas, {
        type: 'bar',
        data: chartData,
        options: this.#options(),
        plugins: [thresholdLines(this.#theme, this.#lines)],
      });
      return;
    }
    this.#chart.data = chartData;
    this.#chart.options = this.#options() as Bars['options'];
    this.#chart.update('none');
  }

  #options(): BarOptions {
    const { theme, figures, data } = this.#shown!;
    return {
      ...stillOptions,
      layout: { padding: this.#room },
      scales: {
        x: {
          border: { color: theme.grid },
          grid: { display: false },
          ticks: { color: theme.muted, font: chartFont(theme), autoSkip: false },
        },
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
    this.#chart?.destroy();
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
        { text: figures.money(nano), value: nano / 1e9 },
        { text: said, value: savings / 1e9 },
      ],
    })),
  };
}
