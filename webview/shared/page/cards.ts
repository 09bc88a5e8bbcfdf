import type { PanelCard } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';
import { stripOf } from './strip.ts';

const levelMarks = { info: 'ℹ', warning: '⚠', error: '✖' } as const;

/** The figures at the head of a panel, each with what it is held against. */
export function cardList(cards: readonly PanelCard[]): HTMLElement[] {
  return cards.map(({ id, label, figure, detail, more = '', strip, level }) =>
    el(
      'div',
      { class: level === undefined ? 'card' : `card ${level}`, 'data-card': id },
      el('h2', {}, label),
      el(
        'p',
        { class: 'figure', title: figure },
        ...(level === undefined
          ? []
          : [el('span', { class: 'mark', 'aria-hidden': 'true' }, `${levelMarks[level]} `)]),
        figure,
      ),
      el('p', { class: 'detail' }, detail),
      ...(more === '' ? [] : [el('p', { class: 'detail more' }, more)]),
      ...(strip === undefined ? [] : [stripOf(strip, level ?? 'ok')]),
    ),
  );
}
