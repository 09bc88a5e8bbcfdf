import type { PanelSession } from '../../src/protocol/session.ts';
import { TimeLink } from '../shared/charts/linkedTimeAxis.ts';
import { el } from '../shared/dom.ts';
import { cardList } from '../shared/page/cards.ts';
import { AgentTree } from './agentTree.ts';
import { ContextChart } from './contextChart.ts';
import { CostChart } from './costChart.ts';
import { SessionHead } from './head.ts';
import { nearest } from './markers.ts';
import { MessageList } from './messageList.ts';
import { RangeBar } from './rangeBar.ts';
import { passes, type SessionView } from './view.ts';

/** The page of a session: answer, figures, charts, who spent it, messages, how it adds up. */
export class SessionPage {
  readonly element = el('div', { class: 'session' });
  readonly #head = new SessionHead();
  readonly #cards = el('section', { class: 'cards' });
  readonly #link = new TimeLink({
    onRange: (range) => this.#view?.tools.change({ range }),
    onPick: (at) => this.#pick(at),
  });
  readonly #cost = new CostChart(this.#link);
  readonly #context = new ContextChart(this.#link);
  readonly #range = new RangeBar();
  readonly #agents = new AgentTree();
  readonly #messages = new MessageList();
  readonly #foot = el('footer', {});
  #view: SessionView | undefined;

  constructor() {
    this.element.append(
      this.#head.element,
      this.#cards,
      this.#cost.element,
      this.#context.element,
      this.#range.element,
      this.#agents.element,
      this.#messages.element,
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
  }

  #drawAbove(view: SessionView): void {
    const { session } = view;
    this.#head.draw(view);
    this.#cards.replaceChildren(...cardList(session.cards));
    this.#cost.draw(view);
    this.#context.draw(view);
    this.#range.draw(view);
    this.#agents.draw(view);
    this.#foot.replaceChildren(sumLine(session), ...session.notes.map((note) => el('p', {}, note)));
  }

  /** Opens the message nearest to a moment, of those the filters let through. */
  #pick(at: number): void {
    if (this.#view === undefined) return;
    const { derived, state, tools } = this.#view;
    const shown = derived.ordered.filter((message) => passes(message, state));
    const found = nearest(shown, at);
    if (found === undefined) return;
    tools.change({ open: found.key });
    this.reveal(found.key);
  }

  /** Brings a message's row into view. */
  reveal(key: string): void {
    this.#messages.reveal(key);
  }

  dispose(): void {
    this.#cost.dispose();
    this.#context.dispose();
  }
}

function sumLine({ sum }: PanelSession): HTMLElement {
  const mark = sum.agrees ? [' ', el('span', { class: 'agrees', 'aria-hidden': 'true' }, '✓')] : [];
  return el('p', { class: 'sum' }, sum.text, ...mark);
}
