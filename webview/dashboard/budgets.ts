import type { DashboardBudget } from '../../src/protocol/dashboard.ts';
import { button, iconButton } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { stripOf } from '../shared/page/strip.ts';
import type { DashboardShown, DashboardTools } from './shown.ts';

/** Signs of levels, beside words that say the same. */
export const marks = { ok: '', info: '', warning: '⚠ ', critical: '⚠ ', stop: '✖ ' } as const;

/** Every budget: what is left, how far it is used, what comes of it. Of a plan its windows. */
export function budgetList({ data, words }: DashboardShown, tools: DashboardTools): HTMLElement[] {
  const { official, budgets } = data;
  const plan =
    official.length === 0
      ? []
      : [
          el('h2', {}, words.yourWindows),
          el('ul', { class: 'budgets' }, ...official.map(budgetRow)),
          el('p', { class: 'quiet small' }, words.officialHint),
        ];
  // Whoever has a plan need not set a budget.
  if (budgets.length === 0 && plan.length > 0) return plan;
  const title = el('h2', {}, words.budgets);
  if (budgets.length === 0) {
    const empty = el('p', { class: 'quiet' }, words.noBudget);
    return [title, empty, button(words.setBudget, () => tools.act('setBudget'))];
  }
  const add = iconButton(words.addBudget, 'plus', () => tools.act('addBudget'));
  return [
    ...plan,
    el('div', { class: 'bar-title' }, title, add),
    el('ul', { class: 'budgets' }, ...budgets.map(budgetRow)),
  ];
}

export function budgetRow({
  key,
  name,
  level,
  left,
  strip,
  used,
  outcome,
}: DashboardBudget): HTMLElement {
  const mark = marks[level];
  const sign = mark === '' ? [] : [el('span', { class: 'mark', 'aria-hidden': 'true' }, mark)];
  return el(
    'li',
    { 'data-key': key, class: level },
    el('p', { class: 'budget-line' }, el('span', { class: 'name' }, name), el('span', {}, left)),
    stripOf(strip, level),
    el(
      'p',
      { class: 'budget-line quiet small' },
      el('span', { class: 'used' }, ...sign, used),
      el('span', {}, outcome),
    ),
  );
}
