import type { BudgetHistoryChart } from '../../src/protocol/budgets.ts';
import { BarChart } from '../shared/charts/barChart.ts';
import { momentTicks } from '../shared/charts/chartBase.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { fillOf } from '../shared/charts/fillOf.ts';
import { mixed } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { moneyCell, type Sheet } from '../shared/table/sheet.ts';
import type { BudgetsShown, BudgetsTools } from './shown.ts';

/** Height of a small chart in pixels. */
const height = 120;

/** The last months as small charts beside each other: one for everything, one a project, one of days. */
export class BudgetHistory {
  readonly element = el('section', { 'data-part': 'history' });
  readonly #title = el('h2', {});
  readonly #hint = el('span', { class: 'quiet' });
  readonly #charts = el('div', { class: 'history' });
  readonly #tools: BudgetsTools;
  #drawn: BarChart[] = [];

  constructor(tools: BudgetsTools) {
    this.#tools = tools;
    const head = el('div', { class: 'bar-title' }, this.#title, this.#hint);
    this.element.append(head, this.#charts);
  }

  draw(shown: BudgetsShown): void {
    const { history } = shown.data;
    const { words } = shown;
    this.element.hidden = history.length === 0;
    this.#title.textContent = words.history;
    this.#hint.textContent = words.historyHint;
    while (this.#drawn.length < history.length) {
      const chart = new BarChart(`history-${this.#drawn.length}`, { hasCrosshair: false });
      this.#drawn.push(chart);
      this.#charts.append(chart.element);
    }
    for (const gone of this.#drawn.splice(history.length)) {
      gone.element.remove();
      gone.dispose();
    }
    for (const [index, each] of history.entries()) this.#drawOne(each, index, shown);
  }

  #drawOne(one: BudgetHistoryChart, index: number, shown: BudgetsShown): void {
    const { theme, figures, data } = shown;
    const last = one.values.length - 1;
    const now = fillOf({ colour: theme.foreground, pattern: 'solid' }, theme);
    const before = theme.highContrast
      ? fillOf({ colour: theme.foreground, pattern: 'lines' }, theme)
      : mixed(theme.foreground, 56, theme);
    this.#drawn[index]!.draw(
      {
        title: one.title,
        sentence: one.sentence,
        sheet: sheetOf(one, shown),
        height,
        ...chartWays(`history-${index}`, shown, this.#tools),
      },
      {
        theme,
        figures,
        names: data.months,
        ticks: momentTicks,
        counts: one.counts,
        mostTicks: 3,
        series: [
          {
            nanos: one.values,
            fill: one.values.map((_, at) => (at === last ? now : before)),
            edge: theme.foreground,
          },
        ],
        ...(one.limit !== null && {
          thresholds: [
            {
              value: figures.units(one.limit),
              label: one.limitLabel,
              colour: theme.foreground,
              dash: [],
            },
          ],
        }),
        tooltip: {
          callbacks: {
            label: ({ parsed }) =>
              one.counts ? figures.count(parsed.y ?? 0) : figures.shown(parsed.y ?? 0),
          },
        },
      },
    );
  }

  dispose(): void {
    for (const chart of this.#drawn) chart.dispose();
  }
}

function sheetOf(one: BudgetHistoryChart, { data, words, figures }: BudgetsShown): Sheet {
  return {
    columns: [
      { key: 'month', label: words.month, numeric: false },
      { key: 'value', label: one.counts ? words.days : words.cost, numeric: true },
    ],
    rows: data.months.map((month, index) => {
      const value = one.values[index]!;
      return {
        key: String(index),
        cells: [
          { text: month, value: index },
          one.counts ? { text: figures.count(value), value } : moneyCell(value, figures),
        ],
      };
    }),
  };
}
