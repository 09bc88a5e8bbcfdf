import type { PanelAct, PanelAround } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';
import { fill } from '../fill.ts';
import { cardList } from './cards.ts';
import { PanelHead } from './head.ts';
import type { DataPage, PageTools, Shown } from './page.ts';
import { Parts } from './stableParts.ts';

/**
 * A page over the whole store: its choices and the answer, cards, its own parts, ways to other panels,
 * and notes.
 */
export abstract class BasePage<Data extends PanelAround, Words, Question, Ui>
  implements DataPage<Data, Words, Question, Ui>
{
  readonly element: HTMLElement;
  protected readonly tools: PageTools<Question, Ui>;
  /** Parts that are rebuilt only when what they show has changed. */
  protected readonly parts = new Parts();
  /** What was asked last. */
  protected asked: Question | undefined;
  #head: PanelHead | undefined;
  readonly #cards = el('section', { class: 'cards' });
  readonly #ways = el('div', { class: 'actions' });
  readonly #notes = el('div', { class: 'notes' });
  /** How fresh the figures are. */
  readonly #state = el('p', { class: 'place', role: 'status' });

  constructor(name: string, tools: PageTools<Question, Ui>) {
    this.tools = tools;
    this.element = el('div', { class: `panel ${name}` });
  }

  /** Puts the page together: `choices` stand in its head, `content` between cards and ways. */
  protected assemble(choices: HTMLElement, ...content: readonly HTMLElement[]): void {
    this.#head = new PanelHead(choices, (act) => this.run(act));
    this.element.append(
      this.#head.element,
      this.#cards,
      ...content,
      this.#ways,
      el('footer', {}, this.#notes, this.#state),
    );
  }

  abstract draw(shown: Shown<Data, Words, Question, Ui>): void;

  abstract dispose(): void;

  /** Does what a button of the answer says. */
  protected run(act: PanelAct): void {
    if (act.kind === 'do') this.tools.act(act.action);
    else if (act.kind === 'openSession') this.tools.openSession(act.sid, act.message);
    else if (act.kind === 'budget') this.tools.budget(act.id, act.verb);
    else if (act.kind === 'show') this.showPart(act.part);
    else if (this.asked !== undefined) this.tools.ask({ ...this.asked, ...act.changes });
  }

  /** Brings a part of the page into view. */
  protected showPart(name: string): void {
    const part = this.element.querySelector<HTMLElement>(`[data-part="${CSS.escape(name)}"]`);
    if (part === null) return;
    if (part instanceof HTMLDetailsElement) part.open = true;
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    part.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' });
  }

  /** Draws what stands around the page's own parts; `ways` are rebuilt when `look` has changed. */
  protected drawAround(
    shown: Shown<Data, Words, Question, Ui>,
    look: unknown,
    ways: () => HTMLElement[],
  ): void {
    const { data, words, figures } = shown;
    this.asked = shown.asked;
    this.#head?.draw(data);
    this.#cards.hidden = data.cards.length === 0;
    this.parts.fill(this.#cards, data.cards, () => cardList(data.cards));
    this.parts.fill(this.#ways, look, ways);
    this.#notes.replaceChildren(...data.notes.map((note) => el('p', {}, note)));
    const updated = fill(words.updated, figures.shortTime(data.at));
    this.#state.textContent = data.live ? `● ${words.live} · ${updated}` : updated;
  }
}
