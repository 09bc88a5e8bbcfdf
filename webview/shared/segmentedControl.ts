import { el } from './dom.ts';

/** A few choices side by side, one of which holds; arrow keys go from one to the next. */
export class Segments<T extends string> {
  readonly element = el('div', { class: 'segments', role: 'radiogroup' });
  #made = '';
  /** What a choice does, as of the last drawing. */
  #choose: (value: T) => void = () => {};

  draw(
    label: string,
    options: readonly { readonly value: T; readonly label: string }[],
    /** Undefined where none of them holds. */
    chosen: T | undefined,
    onChoose: (value: T) => void,
  ): void {
    this.#choose = onChoose;
    const made = JSON.stringify([label, options, chosen]);
    if (made === this.#made) return;
    this.#made = made;
    const held = this.element.contains(document.activeElement);
    this.element.setAttribute('aria-label', label);
    const radios = options.map((option) => {
      const on = option.value === chosen;
      const radio = el(
        'button',
        {
          type: 'button',
          role: 'radio',
          'aria-checked': String(on),
          'data-value': option.value,
          tabindex: on || (chosen === undefined && option === options[0]) ? '0' : '-1',
        },
        option.label,
      );
      radio.addEventListener('click', () => this.#choose(option.value));
      return radio;
    });
    this.element.replaceChildren(...radios);
    this.element.onkeydown = (event) => {
      const at = radios.indexOf(document.activeElement as HTMLElement);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (at < 0 || step === undefined) return;
      event.preventDefault();
      const next = (at + step + options.length) % options.length;
      radios[next]!.focus();
      this.#choose(options[next]!.value);
    };
    if (held) radios[options.findIndex(({ value }) => value === chosen)]?.focus();
  }
}
