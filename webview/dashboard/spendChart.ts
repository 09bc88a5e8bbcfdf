import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartDataset,
  LinearScale,
  Tooltip,
} from 'chart.js';
import { type DashboardStack, dashboardStacks } from '../../src/protocol/dashboard.ts';
import { Brush } from '../lib/brush.ts';
import {
  byAmount,
  chartFont,
  crosshair,
  moneyAxis,
  stillOptions,
  tooltipLook,
} from '../lib/chartBase.ts';
import { ChartSection } from '../lib/chartSection.ts';
import { fill } from '../lib/fill.ts';
import { legend } from '../lib/legend.ts';
import { fillOf, restStyle, type SeriesStyle } from '../lib/palette.ts';
import { Segments } from '../lib/segments.ts';
import type { Sheet } from '../lib/sheet.ts';
import { withTable } from '../lib/tablesUi.ts';
import { type DashboardShown, type DashboardTools, stylesOf } from './page.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

type Bars = Chart<'bar', number[], string>;

/** Spend over the period, a bar for each hour, day, week or month, stacked. */
export class SpendChart {
  readonly #tools: DashboardTools;
  readonly #section = new ChartSection('spend');
  readonly #stacks = new Segments<DashboardStack>();
  #chart: Bars | undefined;
  #shown: DashboardShown | undefined;
  #brushed = false;

  constructor(tools: DashboardTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: DashboardShown): void {
    this.#shown = shown;
    const { data, words, figures, question, ui } = shown;
    const labels = { model: words.byModel, project: words.byProject, agent: words.byAgent };
    this.#stacks.draw(
      words.stackBy,
      dashboardStacks.map((value) => ({ value, label: labels[value] })),
      question.stack,
      (stack) => this.#tools.ask({ ...question, stack }),
    );
    const highest = data.stretches.reduce(
      (best, stretch) => (best === undefined || stretch.total > best.total ? stretch : best),
      data.stretches[0],
    );
    this.#section.draw({
      title: data.stretchName,
      sentence: fill(
        words.spendSummary,
        figures.money(data.total),
        highest?.label ?? '',
        figures.money(highest?.total ?? 0),
      ),
      sheet: sheetOf(shown),
      asTable: ui.tables.includes('spend'),
      onToggle: (asTable) => this.#tools.change(withTable(ui, 'spend', asTable)),
      words,
      figures,
      exportTo: this.#tools.exportTo,
      choices: [this.#stacks.element],
      legend: legend(
        series(shown).map(({ label, style, sum }) => ({
          name: label,
          figure: figures.money(sum),
          style,
        })),
      ),
      onOpenRow:
        data.stretches[0]?.first === ''
          ? undefined
          : (key) => this.#narrow(data.stretches.findIndex(({ from }) => String(from) === key)),
      openHint: words.narrowTime,
      paint: (canvas) => this.#paint(canvas, shown),
    });
  }

  /** Looks at some stretches alone: the whole dashboard follows. */
  #narrow(from: number, to = from): void {
    const { data, question } = this.#shown!;
    const [first, last] = [data.stretches[from]?.first, data.stretches[to]?.last];
    if (first === undefined || last === undefined || first === '' || last === '') return;
    this.#tools.ask({ ...question, period: 'custom', since: first, until: last });
  }

  #paint(canvas: HTMLCanvasElement, shown: DashboardShown): void {
    if (!this.#brushed) {
      this.#brushed = true;
      const indexAt = (x: number): number => this.#chart?.scales.x?.getValueForPixel(x) ?? -1;
      new Brush(
        canvas,
        () => this.#chart?.chartArea,
        (from, to) => this.#narrow(indexAt(from), indexAt(to)),
      );
    }
    const datasets = series(shown).map(
      ({ label, parts, style, background }): ChartDataset<'bar', number[]> => ({
        label,
        data: parts.map((nano) => shown.figures.units(nano)),
        backgroundColor: shown.data.stretches.map(({ soFar }) =>
          fillOf(style, shown.theme, soFar || background),
        ),
        borderColor: style.colour,
        borderWidth: shown.theme.highContrast ? 1 : 0,
        borderSkipped: false,
        maxBarThickness: 48,
      }),
    );
    const labels = shown.data.stretches.map(({ label, soFar }) =>
      soFar ? `${label} (${shown.words.soFar})` : label,
    );
    if (this.#chart === undefined) {
      this.#chart = new Chart(canvas, {
        type: 'bar',
        data: { labels, datasets },
        options: this.#options(),
        plugins: [crosshair(() => this.#shown!.theme)],
      });
      return;
    }
    this.#chart.data = { labels, datasets };
    this.#chart.options = this.#options() as Bars['options'];
    this.#chart.update('none');
  }

  #options(): NonNullable<
    ConstructorParameters<typeof Chart<'bar', number[], string>>[1]['options']
  > {
    const { theme, figures } = this.#shown!;
    const font = chartFont(theme);
    return {
      ...stillOptions,
      scales: {
        x: {
          stacked: true,
          border: { color: theme.grid },
          grid: { display: false },
          ticks: { color: theme.muted, font, maxRotation: 0, autoSkipPadding: 12 },
        },
        y: moneyAxis(theme, figures, true),
      },
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          filter: ({ parsed }) => (parsed.y ?? 0) > 0,
          itemSort: byAmount,
          callbacks: {
            title: ([item]) => this.#totalAt(item?.dataIndex ?? 0),
            label: ({ dataset, parsed }) => `${dataset.label}: ${figures.shown(parsed.y ?? 0)}`,
          },
        },
      },
    };
  }

  /** The total stands first, above its parts. */
  #totalAt(index: number): string {
    const { data, figures } = this.#shown!;
    const stretch = data.stretches[index];
    return stretch === undefined ? '' : `${stretch.label}: ${figures.money(stretch.total)}`;
  }

  dispose(): void {
    this.#chart?.destroy();
  }
}

interface StackSeries {
  readonly label: string;
  readonly parts: readonly number[];
  readonly sum: number;
  readonly style: SeriesStyle;
  readonly background: boolean;
}

function series(shown: DashboardShown): StackSeries[] {
  const { data, question, theme } = shown;
  const styles = stylesOf(question.stack, shown);
  return data.stack.names.map((name, index) => {
    const parts = data.stretches.map((stretch) => stretch.parts[index] ?? 0);
    const style = styles.get(name);
    return {
      label: data.stack.labels[index] ?? name,
      parts,
      sum: parts.reduce((total, nano) => total + nano, 0),
      style: style ?? restStyle(theme),
      background: style === undefined,
    };
  });
}

function sheetOf({ data, words, figures }: DashboardShown): Sheet {
  return {
    columns: [
      { key: 'time', label: words.time, numeric: false },
      { key: 'total', label: words.total, numeric: true },
      ...data.stack.labels.map((label, index) => ({ key: `s${index}`, label, numeric: true })),
    ],
    rows: data.stretches.map(({ from, label, parts, total, soFar }) => ({
      key: String(from),
      cells: [
        { text: soFar ? `${label} (${words.soFar})` : label, value: new Date(from).toISOString() },
        { text: figures.money(total), value: total / 1e9 },
        ...parts.map((nano) => ({ text: figures.money(nano), value: nano / 1e9 })),
      ],
    })),
  };
}
