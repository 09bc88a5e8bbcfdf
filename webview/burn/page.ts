import {
  type BurnData,
  type BurnQuestion,
  type BurnStrings,
  type BurnUnit,
  burnUnits,
} from '../../src/protocol/burn.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import { button, dropdown } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { filterChoice, isChoice } from '../shared/filterDropdown.ts';
import { BasePage } from '../shared/page/basePage.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { type Sheet, textCell } from '../shared/table/sheet.ts';
import { TableSection } from '../shared/table/tableSection.ts';
import { BurnChart } from './chart.ts';
import type { BurnShown, BurnTools } from './shown.ts';

/** The burn panel: the answer, the rates, the buckets as bars, when budgets are used. */
export class BurnPage extends BasePage<BurnData, BurnStrings, BurnQuestion, TablesUi> {
  readonly #units = new Segments<BurnUnit>();
  readonly #choices = el('div', { class: 'choices' });
  readonly #chart: BurnChart;
  readonly #budgets = new TableSection('budgets');
  readonly #note = el('p', { class: 'quiet' });

  constructor(tools: BurnTools) {
    super('burn', tools);
    this.#chart = new BurnChart(tools);
    this.#budgets.element.append(this.#note);
    this.assemble(
      el('div', { class: 'toolbar filters' }, this.#units.element, this.#choices),
      this.#chart.element,
      this.#budgets.element,
    );
  }

  draw(shown: BurnShown): void {
    const { data, words, asked: question, figures } = shown;
    this.#units.draw(
      words.unit,
      burnUnits.map((value) => ({ value, label: words[value] })),
      question.unit,
      (unit) => this.tools.ask({ ...question, unit }),
    );
    this.parts.fill(this.#choices, [data.projects, data.thresholds, question, words], () =>
      this.#dropdowns(shown),
    );
    this.drawAround(shown, [words, data.offerBudget], () => this.#ways(shown));
    this.#chart.draw(shown);
    this.#budgets.draw({
      title: words.budgets,
      sheet: budgetSheet(shown),
      seen: data.budgets.length > 0,
      words,
      figures,
    });
    this.#note.textContent = data.budgetNote;
  }

  #ways({ data, words }: BurnShown): HTMLElement[] {
    return [
      ...(data.offerBudget
        ? [button(words.setBudget, () => this.tools.act('setBudget'), 'primary')]
        : []),
      button(
        words.anomalies,
        () => this.tools.act('openAnomalies'),
        data.offerBudget ? 'secondary' : 'primary',
      ),
      button(words.dashboard, () => this.tools.act('openDashboard')),
    ];
  }

  #dropdowns({ data, words, asked: question }: BurnShown): HTMLElement[] {
    const { ask } = this.tools;
    const projects = isChoice(data.projects, question.project)
      ? [
          filterChoice(
            words.project,
            words.everything,
            data.projects,
            question.project,
            (project) => ask({ ...question, project }),
          ),
        ]
      : [];
    const threshold = dropdown(
      words.threshold,
      data.thresholds,
      String(question.threshold),
      (value) => ask({ ...question, threshold: Number(value) }),
    );
    return [...projects, threshold];
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function budgetSheet({ data, words }: BurnShown): Sheet {
  const levels = ['info', 'warning', 'critical', 'stop'] as const;
  return {
    columns: [
      { key: 'budget', label: words.budget, numeric: false },
      { key: 'limit', label: words.limit, numeric: true },
      { key: 'used', label: words.used, numeric: true },
      ...levels.map((level) => ({ key: level, label: words[level], numeric: true })),
    ],
    rows: data.budgets.map(({ name, limit, limitValue, used, usedShare, steps }, index) => ({
      key: String(index),
      cells: [
        textCell(name),
        { text: limit, value: limitValue },
        { text: used, value: usedShare },
        ...steps.map(({ text, hint, days }) => ({
          text,
          value: days ?? text,
          ...(hint !== '' && { hint }),
        })),
      ],
    })),
  };
}
