import type { BudgetRow } from '../../src/protocol/budgets.ts';
import type { BudgetVerb } from '../../src/protocol/shared.ts';
import { exportMenu } from '../shared/charts/chartSection.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { Parts } from '../shared/page/stableParts.ts';
import { stripOf } from '../shared/page/strip.ts';
import type { BudgetsShown, BudgetsTools } from './shown.ts';

const marks = { ok: '', info: '', warning: '⚠ ', critical: '⚠ ', stop: '✖ ' } as const;

/**
 * Every budget as a row: what it is, how far it is used, what is left, what comes of it, what to do. Rows
 * stay where they are while figures change in them: a menu that is open is not taken away.
 */
export class BudgetList {
  readonly element = el('ul', { class: 'budget-list' });
  readonly #tools: BudgetsTools;
  readonly #rows = new Map<string, Row>();

  constructor(tools: BudgetsTools) {
    this.#tools = tools;
  }

  draw({ data, words }: BudgetsShown): void {
    const present = new Set(data.budgets.map(({ key }) => key));
    for (const [key, row] of this.#rows) {
      if (present.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    for (const [index, budget] of data.budgets.entries()) {
      const row = this.#rows.get(budget.key) ?? new Row(budget, this.#tools);
      this.#rows.set(budget.key, row);
      row.draw(budget, words);
      const there = this.element.children[index];
      if (there !== row.element) this.element.insertBefore(row.element, there ?? null);
    }
  }
}

class Row {
  readonly element: HTMLElement;
  readonly #tools: BudgetsTools;
  readonly #parts = new Parts();
  readonly #what = el('div', { class: 'what' });
  readonly #howFar = el('div', { class: 'how-far' });
  readonly #left = el('div', { class: 'left' });
  readonly #outlook = el('div', { class: 'outlook' });
  readonly #actions = el('div', { class: 'tools' });
  readonly #notes = el('p', { class: 'quiet notes' });

  constructor({ key, id }: BudgetRow, tools: BudgetsTools) {
    this.#tools = tools;
    this.element = el(
      'li',
      { class: 'budget', 'data-key': key, 'data-id': id },
      ...[this.#what, this.#howFar, this.#left, this.#outlook, this.#actions, this.#notes],
    );
  }

  draw(row: BudgetRow, words: BudgetsShown['words']): void {
    const { name, cover, strip, level, likely } = row;
    this.element.dataset.level = level;
    this.#howFar.title = row.sentence;
    this.#parts.fill(this.#what, [name, cover], () => [
      el('h3', {}, name),
      el('p', { class: 'quiet' }, cover),
    ]);
    this.#parts.fill(this.#howFar, [strip, level, likely], () => [
      stripOf(strip, level),
      el('p', { class: 'quiet' }, likely),
    ]);
    this.#parts.fill(this.#left, [row.left, row.leftOf], () => [
      el('p', { class: 'amount' }, row.left),
      el('p', { class: 'quiet' }, row.leftOf),
    ]);
    this.#parts.fill(this.#outlook, [row.used, level, row.outcome, row.early], () => [
      el('p', { class: `used ${level}` }, ...markOf(marks[level]), row.used),
      el('p', { class: 'quiet' }, ...markOf(row.early ? marks.warning : '', ' early'), row.outcome),
    ]);
    this.#parts.fill(this.#actions, [row.id, row.verbs, name, words], () =>
      this.#buttons(row, words),
    );
    this.#notes.textContent = row.notes.join(' · ');
  }

  #buttons({ id, name, verbs }: BudgetRow, words: BudgetsShown['words']): HTMLElement[] {
    const act = (verb: BudgetVerb) => (): void => this.#tools.budget(id, verb);
    const change = button(words.change, act('change'));
    change.setAttribute('aria-label', `${words.change} ${name}`);
    const others = verbs
      .filter((verb) => verb !== 'change')
      .map((verb) => ({ label: words[verb], run: act(verb) }));
    return [change, exportMenu(fill(words.more, name), others, 'more')];
  }
}

/** A mark beside words that say the same; nothing for ''. */
function markOf(mark: string, look = ''): HTMLElement[] {
  return mark === '' ? [] : [el('span', { class: `mark${look}`, 'aria-hidden': 'true' }, mark)];
}
