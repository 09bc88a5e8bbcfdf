import { TimeLink } from '../shared/charts/linkedTimeAxis.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { cardList } from '../shared/page/cards.ts';
import { Parts } from '../shared/page/stableParts.ts';
import { AgentTree } from './agentTree.ts';
import { SessionHead } from './head.ts';
import { nearest } from './markers.ts';
import { MessageList } from './messageList.ts';
import { RangeBar } from './rangeBar.ts';
import { TimeChart } from './timeChart.ts';
import { passes, type SessionView } from './view.ts';

/** The page of a session: the verdict, figures, it over time, its messages, who spent it and what to do. */
export class SessionPage {
  readonly element = el('div', { class: 'session' });
  readonly #head = new SessionHead((key) => this.#show(key));
  readonly #cards = el('section', { class: 'cards' });
  readonly #link = new TimeLink({
    onRange: (range) => this.#view?.tools.change({ range }),
    onPick: (at) => this.#pick(at),
  });
  readonly #time = new TimeChart(this.#link);
  readonly #range = new RangeBar();
  readonly #agents = new AgentTree();
  readonly #messages = new MessageList();
  readonly #advice = el('section', { 'data-part': 'advice' });
  readonly #foot = el('footer', {});
  readonly #parts = new Parts();
  #view: SessionView | undefined;

  constructor() {
    const side = el('div', { class: 'side' }, this.#agents.element, this.#advice);
    this.element.append(
      this.#head.element,
      this.#cards,
      el('div', { class: 'over-time' }, this.#time.element, this.#range.element),
      el('div', { class: 'beside' }, this.#messages.element, side),
      this.#foot,
    );
  }

  draw(view: SessionView): void {
    const before = this.#view;
    this.#view = view;
    const { session, state } = view;
    this.#link.range = state.range;
    // A row that is opened or a word that is typed changes nothing above the list.
    const same =
      before !== undefined &&
      before.derived === view.derived &&
      before.session === session &&
      before.theme === view.theme &&
      before.figures === view.figures &&
      before.state.agent === state.agent &&
      before.state.range === state.range &&
      before.state.tables === state.tables;
    if (!same) this.#drawAbove(view);
    this.#messages.draw(view);
    this.#agents.draw(view);
  }

  #drawAbove(view: SessionView): void {
    const { session, words } = view;
    this.#head.draw(view);
    this.#parts.fill(this.#cards, session.cards, () => cardList(session.cards));
    this.#time.draw(view);
    this.#range.draw(view);
    const { advice } = session;
    this.#advice.hidden = advice === null;
    this.#parts.fill(this.#advice, [advice, words.adviceTitle], () =>
      advice === null
        ? []
        : [
            el('h2', {}, words.adviceTitle),
            el(
              'div',
              { class: 'box' },
              el('p', { class: 'what' }, advice.title),
              el('p', { class: 'quiet' }, advice.text),
              button(words.openSimilar, () => this.#view?.tools.act('openSimilar')),
            ),
          ],
    );
    this.#foot.replaceChildren(...session.notes.map((note) => el('p', {}, note)));
  }

  /** Opens a message, whatever the list is narrowed to, and brings it into view. */
  #show(key: string): void {
    this.#view?.tools.show(key);
  }

  /** Opens the message nearest to a moment, of those the filters let through. */
  #pick(at: number): void {
    if (this.#view === undefined) return;
    const { derived, state, tools } = this.#view;
    const shown = derived.ordered.filter((message) => passes(message, state));
    const found = nearest(shown, at);
    if (found === undefined) return;
    tools.show(found.key);
  }

  /** Brings a message's row into view. */
  reveal(key: string): void {
    this.#messages.reveal(key);
  }

  /** What messages are about has become known. */
  outlined(keys: readonly string[]): void {
    this.#messages.outlined(keys);
  }

  dispose(): void {
    this.#time.dispose();
  }
}
