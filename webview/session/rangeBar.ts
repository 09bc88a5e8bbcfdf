import type { PanelRange } from '../../src/protocol/session.ts';
import { el } from '../shared/dom.ts';
import type { SessionView } from './view.ts';

/** Steps between the ends of a session. */
const steps = 200;

/** Two sliders that choose a range of time with the keyboard, folded away: in the chart it is pulled up. */
export class RangeBar {
  readonly element: HTMLElement;
  readonly #title = el('summary', {});
  readonly #sliders = el('div', { class: 'range' });
  readonly #from = el('input', { type: 'range', min: '0', max: String(steps) }) as HTMLInputElement;
  readonly #to = el('input', { type: 'range', min: '0', max: String(steps) }) as HTMLInputElement;
  readonly #fromText = el('span', { class: 'moment' });
  readonly #toText = el('span', { class: 'moment' });
  readonly #fromName = el('span', {});
  readonly #toName = el('span', {});
  #view: SessionView | undefined;

  constructor() {
    this.element = el('details', { class: 'narrow' }, this.#title, this.#sliders);
    this.#sliders.append(
      el('label', {}, this.#fromName, this.#from, this.#fromText),
      el('label', {}, this.#toName, this.#to, this.#toText),
    );
    for (const slider of [this.#from, this.#to]) {
      slider.addEventListener('input', () => this.#choose(slider));
    }
  }

  draw(view: SessionView): void {
    this.#view = view;
    const { derived, words, figures, state } = view;
    const { from, to } = derived.span;
    this.element.hidden = derived.ordered.length < 2 || from === to;
    if (this.element.hidden) return;
    const shown = state.range ?? { from, to };
    this.#title.textContent = words.rangeTitle;
    this.#fromName.textContent = words.rangeFrom;
    this.#toName.textContent = words.rangeTo;
    const put = (slider: HTMLInputElement, text: HTMLElement, at: number): void => {
      const moment = figures.time(at);
      slider.value = String(Math.round(((at - from) / (to - from)) * steps));
      slider.setAttribute('aria-valuetext', moment);
      text.textContent = moment;
    };
    put(this.#from, this.#fromText, shown.from);
    put(this.#to, this.#toText, shown.to);
  }

  /** One end pushes the other before it. The whole session is no range. */
  #choose(moved: HTMLInputElement): void {
    if (this.#view === undefined) return;
    const { derived, tools } = this.#view;
    const { from, to } = derived.span;
    let [first, last] = [Number(this.#from.value), Number(this.#to.value)];
    if (first > last) {
      if (moved === this.#from) last = first;
      else first = last;
    }
    const at = (step: number): number => Math.round(from + ((to - from) * step) / steps);
    const range: PanelRange | null =
      first === 0 && last === steps ? null : { from: at(first), to: at(last) };
    tools.change({ range });
  }
}
