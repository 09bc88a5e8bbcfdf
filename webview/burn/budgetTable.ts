import type { PaceBudget } from '../../src/protocol/burn.ts';
import { el } from '../shared/dom.ts';
import { Parts } from '../shared/page/stableParts.ts';
import type { BurnShown } from './shown.ts';

const marks = { warning: '⚠', error: '✖' } as const;

/** Which limit comes next: each budget with what is left, and what becomes of it. */
export class BudgetTable {
  readonly element = el('section', { 'data-part': 'budgets' });
  readonly #parts = new Parts();

  draw({ data, words }: BurnShown): void {
    const { budgets, budgetsTitle } = data;
    this.element.hidden = budgets.length === 0;
    this.#parts.fill(this.element, [budgets, budgetsTitle, words], () => [
      el(
        'div',
        { class: 'bar-title' },
        el('h2', {}, budgetsTitle),
        el('p', { class: 'quiet small' }, words.budgetHint),
      ),
      el(
        'table',
        {},
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', { scope: 'col' }, words.budget),
            el('th', { scope: 'col', class: 'number' }, words.used),
            el('th', { scope: 'col', class: 'number spare' }, words.left),
            el('th', { scope: 'col', class: 'number' }, words.likely),
            el('th', { scope: 'col' }, words.usedUp),
          ),
        ),
        el('tbody', {}, ...budgets.map(rowOf)),
      ),
    ]);
  }
}

function rowOf({ name, used, left, likely, limit, outcome, level }: PaceBudget): HTMLElement {
  return el(
    'tr',
    { class: level },
    el('th', { scope: 'row' }, name),
    el('td', { class: 'number' }, used),
    el('td', { class: 'number spare' }, left),
    el('td', { class: 'number' }, likely || '–', el('span', { class: 'quiet of' }, ` ${limit}`)),
    el(
      'td',
      { class: level === 'ok' ? 'quiet' : '' },
      ...(level === 'ok'
        ? []
        : [el('span', { class: 'mark', 'aria-hidden': 'true' }, `${marks[level]} `)]),
      outcome,
    ),
  );
}
