import { el } from '../dom.ts';

/**
 * A part of a page that can be folded away: its heading says its result all the same. Whoever draws it
 * keeps whether it is open.
 */
export class FoldedSection {
  readonly element: HTMLDetailsElement;
  readonly body = el('div', { class: 'fold-body' });
  readonly #title = el('h2', {});
  readonly #answer = el('span', { class: 'fold-answer quiet' });
  #isOpen = false;

  /** `name`: of its element. */
  constructor(name: string, onToggle: (isOpen: boolean) => void) {
    const summary = el('summary', {}, this.#title, this.#answer);
    this.element = el(
      'details',
      { class: 'fold', 'data-part': name },
      summary,
      this.body,
    ) as HTMLDetailsElement;
    // Said a moment later, and of openings that were drawn as well.
    this.element.addEventListener('toggle', () => {
      if (this.element.open === this.#isOpen) return;
      this.#isOpen = this.element.open;
      onToggle(this.#isOpen);
    });
  }

  draw(title: string, answer: string, isOpen: boolean): void {
    this.#title.textContent = title;
    this.#answer.textContent = answer;
    this.#isOpen = isOpen;
    if (this.element.open !== isOpen) this.element.open = isOpen;
  }
}
