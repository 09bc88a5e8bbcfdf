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
import { OutlierList } from './outlierList.ts';
import { ScatterChart } from './scatterChart.ts';
import type { AnomaliesShown, AnomaliesTools } from './shown.ts';

/** The panel of anomalies: the verdict, what stands out and why, and what it is compared with. */
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
  readonly #outliers: OutlierList;

  constructor(tools: AnomaliesTools) {
    super('anomalies', tools);
    this.#outliers = new OutlierList(tools);
    this.#scatter = new ScatterChart(tools);
    const bar = el(
      'div',
      { class: 'toolbar filters' },
      this.#units.element,
      this.#periods.element,
      this.#choices,
    );
    this.assemble(bar, this.#outliers.element, this.#scatter.element);
  }

  draw(shown: AnomaliesShown): void {
    const { data, words, asked } = shown;
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
      button(words.burn, () => this.tools.act('openBurn')),
      button(words.dashboard, () => this.tools.act('openDashboard')),
    ]);
    this.#outliers.draw(shown);
    // Nothing to compare needs no empty axes.
    this.#scatter.element.hidden = data.median === null;
    if (data.median !== null) this.#scatter.draw(shown);
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
  }
}
