import type { PanelCard } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';

const levelMarks = { info: 'ℹ', warning: '⚠', error: '✖' } as const;

/** The figures at the head of a panel. */
export function cardList(cards: readonly PanelCard[]): HTMLElement[] {
  return cards.map(({ id, label, figure, detail, level }) =>
    el(
      'div',
      { class: level === undefined ? 'card' : `card ${level}`, 'data-card': id },
      el('h2', {}, label),
      el(
        'p',
        { class: 'figure' },
        ...(level === undefined
          ? []
          : [el('span', { class: 'mark', 'aria-hidden': 'true' }, `${levelMarks[level]} `)]),
        figure,
      ),
      el('p', { class: 'detail' }, detail),
    ),
  );
}
