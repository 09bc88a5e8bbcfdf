import { type DashboardStack, dashboardStacks } from '../../src/protocol/dashboard.ts';
import { BarChart, type Bars } from '../shared/charts/barChart.ts';
import { Brush } from '../shared/charts/brush.ts';
import { byAmount, momentTicks } from '../shared/charts/chartBase.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { legend } from '../shared/charts/legend.ts';
import { fillOf, restStyle, type SeriesStyle } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import { type DashboardShown, type DashboardTools, stylesOf } from './shown.ts';

/** Spend over the period, a bar for each hour, day, week or month, stacked. */
export class SpendChart {
  readonly #tools: DashboardTools;
  readonly #stacks = new Segments<DashboardStack>();
  readonly #chart = new BarChart('spend', { hasCrosshair: true });
  #shown: DashboardShown | undefined;
  #brushed = false;

  constructor(tools: DashboardTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#chart.element;
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
    const highest = data.buckets.reduce(
      (best, bucket) => (best === undefined || bucket.total > best.total ? bucket : best),
      data.buckets[0],
    );
    const stack = series(shown);
    const section = {
      title: data.chartTitle,
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
        data.buckets[0]?.first === ''
          ? undefined
          : (key: string) =>
              this.#narrow(data.buckets.findIndex(({ from }) => String(from) === key)),
      openHint: words.narrowTime,
    };
    this.#chart.draw(section, this.#bars(shown, stack), (canvas) => this.#makeBrush(canvas));
  }

  /** Looks at some buckets alone: the whole dashboard follows. */
  #narrow(from: number, to = from): void {
    const { data, asked } = this.#shown!;
    const [first, last] = [data.buckets[from]?.first, data.buckets[to]?.last];
    if (first === undefined || last === undefined || first === '' || last === '') return;
    this.#tools.ask({ ...asked, period: 'custom', since: first, until: last });
  }

  #makeBrush(canvas: HTMLCanvasElement): void {
    if (this.#brushed) return;
    this.#brushed = true;
    const indexAt = (x: number): number => this.#chart.chart?.scales.x?.getValueForPixel(x) ?? -1;
    new Brush(
      canvas,
      () => this.#chart.chart?.chartArea,
      (from, to) => this.#narrow(indexAt(from), indexAt(to)),
    );
  }

  #bars({ data, words, figures, theme }: DashboardShown, stack: readonly StackSeries[]): Bars {
    return {
      theme,
      figures,
      names: data.buckets.map(({ label, soFar }) => (soFar ? `${label} (${words.soFar})` : label)),
      ticks: momentTicks,
      series: stack.map(({ label, parts, style, background }) => ({
        label,
        nanos: parts,
        fill: data.buckets.map(({ soFar }) => fillOf(style, theme, soFar || background)),
        edge: style.colour,
      })),
      stacked: true,
      tooltip: {
        filter: ({ parsed }) => (parsed.y ?? 0) > 0,
        itemSort: byAmount,
        callbacks: {
          title: ([item]) => this.#totalAt(item?.dataIndex ?? 0),
          label: ({ dataset, parsed }) => `${dataset.label}: ${figures.shown(parsed.y ?? 0)}`,
        },
      },
    };
  }

  /** The total stands first, above its parts. */
  #totalAt(index: number): string {
    const { data, figures } = this.#shown!;
    const bucket = data.buckets[index];
    return bucket === undefined ? '' : `${bucket.label}: ${figures.money(bucket.total)}`;
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
    const parts = data.buckets.map((bucket) => bucket.parts[index] ?? 0);
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
    rows: data.buckets.map(({ from, label, parts, total, soFar }) => ({
      key: String(from),
      cells: [
        { text: soFar ? `${label} (${words.soFar})` : label, value: new Date(from).toISOString() },
        moneyCell(total, figures),
        ...parts.map((nano) => moneyCell(nano, figures)),
      ],
    })),
  };
}
