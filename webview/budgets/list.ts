import type { BudgetRow } from '../../src/protocol/budgets.ts';
import type { BudgetVerb } from '../../src/protocol/shared.ts';
import { exportMenu } from '../shared/charts/chartSection.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import type { BudgetsShown, BudgetsTools } from './shown.ts';
import { budgetStrip } from './strip.ts';

const marks = { ok: '', info: '', warning: '⚠ ', critical: '⚠ ', stop: '✖ ' } as const;

/** Every budget as a row: what it is, how far it is used, what is left, what comes of it, what to do. */
export function budgetRows({ data, words }: BudgetsShown, tools: BudgetsTools): HTMLElement[] {
  return data.budgets.map((row) => rowOf(row, words, tools));
}

/** What is likely to run out has the mark of a warning, whatever its level is. */
function outcomeOf({ outcome, early }: BudgetRow): (HTMLElement | string)[] {
  if (!early) return [outcome];
  return [el('span', { class: 'mark early', 'aria-hidden': 'true' }, '⚠ '), outcome];
}

function rowOf(row: BudgetRow, words: BudgetsShown['words'], tools: BudgetsTools): HTMLElement {
  const act = (verb: BudgetVerb) => (): void => tools.budget(row.id, verb);
  const { level, verbs } = row;
  const mark = marks[level];
  const used = el(
    'p',
    { class: `used ${level}` },
    ...(mark === '' ? [] : [el('span', { class: 'mark', 'aria-hidden': 'true' }, mark)]),
    row.used,
  );
  const change = button(words.change, act('change'));
  change.setAttribute('aria-label', `${words.change} ${row.name}`);
  const others = verbs
    .filter((verb) => verb !== 'change')
    .map((verb) => ({ label: words[verb], run: act(verb) }));
  return el(
    'li',
    { class: 'budget', 'data-key': row.key, 'data-level': level, 'data-id': row.id },
    el('div', { class: 'what' }, el('h3', {}, row.name), el('p', { class: 'quiet' }, row.cover)),
    el(
      'div',
      { class: 'how-far', title: row.sentence },
      budgetStrip(row.strip, level),
      el('p', { class: 'quiet' }, row.likely),
    ),
    el(
      'div',
      { class: 'left' },
      el('p', { class: 'amount' }, row.left),
      el('p', { class: 'quiet' }, row.leftOf),
    ),
    el('div', { class: 'outlook' }, used, el('p', { class: 'quiet' }, ...outcomeOf(row))),
    el('div', { class: 'tools' }, change, exportMenu(fill(words.more, row.name), others, '…')),
    el('p', { class: 'quiet notes' }, row.notes.join(' · ')),
  );
}
