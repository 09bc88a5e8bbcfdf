import type { PanelMessage } from '../../src/protocol/session.ts';
import { exportMenu } from '../shared/charts/chartSection.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { DataTable } from '../shared/table/dataTable.ts';
import { type Sheet, sheetCsv } from '../shared/table/sheet.ts';
import { MessageDetails } from './messageDetails.ts';
import { cellContent, messageSheet, wholeSheet } from './messageRows.ts';
import { passes, type SessionView, threadName } from './view.ts';

/** The messages of a session with every token class, its dollars and the price row behind them. */
export class MessageList {
  readonly element: HTMLElement;
  readonly #title = el('h2', {});
  readonly #tools = el('div', { class: 'tools' });
  readonly #chips = el('div', { class: 'chips' });
  readonly #empty = el('p', { class: 'empty' });
  readonly #table = new DataTable();
  readonly #details = new MessageDetails();
  #view: SessionView | undefined;
  #madeTools = '';
  /** Rows of these messages through these filters. */
  #sheet: { readonly from: readonly unknown[]; readonly sheet: Sheet } | undefined;
  #byKey: ReadonlyMap<string, PanelMessage> = new Map();

  constructor() {
    this.element = el(
      'section',
      { class: 'messages', 'data-part': 'messages' },
      el('div', { class: 'bar-title' }, this.#title, this.#chips, this.#tools),
      this.#empty,
      this.#table.element,
    );
  }

  draw(view: SessionView): void {
    this.#view = view;
    const { words, figures, derived, state, tools } = view;
    this.#title.textContent = words.messagesTitle;
    const none = derived.ordered.length === 0;
    this.#empty.textContent = words.noMessages;
    this.#empty.hidden = !none;
    this.#table.element.hidden = none;
    this.#tools.hidden = none;
    this.#drawTools(view);
    this.#drawChips(view);
    if (none) return;
    this.#table.draw({
      sheet: this.#rows(view),
      label: words.messagesTitle,
      words,
      figures,
      order: state.order,
      onOrder: (order) => tools.change({ order }),
      filter: state.filter,
      onFilter: (filter) => tools.change({ filter }),
      open: state.open,
      onOpen: (key) => tools.change({ open: state.open === key ? '' : key }),
      openHint: words.details,
      details: (key) => {
        const message = this.#byKey.get(key);
        return message && this.#details.draw(message, view);
      },
      cell: (cell, column, row) => {
        const message = this.#byKey.get(row.key);
        return message && cellContent(message, cell, column, view);
      },
    });
  }

  /** Brings a message's row into view; the filters have to let it through. */
  reveal(key: string): void {
    this.#table.reveal(key);
    this.element.scrollIntoView({ block: 'nearest' });
  }

  #rows(view: SessionView): Sheet {
    const { derived, words, state, figures } = view;
    const from = [derived, words, figures, state.agent, state.range];
    if (this.#sheet === undefined || from.some((part, i) => part !== this.#sheet?.from[i])) {
      this.#sheet = { from, sheet: messageSheet(view) };
      this.#byKey = new Map(derived.ordered.map((message) => [message.key, message]));
    }
    return this.#sheet.sheet;
  }

  #drawTools({ words }: SessionView): void {
    const made = JSON.stringify([words.exportMenu, words.messagesTitle]);
    if (made === this.#madeTools) return;
    this.#madeTools = made;
    const send = (to: 'clipboard' | 'csv'): void => {
      const view = this.#view;
      if (view === undefined) return;
      view.tools.exportTo({ to, name: 'messages', content: sheetCsv(wholeSheet(view)) });
    };
    this.#tools.replaceChildren(
      exportMenu(fill(words.exportMenu, words.messagesTitle), [
        { label: words.copyCsv, run: () => send('clipboard') },
        { label: words.saveCsv, run: () => send('csv') },
      ]),
    );
  }

  /** What the list is narrowed to, each to be taken back with a click. */
  #drawChips(view: SessionView): void {
    const { state, words, figures, derived, session, tools } = view;
    const held = this.#chips.contains(document.activeElement);
    const chips: HTMLElement[] = [];
    if (state.agent !== null) {
      const name = threadName(session, state.agent);
      chips.push(chip(name, words.removeFilter, () => tools.change({ agent: null })));
    }
    if (state.range !== null) {
      const { from, to } = state.range;
      const name = fill(words.range, figures.time(from), figures.time(to));
      chips.push(chip(name, words.removeFilter, () => tools.change({ range: null })));
    }
    const shown = derived.ordered.filter((message) => passes(message, state));
    const text = el(
      'span',
      { class: 'quiet', role: 'status' },
      chips.length === 0
        ? ''
        : fill(
            words.filtered,
            figures.count(shown.length),
            figures.count(derived.ordered.length),
            figures.money(shown.reduce((sum, { nano }) => sum + nano, 0)),
          ),
    );
    this.#chips.replaceChildren(...chips, text);
    if (held) (chips[0] ?? this.#tools.querySelector<HTMLElement>('summary'))?.focus();
  }
}

function chip(name: string, hint: string, onRemove: () => void): HTMLElement {
  const label = fill(hint, name);
  const made = el(
    'button',
    { type: 'button', class: 'chip', title: label, 'aria-label': label },
    name,
    el('span', { 'aria-hidden': 'true' }, ' ×'),
  );
  made.addEventListener('click', onRemove);
  return made;
}
