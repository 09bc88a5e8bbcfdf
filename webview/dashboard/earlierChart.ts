import { BarChart } from '../shared/charts/barChart.ts';
import { momentTicks } from '../shared/charts/chartBase.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { fillOf } from '../shared/charts/fillOf.ts';
import { restStyle } from '../shared/charts/palette.ts';
import { moneyCell } from '../shared/table/sheet.ts';
import type { DashboardShown, DashboardTools } from './shown.ts';

/** What there was before a period with nothing in it: a bar a month. */
export class EarlierChart {
  readonly #tools: DashboardTools;
  readonly #chart = new BarChart('earlier', { hasCrosshair: true });

  constructor(tools: DashboardTools) {
    this.#tools = tools;
  }

  get element(): HTMLElement {
    return this.#chart.element;
  }

  draw(shown: DashboardShown): void {
    const { data, words, figures, theme } = shown;
    const { earlier } = data;
    this.element.hidden = earlier === null;
    if (earlier === null) return;
    const { title, months } = earlier;
    const style = restStyle(theme);
    this.#chart.draw(
      {
        title,
        sentence: words.earlierSummary,
        height: 160,
        sheet: {
          columns: [
            { key: 'month', label: words.month, numeric: false },
            { key: 'cost', label: words.cost, numeric: true },
          ],
          rows: months.map(({ from, label, nano }) => ({
            key: String(from),
            cells: [{ text: label, value: new Date(from).toISOString() }, moneyCell(nano, figures)],
          })),
        },
        ...chartWays('earlier', shown, this.#tools),
      },
      {
        theme,
        figures,
        names: months.map(({ label }) => label),
        ticks: momentTicks,
        mostTicks: 4,
        series: [
          { nanos: months.map(({ nano }) => nano), fill: fillOf(style, theme), edge: style.colour },
        ],
        tooltip: { callbacks: { label: ({ parsed }) => figures.shown(parsed.y ?? 0) } },
      },
    );
  }

  dispose(): void {
    this.#chart.dispose();
  }
}
