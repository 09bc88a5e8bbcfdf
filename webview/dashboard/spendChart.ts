import { type DashboardStack, dashboardStacks } from '../../src/protocol/dashboard.ts';
import { Brush } from '../shared/charts/brush.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { legend } from '../shared/charts/legend.ts';
import type { ModelGroup } from '../shared/charts/modelGroups.ts';
import { fill } from '../shared/fill.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import { cutText, MainChart } from './mainChart.ts';
import { type DashboardShown, type DashboardTools, hasProducts } from './shown.ts';
import { stackSeries } from './stackSeries.ts';

/** Height of the bars, and with the running total above them, in pixels. */
const barsHeight = 240;
const wholeHeight = 292;

/** Spend over the period: a bar for each hour, day, week or month, stacked, below the running total. */
export class SpendChart {
  readonly #tools: DashboardTools;
  readonly #stacks = new Segments<DashboardStack>();
  readonly #section = new ChartSection('spend');
  readonly #chart = new MainChart();
  #shown: DashboardShown | undefined;
  #brushed = false;
  /** The family whose versions are shown, of many models. */
  #opened: ModelGroup['family'] | '' = '';

  constructor(tools: DashboardTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(shown: DashboardShown): void {
    this.#shown = shown;
    const { data, words, figures, asked } = shown;
    const labels = {
      model: words.byModel,
      project: words.byProject,
      agent: words.byAgent,
      product: words.byProduct,
    };
    const stacks = dashboardStacks.filter(
      (value) => value !== 'product' || asked.stack === value || hasProducts(shown),
    );
    this.#stacks.draw(
      words.stackBy,
      stacks.map((value) => ({ value, label: labels[value] })),
      asked.stack,
      (stack) => this.#tools.ask({ ...asked, stack }),
    );
    const highest = data.buckets.reduce(
      (best, bucket) => (best === undefined || bucket.total > best.total ? bucket : best),
      data.buckets[0],
    );
    const stack = stackSeries(shown, this.#opened);
    const cut = cutText(shown);
    const ahead = data.running?.ahead;
    this.#section.draw({
      title: data.chartTitle,
      sentence: [
        fill(
          words.spendSummary,
          figures.money(data.total),
          highest?.label ?? '',
          figures.money(highest?.total ?? 0),
        ),
        ...(ahead ? [fill(words.runningSummary, figures.money(ahead.likely))] : []),
      ].join(' '),
      caption: cut,
      height: data.running === null ? barsHeight : wholeHeight,
      sheet: sheetOf(shown),
      ...chartWays('spend', shown, this.#tools),
      choices: [this.#stacks.element],
      legend: legend(
        stack.map(({ label, style, sum, group }) => ({
          name: label,
          figure: figures.cents(sum),
          style,
          ...this.#choiceOf(group, shown),
        })),
        shown.theme,
      ),
      onOpenRow:
        data.buckets[0]?.first === ''
          ? undefined
          : (key: string) =>
              this.#narrow(data.buckets.findIndex(({ from }) => String(from) === key)),
      openHint: words.narrowTime,
      paint: (canvas) => {
        this.#makeBrush(canvas);
        this.#chart.paint(canvas, { shown, stack });
      },
    });
  }

  /** A family's versions can be shown, and hidden again. */
  #choiceOf(group: ModelGroup | undefined, { words, asked }: DashboardShown): object {
    if (group === undefined || asked.stack !== 'model') return {};
    const { family, kind, models } = group;
    const open = kind === 'family';
    if (!open && (family !== this.#opened || group.striped)) return {};
    return {
      choice: {
        text: open ? fill(words.versions, String(models.length)) : '×',
        hint: fill(open ? words.openFamily : words.closeFamily, family),
        run: () => {
          this.#opened = open ? family : '';
          this.draw(this.#shown!);
        },
      },
    };
  }

  /** Looks at some buckets alone: the whole dashboard follows. */
  #narrow(from: number, to = from): void {
    const { data, asked } = this.#shown!;
    // What is yet to come has nothing to look at.
    const past = data.buckets.filter((bucket) => bucket.from <= data.at).length - 1;
    const [first, last] = [data.buckets[from]?.first, data.buckets[Math.min(to, past)]?.last];
    if (from > past || first === undefined || last === undefined || first === '' || last === '')
      return;
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

  dispose(): void {
    this.#chart.dispose();
  }
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
