import type { PanelAct, PanelAround } from '../../../src/protocol/shared.ts';
import { button } from '../controls.ts';
import { el } from '../dom.ts';
import { Parts } from './stableParts.ts';

/** The head of a panel over the whole store: its choices, the verdict and what helps. */
export class PanelHead {
  readonly element: HTMLElement;
  readonly #answer = el('h1', { class: 'answer' });
  readonly #lead = el('p', { class: 'lead quiet' });
  readonly #acts = el('div', { class: 'actions' });
  readonly #parts = new Parts();
  readonly #act: (act: PanelAct) => void;

  constructor(choices: HTMLElement, act: (act: PanelAct) => void) {
    this.#act = act;
    const verdict = el('div', { class: 'verdict' }, this.#answer, this.#lead);
    this.element = el(
      'header',
      { class: 'head' },
      choices,
      el('div', { class: 'first' }, verdict, this.#acts),
    );
  }

  draw({ answer, lead = '', acts = [] }: PanelAround): void {
    this.#answer.textContent = answer;
    this.#lead.textContent = lead;
    this.#lead.hidden = lead === '';
    this.#parts.fill(this.#acts, acts, () =>
      acts.map(({ label, act }, index) =>
        button(label, () => this.#act(act), index === 0 ? 'primary' : 'secondary'),
      ),
    );
  }
}
