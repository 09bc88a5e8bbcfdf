import type { BudgetsData, BudgetsQuestion, BudgetsStrings } from '../../src/protocol/budgets.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { BasePage } from '../shared/page/basePage.ts';
import { BudgetHistory } from './history.ts';
import { BudgetList } from './list.ts';
import type { BudgetsShown, BudgetsTools } from './shown.ts';

/** The panel of budgets: the verdict, each budget, the months before, what happens at which level. */
export class BudgetsPage extends BasePage<BudgetsData, BudgetsStrings, BudgetsQuestion, TablesUi> {
  readonly #title = el('h2', {});
  readonly #add = el('div', { class: 'tools' });
  readonly #list: BudgetList;
  readonly #others = el('p', { class: 'quiet' });
  readonly #history: BudgetHistory;
  readonly #levels = el('section', { 'data-part': 'levels' });

  constructor(tools: BudgetsTools) {
    super('budgets', tools);
    this.#history = new BudgetHistory(tools);
    this.#list = new BudgetList(tools);
    const list = el(
      'section',
      { 'data-part': 'budgets' },
      el('div', { class: 'bar-title' }, this.#title, this.#add),
      this.#list.element,
      this.#others,
    );
    this.assemble(el('div', {}), list, this.#history.element, this.#levels);
  }

  draw(shown: BudgetsShown): void {
    const { data, words } = shown;
    this.drawAround(shown, [words], () => [
      button(words.dashboard, () => this.tools.act('openDashboard')),
      button(words.burn, () => this.tools.act('openBurn')),
    ]);
    this.#title.textContent = words.budgets;
    const isFirst = data.budgets.length === 0;
    this.parts.fill(this.#add, [words.addBudget, isFirst], () => [
      button(words.addBudget, () => this.tools.act('addBudget'), isFirst ? 'primary' : 'secondary'),
    ]);
    this.#list.element.hidden = isFirst;
    this.#list.draw(shown);
    this.#others.hidden = data.others.length === 0;
    this.#others.textContent = `${words.notJudged}: ${data.others.join('; ')}`;
    this.#history.draw(shown);
    this.parts.fill(this.#levels, [data.levels, words], () => [
      el('h2', {}, words.levels),
      el(
        'ul',
        { class: 'levels' },
        ...data.levels.map(({ at, what }) =>
          el('li', {}, el('p', {}, at), el('p', { class: 'quiet' }, what)),
        ),
      ),
    ]);
  }

  dispose(): void {
    this.#history.dispose();
  }
}
