import { type AnomalyUnit, anomalyUnits } from '../../src/model/anomalyUnits.ts';
import type {
  AnomaliesData,
  AnomaliesQuestion,
  AnomaliesStrings,
  AnomalyPeriod,
} from '../../src/protocol/anomalies.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import { button, dropdown } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { filterChoice, isChoice } from '../shared/filterDropdown.ts';
import { BasePage } from '../shared/page/basePage.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { moneyCell, type Sheet, textCell } from '../shared/table/sheet.ts';
import { TableSection } from '../shared/table/tableSection.ts';
import { ForecastChart } from './forecastChart.ts';
import { ScatterChart } from './scatterChart.ts';
import { type AnomaliesShown, type AnomaliesTools, openOutlier } from './shown.ts';
import { WhatIfChart } from './whatIfChart.ts';

/** The panel of anomalies: what stands out and why, where it leads, what another model would cost. */
export class AnomaliesPage extends BasePage<
  AnomaliesData,
  AnomaliesStrings,
  AnomaliesQuestion,
  TablesUi
> {
  readonly #units = new Segments<AnomalyUnit>();
  readonly #periods = new Segments<AnomalyPeriod>();
  readonly #choices = el('div', { class: 'choices' });
  readonly #scatter: ScatterChart;
  readonly #outliers = new TableSection('outliers');
  readonly #estimator = el('p', { class: 'quiet' });
  readonly #forecast: ForecastChart;
  readonly #whatIf: WhatIfChart;

  constructor(tools: AnomaliesTools) {
    super('anomalies', tools);
    this.#scatter = new ScatterChart(tools);
    this.#forecast = new ForecastChart(tools);
    this.#whatIf = new WhatIfChart(tools);
    const bar = el(
      'div',
      { class: 'toolbar filters' },
      this.#units.element,
      this.#periods.element,
      this.#choices,
    );
    this.#outliers.element.append(this.#estimator);
    this.assemble(
      bar,
      this.#scatter.element,
      this.#outliers.element,
      el('div', { class: 'columns' }, this.#forecast.element, this.#whatIf.element),
    );
  }

  draw(shown: AnomaliesShown): void {
    const { data, words, figures, asked } = shown;
    const { ask } = this.tools;
    this.#units.draw(
      words.compare,
      anomalyUnits.map((value) => ({ value, label: words[value] })),
      asked.by,
      (by) => ask({ ...asked, by }),
    );
    const periods = [
      { value: '7d', label: words.sevenDays },
      { value: '30d', label: words.thirtyDays },
      { value: '90d', label: words.ninetyDays },
      { value: 'all', label: words.all },
    ] as const;
    this.#periods.draw(words.period, periods, asked.period, (period) => ask({ ...asked, period }));
    this.parts.fill(this.#choices, [data.projects, asked, words], () => this.#dropdowns(shown));
    this.drawAround(shown, words, () => [
      button(words.insights, () => this.tools.act('showInsights'), 'primary'),
      button(words.burn, () => this.tools.act('openBurn')),
      button(words.dashboard, () => this.tools.act('openDashboard')),
    ]);
    this.#scatter.draw(shown);
    this.#outliers.draw({
      title: words.outliers,
      sheet: outlierSheet(shown),
      seen: data.rows.length > 0,
      words,
      figures,
      openHint: shown.question.by === 'day' ? words.openDay : words.open,
      onOpen: (key) => openOutlier(shown, Number(key), this.tools),
    });
    this.#estimator.textContent = data.rows.length > 0 ? data.estimator : words.noOutlier;
    this.#forecast.draw(shown);
    this.#whatIf.draw(shown);
  }

  #dropdowns({ data, words, asked }: AnomaliesShown): HTMLElement[] {
    const { ask } = this.tools;
    const projects = isChoice(data.projects, asked.project)
      ? [
          filterChoice(words.project, words.everything, data.projects, asked.project, (project) =>
            ask({ ...asked, project }),
          ),
        ]
      : [];
    const scale = dropdown(
      words.scale,
      [
        { value: 'linear', label: words.linear },
        { value: 'log', label: words.logarithmic },
      ],
      asked.log ? 'log' : 'linear',
      (value) => ask({ ...asked, log: value === 'log' }),
    );
    return [...projects, scale];
  }

  dispose(): void {
    this.#scatter.dispose();
    this.#forecast.dispose();
    this.#whatIf.dispose();
  }
}

function outlierSheet({ data, words, figures, question }: AnomaliesShown): Sheet {
  const isDay = question.by === 'day';
  return {
    columns: [
      { key: 'name', label: words.name, numeric: false },
      ...(isDay
        ? []
        : [
            { key: 'project', label: words.project, numeric: false },
            { key: 'time', label: words.time, numeric: false },
          ]),
      { key: 'cost', label: words.cost, numeric: true },
      { key: 'score', label: words.score, numeric: true },
      { key: 'reason', label: words.reason, numeric: false },
    ],
    rows: data.rows.map(({ name, project, at, nano, z, zText, reason }, index) => ({
      key: String(index),
      cells: [
        textCell(name, name),
        ...(isDay
          ? []
          : [textCell(project), { text: figures.dayTime(at), value: new Date(at).toISOString() }]),
        moneyCell(nano, figures),
        { text: zText, value: z },
        textCell(reason, reason),
      ],
    })),
  };
}
