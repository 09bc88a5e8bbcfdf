import { BarChart } from '../shared/charts/barChart.ts';
import { momentTicks, type Threshold } from '../shared/charts/chartBase.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { fillOf, mixed } from '../shared/charts/palette.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import type { BurnShown, BurnTools } from './shown.ts';

/** The latest bucket beside those before it, with both means and the threshold. */
export class BurnChart {
  readonly #tools: BurnTools;
  readonly #chart = new BarChart('burn', { hasCrosshair: true });

  constructor(tools: BurnTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#chart.element;
  }

  draw(shown: BurnShown): void {
    const { data, figures, theme } = shown;
    const colour = theme.token('charts-blue');
    const latest = fillOf({ colour, pattern: 0 }, theme);
    // In high contrast the earlier ones are lined: a paler colour would say nothing there.
    const earlier = theme.highContrast
      ? fillOf({ colour, pattern: 1 }, theme)
      : mixed(colour, 45, theme);
    const section = {
      title: data.chartTitle,
      sentence: data.chartSentence,
      sheet: sheetOf(shown),
      ...chartWays('burn', shown, this.#tools),
    };
    this.#chart.draw(section, {
      theme,
      figures,
      names: data.buckets.map(({ label }) => label),
      ticks: momentTicks,
      series: [
        {
          nanos: data.buckets.map(({ nano }) => nano),
          fill: data.buckets.map((bucket) => (bucket.latest ? latest : earlier)),
          edge: colour,
        },
      ],
      thresholds: thresholdsOf(shown),
      tooltip: {
        callbacks: {
          title: ([item]) => data.buckets[item?.dataIndex ?? 0]?.range ?? '',
          label: ({ parsed }) => figures.shown(parsed.y ?? 0),
        },
      },
    });
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function thresholdsOf({ data, figures, theme }: BurnShown): Threshold[] {
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
      { key: 'bucket', label: words.bucket, numeric: false },
      { key: 'cost', label: words.cost, numeric: true },
    ],
    rows: data.buckets.map(({ from, range, nano, latest }) => ({
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
