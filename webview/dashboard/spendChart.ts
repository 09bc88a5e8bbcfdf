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
import { type DashboardStack, dashboardStacks } from '../../src/protocol/dashboard.ts';
import { Brush } from '../shared/charts/brush.ts';
import {
  barLook,
  byAmount,
  crosshair,
  momentTicks,
  moneyAxis,
  nameAxis,
  stillOptions,
  tooltipLook,
} from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { legend } from '../shared/charts/legend.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { fillOf, restStyle, type SeriesStyle } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import { type DashboardShown, type DashboardTools, stylesOf } from './shown.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** Spend over the period, a bar for each hour, day, week or month, stacked. */
export class SpendChart {
  readonly #tools: DashboardTools;
  readonly #section = new ChartSection('spend');
  readonly #stacks = new Segments<DashboardStack>();
  readonly #chart = new LiveChart<'bar', number[], string>('bar', [
    crosshair(() => this.#shown!.theme),
  ]);
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
    const { data, words, figures, asked } = shown;
    const labels = { model: words.byModel, project: words.byProject, agent: words.byAgent };
    this.#stacks.draw(
      words.stackBy,
      dashboardStacks.map((value) => ({ value, label: labels[value] })),
      asked.stack,
      (stack) => this.#tools.ask({ ...asked, stack }),
    );
    const highest = data.stretches.reduce(
      (best, stretch) => (best === undefined || stretch.total > best.total ? stretch : best),
      data.stretches[0],
    );
    const stack = series(shown);
    this.#section.draw({
      title: data.stretchName,
      sentence: fill(
        words.spendSummary,
        figures.money(data.total),
        highest?.label ?? '',
        figures.money(highest?.total ?? 0),
      ),
      sheet: sheetOf(shown),
      ...chartWays('spend', shown, this.#tools),
      choices: [this.#stacks.element],
      legend: legend(
        stack.map(({ label, style, sum }) => ({
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
      paint: (canvas) => this.#paint(canvas, shown, stack),
    });
  }

  /** Looks at some stretches alone: the whole dashboard follows. */
  #narrow(from: number, to = from): void {
    const { data, asked } = this.#shown!;
    const [first, last] = [data.stretches[from]?.first, data.stretches[to]?.last];
    if (first === undefined || last === undefined || first === '' || last === '') return;
    this.#tools.ask({ ...asked, period: 'custom', since: first, until: last });
  }

  #paint(canvas: HTMLCanvasElement, shown: DashboardShown, stack: readonly StackSeries[]): void {
    if (!this.#brushed) {
      this.#brushed = true;
      const indexAt = (x: number): number => this.#chart.chart?.scales.x?.getValueForPixel(x) ?? -1;
      new Brush(
        canvas,
        () => this.#chart.chart?.chartArea,
        (from, to) => this.#narrow(indexAt(from), indexAt(to)),
      );
    }
    const datasets = stack.map(
      ({ label, parts, style, background }): ChartDataset<'bar', number[]> => ({
        label,
        data: parts.map((nano) => shown.figures.units(nano)),
        backgroundColor: shown.data.stretches.map(({ soFar }) =>
          fillOf(style, shown.theme, soFar || background),
        ),
        borderColor: style.colour,
        ...barLook(shown.theme),
      }),
    );
    const labels = shown.data.stretches.map(({ label, soFar }) =>
      soFar ? `${label} (${shown.words.soFar})` : label,
    );
    this.#chart.paint(canvas, { labels, datasets }, this.#options());
  }

  #options(): ChartOptions<'bar'> {
    const { theme, figures } = this.#shown!;
    return {
      ...stillOptions,
      scales: {
        x: { ...nameAxis(theme, momentTicks), stacked: true },
        y: { ...moneyAxis(theme, figures), stacked: true },
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
    this.#chart.dispose();
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
        moneyCell(total, figures),
        ...parts.map((nano) => moneyCell(nano, figures)),
      ],
    })),
  };
}
