import type { PanelAction } from '../../src/protocol/session.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import type { SessionView } from './view.ts';

/** Which session it is, what it came to in a sentence, and what can be done with it. */
export class SessionHead {
  readonly element = el('header', {});
  readonly #title = el('div', { class: 'title' });
  readonly #actions = el('div', { class: 'actions' });
  readonly #answer = el('p', { class: 'answer' });
  #madeActions = '';

  constructor() {
    this.element.append(this.#title, this.#actions, this.#answer);
  }

  draw({ session, words, tools }: SessionView): void {
    const dot = el('span', { class: 'dot', 'aria-hidden': 'true' }, '● ');
    const live = el('span', { class: 'live' }, dot, words.live);
    this.#title.replaceChildren(
      el('h1', {}, session.title, ...(session.live ? [' ', live] : [])),
      el('p', { class: 'place' }, session.place.join(' · ')),
    );
    this.#answer.textContent = session.answer;
    // The buttons stay: one of them may have the focus.
    if (this.#madeActions === words.openTranscript) return;
    this.#madeActions = words.openTranscript;
    const action = (label: string, name: PanelAction): HTMLElement =>
      button(label, () => tools.act(name), name === 'openTranscript' ? 'primary' : 'secondary');
    this.#actions.replaceChildren(
      action(words.openTranscript, 'openTranscript'),
      action(words.resume, 'resume'),
      action(words.copyId, 'copyId'),
    );
  }
}
