import { BarChart } from '../shared/charts/barChart.ts';
import type { Threshold } from '../shared/charts/chartBase.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { fillOf, modelStyles } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import type { AnomaliesShown, AnomaliesTools } from './shown.ts';

/** What the same tokens would have cost with the newest model of each family. */
export class WhatIfChart {
  readonly #tools: AnomaliesTools;
  readonly #chart = new BarChart('what-if', { hasCrosshair: false });

  constructor(tools: AnomaliesTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#chart.element;
  }

  draw(shown: AnomaliesShown): void {
    const { data, figures, theme } = shown;
    const models = data.baselines.map(({ model }) => model);
    const styles = modelStyles(models, theme);
    const looks = models.map((model) => styles.get(model)!);
    const section = {
      title: data.whatIfTitle,
      sentence: data.whatIfSentence,
      showSentence: true,
      sheet: sheetOf(shown),
      ...chartWays('what-if', shown, this.#tools),
    };
    this.#chart.draw(section, {
      theme,
      figures,
      names: models.map(shortName),
      ticks: { autoSkip: false },
      series: [
        {
          nanos: data.baselines.map(({ nano }) => nano),
          fill: looks.map((style) => fillOf(style, theme)),
          edge: looks.map(({ colour }) => colour),
        },
      ],
      thresholds: thresholdsOf(shown),
      tooltip: {
        callbacks: {
          label: ({ parsed, dataIndex }) => [
            figures.shown(parsed.y ?? 0),
            data.baselines[dataIndex]?.said ?? '',
          ],
        },
      },
    });
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function shortName(model: string): string {
  return model.replace(/^claude-/, '');
}

function thresholdsOf({ data, figures, theme, words }: AnomaliesShown): Threshold[] {
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
