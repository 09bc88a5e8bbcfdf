/**
 * Parts of a page that are rebuilt only when what they show has changed: something in them may have
 * the focus.
 */
export class Parts {
  readonly #made = new Map<HTMLElement, string>();

  /** Fills an element, unless it has been filled from the same before. The focus stays at its `data-key`. */
  fill(element: HTMLElement, from: unknown, make: () => readonly HTMLElement[]): void {
    const made = JSON.stringify(from);
    if (this.#made.get(element) === made) return;
    this.#made.set(element, made);
    const held = element.contains(document.activeElement)
      ? document.activeElement?.closest('[data-key]')?.getAttribute('data-key')
      : undefined;
    element.replaceChildren(...make());
    if (held === null || held === undefined) return;
    const again = element.querySelector(`[data-key="${CSS.escape(held)}"]`);
    again?.querySelector<HTMLElement>('button')?.focus();
  }
}
