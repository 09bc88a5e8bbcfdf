import type { PanelMessage } from '../../src/protocol/session.ts';
import { exportMenu } from '../shared/charts/chartSection.ts';
import { iconButton } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { Segments } from '../shared/segmentedControl.ts';
import { DataTable } from '../shared/table/dataTable.ts';
import { type Sheet, sheetCsv } from '../shared/table/sheet.ts';
import { MessageDetails } from './messageDetails.ts';
import { cellContent, messageRow, messageSheet, wholeSheet } from './messageRows.ts';
import { passes, type SessionView, threadName } from './view.ts';

/** So many messages are listed until all are wanted. */
const first = 12;

/** The messages of a session: what was asked or done, what it cost, and below a row how that came about. */
export class MessageList {
  readonly element: HTMLElement;
  readonly #title = el('h2', {});
  readonly #tools = el('div', { class: 'tools' });
  readonly #chips = el('div', { class: 'chips' });
  readonly #empty = el('p', { class: 'empty' });
  readonly #table = new DataTable();
  readonly #details = new MessageDetails();
  readonly #orders = new Segments<'cost' | 'number'>();
  readonly #more = el('div', { class: 'show-all' });
  #madeMore = '';
  /** A filter is being typed. */
  #searching = false;
  #view: SessionView | undefined;
  #madeTools = '';
  /** Rows of these messages through these filters. */
  #sheet: { readonly from: readonly unknown[]; readonly sheet: Sheet } | undefined;
  #byKey: ReadonlyMap<string, PanelMessage> = new Map();

  constructor() {
    this.element = el(
      'section',
      { class: 'messages', 'data-part': 'messages' },
      el(
        'div',
        { class: 'bar-title' },
        this.#title,
        this.#chips,
        this.#orders.element,
        this.#tools,
      ),
      this.#empty,
      this.#table.element,
      this.#more,
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
    this.#orders.element.hidden = none;
    this.#more.hidden = none;
    if (none) return;
    const byCost = state.order.column === 'cost' && state.order.descending;
    const inOrder = state.order.column === 'number' && !state.order.descending;
    this.#orders.draw(
      words.order,
      [
        { value: 'cost', label: words.mostExpensive },
        { value: 'number', label: words.inOrder },
      ],
      byCost ? 'cost' : inOrder ? 'number' : undefined,
      (column) => tools.change({ order: { column, descending: column === 'cost' } }),
    );
    const sheet = this.#rows(view);
    const all = state.all || state.filter !== '' || sheet.rows.length <= first + 2;
    this.#drawMore(view, all ? 0 : sheet.rows.length);
    this.#table.draw({
      sheet,
      ...(!all && { most: first }),
      filterFrom: this.#searching ? 0 : Number.POSITIVE_INFINITY,
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
        if (message === undefined) return undefined;
        if (column === 'about' && !view.outlines.has(row.key)) tools.wantOutline(row.key);
        return cellContent(message, cell, column, view);
      },
    });
  }

  /** Brings a message's row into view; the filters have to let it through. */
  reveal(key: string): void {
    if (!this.#table.reveal(key)) {
      // It is behind the first ones.
      this.#view?.tools.change({ all: true });
      this.#table.reveal(key);
    }
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /** What these messages are about has become known: their rows say it from the next drawing on. */
  outlined(keys: readonly string[]): void {
    const [view, sheet] = [this.#view, this.#sheet];
    if (view === undefined || sheet === undefined) return;
    const known = new Set(keys);
    const rows = sheet.sheet.rows.map((row) => {
      const message = known.has(row.key) ? this.#byKey.get(row.key) : undefined;
      return message === undefined ? row : messageRow(message, view);
    });
    this.#sheet = { ...sheet, sheet: { ...sheet.sheet, rows } };
  }

  /** A way to all messages, where only the first are listed. */
  #drawMore({ words, figures, tools }: SessionView, count: number): void {
    const text = count === 0 ? '' : fill(words.showAll, figures.count(count));
    if (text === this.#madeMore) return;
    this.#madeMore = text;
    if (text === '') {
      this.#more.replaceChildren();
      return;
    }
    const more = el('button', { type: 'button', class: 'link' }, text);
    more.addEventListener('click', () => tools.change({ all: true }));
    this.#more.replaceChildren(more);
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
      iconButton(words.filterRows, 'search', () => this.#search()),
      exportMenu(fill(words.exportMenu, words.messagesTitle), [
        { label: words.copyCsv, run: () => send('clipboard') },
        { label: words.saveCsv, run: () => send('csv') },
      ]),
    );
  }

  /** Offers the filter, or takes it back. */
  #search(): void {
    const view = this.#view;
    if (view === undefined) return;
    this.#searching = !this.#searching;
    if (!this.#searching && view.state.filter !== '') view.tools.change({ filter: '' });
    else this.draw(view);
    if (this.#searching) this.element.querySelector<HTMLElement>('.filter')?.focus();
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
