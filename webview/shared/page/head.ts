import type { CommonStrings, PanelAround } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';
import type { Figures } from '../figures.ts';
import { fill } from '../fill.ts';

/** The head of a panel over the whole store: its choices, the answer, and how fresh it is. */
export class PanelHead {
  readonly element: HTMLElement;
  readonly #answer = el('h1', { class: 'answer' });
  readonly #state = el('p', { class: 'place', role: 'status' });

  constructor(choices: HTMLElement) {
    this.element = el('header', { class: 'head' }, choices, this.#answer, this.#state);
  }

  draw(
    { answer, live, at }: PanelAround,
    { words, figures }: { readonly words: CommonStrings; readonly figures: Figures },
  ): void {
    this.#answer.textContent = answer;
    const updated = fill(words.updated, figures.time(at));
    this.#state.textContent = live ? `● ${words.live} · ${updated}` : updated;
  }
}
