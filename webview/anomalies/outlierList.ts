import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { Parts } from '../shared/page/stableParts.ts';
import { type AnomaliesShown, type AnomaliesTools, openOutlier } from './shown.ts';

/** What stands out: how much more than usual it was, why, and the way to it. */
export class OutlierList {
  readonly element = el('section', { 'data-part': 'outliers' });
  readonly #tools: AnomaliesTools;
  readonly #parts = new Parts();
  #shown: AnomaliesShown | undefined;

  constructor(tools: AnomaliesTools) {
    this.#tools = tools;
  }

  draw(shown: AnomaliesShown): void {
    this.#shown = shown;
    const { rows, listTitle } = shown.data;
    this.element.hidden = rows.length === 0;
    this.#parts.fill(this.element, [rows, listTitle], () => [
      el('h2', {}, listTitle),
      el('ol', { class: 'outlier-list' }, ...rows.map((_, index) => this.#row(shown, index))),
    ]);
  }

  #row({ data, figures }: AnomaliesShown, index: number): HTMLElement {
    const { name, where, nano, factor, reason, act } = data.rows[index]!;
    const open = (): void => openOutlier(this.#shown!, index, this.#tools);
    const opener = el('button', { type: 'button', class: 'opener' }, name);
    opener.addEventListener('click', open);
    return el(
      'li',
      {},
      el('span', { class: 'quiet rank', 'aria-hidden': 'true' }, String(index + 1)),
      el('div', { class: 'what' }, opener, el('p', { class: 'quiet small' }, where)),
      el(
        'div',
        { class: 'cost' },
        el('p', { class: 'amount' }, figures.money(nano)),
        el('p', { class: 'quiet small' }, factor),
      ),
      el('p', { class: 'why small' }, reason),
      el('div', { class: 'tools' }, button(act, open)),
    );
  }
}
