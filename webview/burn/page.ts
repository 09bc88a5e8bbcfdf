import {
  type BurnData,
  type BurnPeriod,
  type BurnQuestion,
  type BurnStrings,
  burnPeriods,
} from '../../src/protocol/burn.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { filterChoice, isChoice } from '../shared/filterDropdown.ts';
import { BasePage } from '../shared/page/basePage.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { BudgetTable } from './budgetTable.ts';
import { PaceChart } from './chart.ts';
import type { BurnShown, BurnTools } from './shown.ts';

/** The burn panel: the verdict, the pace in four figures, the period beside a usual one, budgets. */
export class BurnPage extends BasePage<BurnData, BurnStrings, BurnQuestion, TablesUi> {
  readonly #periods = new Segments<BurnPeriod>();
  readonly #choices = el('div', { class: 'choices' });
  readonly #chart: PaceChart;
  readonly #budgets = new BudgetTable();

  constructor(tools: BurnTools) {
    super('burn', tools);
    this.#chart = new PaceChart(tools);
    this.assemble(
      el('div', { class: 'toolbar filters' }, this.#periods.element, this.#choices),
      this.#chart.element,
      this.#budgets.element,
    );
  }

  draw(shown: BurnShown): void {
    const { data, words, asked: question } = shown;
    const names = { today: words.today, '7d': words.week, month: words.month };
    this.#periods.draw(
      words.period,
      burnPeriods.map((value) => ({ value, label: names[value] })),
      question.period,
      (period) => this.tools.ask({ ...question, period }),
    );
    this.parts.fill(this.#choices, [data.projects, question, words], () => this.#dropdowns(shown));
    this.drawAround(shown, [words], () => [
      button(words.anomalies, () => this.tools.act('openAnomalies')),
      button(words.dashboard, () => this.tools.act('openDashboard')),
    ]);
    // A period without anything, and nothing to hold it against, needs no empty axes.
    this.#chart.element.hidden = data.chart.total === 0 && data.chart.usual === null;
    if (!this.#chart.element.hidden) this.#chart.draw(shown);
    this.#budgets.draw(shown);
  }

  #dropdowns({ data, words, asked: question }: BurnShown): HTMLElement[] {
    if (!isChoice(data.projects, question.project)) return [];
    return [
      filterChoice(words.project, words.everything, data.projects, question.project, (project) =>
        this.tools.ask({ ...question, project }),
      ),
    ];
  }

  dispose(): void {
    this.#chart.dispose();
  }
}
