import type { PanelAround } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';
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
  #head: PanelHead | undefined;
  readonly #cards = el('section', { class: 'cards' });
  readonly #ways = el('div', { class: 'actions' });
  readonly #foot = el('footer', {});

  constructor(name: string, tools: PageTools<Question, Ui>) {
    this.tools = tools;
    this.element = el('div', { class: `panel ${name}` });
  }

  /** Puts the page together: `choices` stand in its head, `content` between cards and ways. */
  protected assemble(choices: HTMLElement, ...content: readonly HTMLElement[]): void {
    this.#head = new PanelHead(choices);
    this.element.append(this.#head.element, this.#cards, ...content, this.#ways, this.#foot);
  }

  abstract draw(shown: Shown<Data, Words, Question, Ui>): void;

  abstract dispose(): void;

  /** Draws what stands around the page's own parts; `ways` are rebuilt when `look` has changed. */
  protected drawAround(
    shown: Shown<Data, Words, Question, Ui>,
    look: unknown,
    ways: () => HTMLElement[],
  ): void {
    const { data } = shown;
    this.#head?.draw(data, shown);
    this.#cards.replaceChildren(...cardList(data.cards));
    this.parts.fill(this.#ways, look, ways);
    this.#foot.replaceChildren(...data.notes.map((note) => el('p', {}, note)));
  }
}
