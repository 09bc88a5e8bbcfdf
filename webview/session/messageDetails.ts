import { usageKeys } from '../../src/model/tokens.ts';
import type { PanelMessage, PanelPart, PanelTextPart } from '../../src/protocol/session.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { requestSentence } from './lengths.ts';
import { tokenClassLabels } from './messageRows.ts';
import { missSentence, modelText, priceText, sumText } from './messageText.ts';
import { type MessageText, type SessionView, threadName } from './view.ts';

/**
 * What is shown below a message's row: how its cost came about, and on demand what it says. The element
 * stays while the row is open, so that focus and scrolled text stay as they are.
 */
export class MessageDetails {
  #made = '';
  #element = el('div', {});
  /** The place of the text, which comes later than the rest. */
  readonly #text = el('div', { class: 'message-text' });
  #textOf: MessageText | undefined;

  draw(message: PanelMessage, view: SessionView): HTMLElement {
    const { words, session, texts } = view;
    const made = JSON.stringify([message, session.rates[message.row], words.arithmetic]);
    const text = texts.get(message.key);
    if (made === this.#made && text === this.#textOf) return this.#element;
    const another = made !== this.#made;
    this.#made = made;
    this.#textOf = text;
    if (another) this.#element = this.#make(message, view);
    this.#drawText(message, view, text);
    return this.#element;
  }

  #make(message: PanelMessage, view: SessionView): HTMLElement {
    const { words, tools, session, figures } = view;
    const missed = missSentence(message, view);
    const request = requestSentence(message, view);
    const lines = [
      fill(
        words.answeredBy,
        modelText(message.model),
        threadName(session, message.agentId),
        figures.time(message.at),
      ),
      ...(request === '' ? [] : [request]),
      `${words.price}: ${priceText(message, words)}`,
      ...(message.requestedModel === '' ? [] : [fill(words.requested, message.requestedModel)]),
      ...sumText(message, words),
      ...message.parts.map((part) => partText(part, view)),
      ...(missed === '' ? [] : [missed]),
      ...(message.tools.length > 0 ? [fill(words.tools, message.tools.join(', '))] : []),
    ];
    return el(
      'div',
      { class: 'arithmetic' },
      classList(message, view),
      ...lines.map((line) => el('p', {}, line)),
      el(
        'div',
        { class: 'actions' },
        button(words.showText, () => tools.readText(message.key)),
        button(words.openMessage, () => tools.openMessage(message.key)),
        button(words.explain, () => tools.explain(message.key)),
      ),
      this.#text,
    );
  }

  #drawText(message: PanelMessage, view: SessionView, text: MessageText | undefined): void {
    const { words, derived, figures } = view;
    if (text === undefined) {
      this.#text.replaceChildren();
      return;
    }
    const say = (sentence: string): void =>
      this.#text.replaceChildren(el('p', { class: 'quiet', role: 'status' }, sentence));
    if (text === 'reading') say(words.readingText);
    else if (!text.found) say(words.textGone);
    else if (text.parts.length === 0) say(words.textNone);
    else {
      const number = figures.count(derived.numbers.get(message.key) ?? 0);
      this.#text.replaceChildren(
        el(
          'div',
          {
            class: 'said',
            tabindex: '0',
            role: 'region',
            'aria-label': fill(words.textTitle, number),
          },
          ...text.parts.flatMap((part) => partContent(part, view)),
        ),
      );
    }
  }
}

function partContent({ kind, name, text, left }: PanelTextPart, view: SessionView): HTMLElement[] {
  const { words, figures } = view;
  const title = { text: '', thinking: words.thinking, tool: fill(words.toolCall, name) }[kind];
  return [
    ...(title === '' ? [] : [el('p', { class: 'quiet' }, title)]),
    ...(text === '' ? [] : [el(kind === 'tool' ? 'pre' : 'p', { class: 'words' }, text)]),
    ...(left === 0 ? [] : [el('p', { class: 'quiet' }, fill(words.textLeft, figures.count(left)))]),
  ];
}

function classList(message: PanelMessage, { words, figures, session }: SessionView): HTMLElement {
  const { classes, usage, row } = message;
  const rates = session.rates[row];
  const names = tokenClassLabels(words);
  const lines = usageKeys
    .filter((key) => usage[key] > 0)
    .map((key) => {
      const count = figures.count(usage[key]);
      const known = classes !== null && rates !== undefined;
      const each = key === 'webSearches' ? words.perThousand : words.perMillion;
      const text = known
        ? fill(
            words.arithmetic,
            count,
            fill(each, figures.money(Math.round(rates[key] * 1e9))),
            figures.money(classes[key]),
          )
        : count;
      return el('div', {}, el('dt', {}, names[key]), el('dd', {}, text));
    });
  return el('dl', {}, ...lines);
}

function partText(part: PanelPart, { words, figures }: SessionView): string {
  const cost = part.row === '' ? words.unpriced : figures.money(part.nano);
  const figure = part.kind === 'declined' ? fill(words.declinedNote, cost) : cost;
  return `${words[part.kind]}: ${part.model}, ${figure}`;
}
