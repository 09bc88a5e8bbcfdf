import { largestOf } from '../../src/model/lists.ts';
import type { DashboardBudget } from '../../src/protocol/dashboard.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import type { DashboardShown, DashboardTools } from './shown.ts';

const marks = { ok: '', info: 'ℹ ', warning: '⚠ ', critical: '✖ ', stop: '✖ ' } as const;

/** Every budget as a bar: what is spent, where it leads, and its thresholds. */
export function budgetList({ data, words }: DashboardShown, tools: DashboardTools): HTMLElement[] {
  const title = el('h2', {}, words.budgets);
  if (data.budgets.length === 0) {
    const empty = el('p', { class: 'empty' }, words.noBudget);
    return [title, empty, button(words.setBudget, () => tools.act('setBudget'))];
  }
  return [
    title,
    el('ul', { class: 'budgets' }, ...data.budgets.map((budget) => budgetBar(budget, words))),
  ];
}

function budgetBar(budget: DashboardBudget, words: DashboardShown['words']): HTMLElement {
  const { name, level, outcome, spent, limit, share, shareText, projected, steps } = budget;
  // The bar reaches as far as anything on it: a budget that is overrun has its end inside it.
  const whole = largestOf([share, projected?.high ?? 0, ...steps], 1);
  const at = (value: number): string => `${(Math.max(0, Math.min(value, whole)) / whole) * 100}%`;
  const bar = el('span', { class: `meter ${level}`, 'aria-hidden': 'true' });
  const part = (kind: string, from: number, to: number): void => {
    const one = el('span', { class: kind });
    one.style.insetInlineStart = at(from);
    one.style.width = `calc(${at(to)} - ${at(from)})`;
    bar.append(one);
  };
  if (projected !== null) {
    part('band', Math.max(share, projected.low), projected.high);
    part('ahead', share, projected.share);
  }
  part('spent', 0, share);
  for (const step of steps) {
    const line = el('span', { class: step === 1 ? 'step whole' : 'step' });
    line.style.insetInlineStart = at(step);
    bar.append(line);
  }
  const text = `${marks[level]}${[shareText, outcome].filter(Boolean).join(' · ')}`;
  const ahead = budget.projectedText === '' ? '' : fill(words.projectedTo, budget.projectedText);
  return el(
    'li',
    {},
    el(
      'p',
      { class: 'budget-line' },
      el('span', {}, name),
      el('span', { class: 'figures' }, `${spent} / ${limit}`),
      el('span', { class: `level ${level}` }, text),
    ),
    bar,
    ...(ahead === '' ? [] : [el('p', { class: 'quiet' }, ahead)]),
  );
}
