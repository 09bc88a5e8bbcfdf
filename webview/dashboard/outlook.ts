import { largestOf } from '../../src/model/lists.ts';
import type { DashboardOutlook } from '../../src/protocol/dashboard.ts';
import { familyColour } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { stripOf } from '../shared/page/strip.ts';
import type { DashboardShown } from './shown.ts';

/** What other models would have cost, with a line at what was paid; and what comes next. */
export function outlookLists(
  outlook: DashboardOutlook | null,
  { words, figures, theme }: DashboardShown,
): HTMLElement[] {
  if (outlook === null) return [el('p', { class: 'quiet', role: 'status' }, words.reading)];
  const { paid, whatIf, next } = outlook;
  const whole = largestOf([paid, ...whatIf.map(({ nano }) => nano)], 1) * 1.05;
  const at = (nano: number): string => `${(nano / whole) * 100}%`;
  const models = whatIf.map(({ name, nano, difference }) => {
    const bar = el('span', { class: 'bar-fill' });
    bar.style.setProperty('--bar', familyColour(name, theme));
    bar.style.width = at(nano);
    const line = el('span', { class: 'paid' });
    line.style.insetInlineStart = at(paid);
    return el(
      'li',
      {},
      el('span', { class: 'name' }, name),
      el('span', { class: 'number' }, figures.money(nano)),
      el('span', { class: 'number quiet' }, difference),
      el('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar, line),
    );
  });
  const ahead = next.map(({ name, likely, range, strip }) =>
    el(
      'li',
      {},
      el(
        'p',
        { class: 'budget-line' },
        el('span', {}, name),
        el('span', {}, likely, ' ', el('span', { class: 'quiet' }, range)),
      ),
      stripOf(strip),
    ),
  );
  const part = (name: string, title: string, list: HTMLElement[], look: string, hint: string) =>
    el(
      'section',
      { 'data-part': name },
      el('h3', {}, title),
      el('ul', { class: look }, ...list),
      el('p', { class: 'quiet small' }, hint),
    );
  return [
    el(
      'div',
      { class: 'halves' },
      ...(models.length === 0
        ? []
        : [part('what-if', words.whatIf, models, 'what-if', words.whatIfHint)]),
      ...(ahead.length === 0
        ? []
        : [part('what-next', words.whatNext, ahead, 'budgets', words.whatNextHint)]),
    ),
  ];
}
