import { type TokenClass, tokenClasses } from '../../src/model/tokens.ts';
import type { PanelMessage, PanelSession, PanelWords } from '../../src/protocol/session.ts';
import { el } from '../lib/dom.ts';
import type { Figures } from '../lib/figures.ts';
import { fill } from '../lib/fill.ts';
import { modelFamily } from '../lib/modelFamily.ts';
import { button } from '../ui.ts';
import { messageDetails } from './messageDetails.ts';
import { byTime } from './series.ts';

/** Rows shown at first, and so many more each time they are asked for. */
const pageSize = 100;

/** What the table is made from. */
export interface TableInput {
  readonly session: PanelSession;
  readonly messages: readonly PanelMessage[];
  readonly words: PanelWords;
  readonly figures: Figures;
  readonly sort: 'cost' | 'time';
  /** Key of the message whose details are open. */
  readonly open: string;
  readonly onOpen: (key: string) => void;
  readonly onShowInTranscript: (key: string) => void;
}

interface Column {
  readonly key: string;
  readonly header: string;
  readonly numeric: boolean;
  readonly cell: (message: PanelMessage, number: number) => (Node | string)[];
}

/** The messages of a session with every token class, its dollars and the price row behind them. */
export class MessageTable {
  readonly element = el('div', { class: 'messages' });
  #input: TableInput | undefined;
  #limit = pageSize;
  /** The row the keyboard is at; the only one in the tab order. */
  #current = '';

  draw(input: TableInput): void {
    const held = document.activeElement?.closest('[data-key]')?.getAttribute('data-key');
    this.#input = input;
    const { messages, words } = input;
    if (messages.length === 0) {
      this.element.replaceChildren(el('p', { class: 'empty' }, words.noMessages));
      return;
    }
    const numbers = new Map(byTime(messages).map(({ key }, index) => [key, index + 1]));
    const sorted = sortMessages(messages, input.sort);
    const shown = sorted.slice(0, this.#limit);
    if (!shown.some(({ key }) => key === this.#current)) this.#current = shown[0]!.key;
    const columns = this.#columns(input, shown);
    const head = el('tr', {}, ...columns.map(headerCell));
    const rows = shown.flatMap((message) =>
      this.#rows(message, numbers.get(message.key) ?? 0, columns),
    );
    const table = el(
      'table',
      { 'aria-label': words.messagesTitle },
      el('thead', {}, head),
      el('tbody', {}, ...rows),
    );
    table.addEventListener('keydown', (event) => this.#onKey(event));
    // What is wider than the panel is scrolled, with the keyboard as well.
    const frame = {
      class: 'scroll',
      tabindex: '0',
      role: 'region',
      'aria-label': words.messagesTitle,
    };
    this.element.replaceChildren(el('div', frame, table), ...this.#more(sorted.length));
    if (held !== undefined && held !== null) this.#focus(held);
  }

  /** Opens a message's details and brings its row into view. */
  reveal(key: string): void {
    const index = this.#input && sortMessages(this.#input.messages, this.#input.sort);
    const at = index?.findIndex((message) => message.key === key) ?? -1;
    if (at >= this.#limit) this.#limit = Math.ceil((at + 1) / pageSize) * pageSize;
    this.#current = key;
    this.#input?.onOpen(key);
    this.#focus(key);
  }

  #more(all: number): Node[] {
    const left = all - this.#limit;
    const input = this.#input;
    if (left <= 0 || input === undefined) return [];
    const { words, figures } = input;
    const label = fill(
      words.showMore,
      figures.count(Math.min(pageSize, left)),
      figures.count(left),
    );
    const more = button(label, () => {
      this.#limit += pageSize;
      this.draw(input);
    });
    return [more];
  }

  #columns({ words, figures, session }: TableInput, shown: readonly PanelMessage[]): Column[] {
    const names = new Map(session.threads.map(({ agentId, name }) => [agentId, name]));
    const messageSum = session.total - session.backgrounds.reduce((sum, { nano }) => sum + nano, 0);
    const classNames: Record<TokenClass, string> = {
      input: words.input,
      output: words.output,
      cacheWrite5m: words.write5m,
      cacheWrite1h: words.write1h,
      cacheRead: words.read,
    };
    // A class nobody used is not worth a column; input and output always are.
    const used = tokenClasses.filter(
      (name) => name === 'input' || name === 'output' || shown.some(({ usage }) => usage[name] > 0),
    );
    const classes = used.map(
      (name): Column => ({
        key: name,
        header: classNames[name],
        numeric: true,
        cell: ({ usage, classes }) => [
          figures.count(usage[name]),
          small(classes === null || usage[name] === 0 ? '' : figures.money(classes[name])),
        ],
      }),
    );
    const searches: Column = {
      key: 'searches',
      header: words.searches,
      numeric: true,
      cell: ({ usage, classes }) => [
        figures.count(usage.webSearches),
        small(
          classes === null || usage.webSearches === 0 ? '' : figures.money(classes.webSearches),
        ),
      ],
    };
    const others: Column = {
      key: 'others',
      header: words.otherModels,
      numeric: true,
      cell: (message) => [otherModels(message, figures)],
    };
    return [
      {
        key: 'number',
        header: words.number,
        numeric: true,
        cell: (message, number) => [this.#opener(message, number)],
      },
      { key: 'time', header: words.time, numeric: false, cell: ({ at }) => [figures.time(at)] },
      {
        key: 'thread',
        header: words.thread,
        numeric: false,
        cell: ({ agentId }) => [names.get(agentId) ?? agentId],
      },
      {
        key: 'model',
        header: words.model,
        numeric: false,
        cell: ({ model }) => [model.replace(/^claude-/, '')],
      },
      ...classes,
      ...(shown.some(({ usage }) => usage.webSearches > 0) ? [searches] : []),
      ...(shown.some((message) => otherModels(message, figures) !== '') ? [others] : []),
      {
        key: 'cost',
        header: words.cost,
        numeric: true,
        cell: (message) => [costText(message, words, figures)],
      },
      {
        key: 'share',
        header: words.share,
        numeric: true,
        cell: ({ nano, model }) =>
          shareCell(messageSum > 0 ? nano / messageSum : 0, model, figures),
      },
      {
        key: 'price',
        header: words.price,
        numeric: false,
        cell: (message) => [priceText(message, words)],
      },
    ];
  }

  #opener(message: PanelMessage, number: number): HTMLElement {
    const { words, figures, open } = this.#input!;
    const expanded = open === message.key;
    const made = el(
      'button',
      {
        type: 'button',
        class: 'opener',
        'aria-expanded': String(expanded),
        'aria-label': fill(words.details, figures.count(number)),
        tabindex: message.key === this.#current ? '0' : '-1',
      },
      el('span', { class: 'chevron', 'aria-hidden': 'true' }, expanded ? '▾' : '▸'),
      figures.count(number),
    );
    return made;
  }

  #rows(message: PanelMessage, number: number, columns: readonly Column[]): HTMLElement[] {
    const input = this.#input!;
    const open = input.open === message.key;
    const row = el(
      'tr',
      { 'data-key': message.key, class: open ? 'message open' : 'message' },
      ...columns.map((column) =>
        el('td', { class: column.numeric ? 'number' : 'text' }, ...column.cell(message, number)),
      ),
    );
    row.addEventListener('click', () => {
      this.#current = message.key;
      input.onOpen(open ? '' : message.key);
    });
    if (!open) return [row];
    const details = messageDetails(message, input);
    const cell = el('td', { colspan: String(columns.length) }, details);
    return [row, el('tr', { class: 'details' }, cell)];
  }

  /** Arrow keys, Home and End go from row to row. */
  #onKey(event: KeyboardEvent): void {
    const opener = (event.target as Element | null)?.closest('.opener');
    if (opener === null || opener === undefined) return;
    const rows = [...this.element.querySelectorAll('tr.message')];
    const at = rows.findIndex((row) => row.contains(opener));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    const next = to === undefined ? undefined : rows[Math.max(0, Math.min(rows.length - 1, to))];
    const key = next?.getAttribute('data-key');
    if (key === undefined || key === null) return;
    event.preventDefault();
    this.#current = key;
    for (const row of rows) {
      row.querySelector('.opener')?.setAttribute('tabindex', row === next ? '0' : '-1');
    }
    this.#focus(key);
  }

  #focus(key: string): void {
    const row = [...this.element.querySelectorAll('tr.message')].find(
      (one) => one.getAttribute('data-key') === key,
    );
    const opener = row?.querySelector<HTMLElement>('.opener');
    opener?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  }
}

/** Dearest first, or as they happened. */
export function sortMessages(
  messages: readonly PanelMessage[],
  sort: 'cost' | 'time',
): PanelMessage[] {
  const ordered = byTime(messages);
  return sort === 'time' ? ordered : ordered.sort((a, b) => b.nano - a.nano);
}

function headerCell({ header, numeric }: Column): HTMLElement {
  return el('th', { scope: 'col', class: numeric ? 'number' : 'text' }, header);
}

function small(text: string): HTMLElement {
  return el('span', { class: 'dollars' }, text);
}

function costText(message: PanelMessage, words: PanelWords, figures: Figures): HTMLElement {
  if (message.pricedBy === 'unpriced' && message.nano === 0) {
    return el('span', { class: 'word' }, words.unpriced);
  }
  const figure = el('strong', {}, figures.money(message.nano));
  const incomplete = message.atLeast || message.pricedBy === 'unpriced';
  return incomplete ? el('span', {}, `${words.atLeast} `, figure) : figure;
}

/** The share in figures, and as a bar in the colour of the model's family. */
function shareCell(share: number, model: string, figures: Figures): (Node | string)[] {
  if (share === 0) return [];
  const bar = el('span', { class: `bar ${modelFamily(model)}` });
  bar.style.width = `${share * 100}%`;
  return [figures.percent(share), el('span', { class: 'track', 'aria-hidden': 'true' }, bar)];
}

function priceText({ pricedBy, row }: PanelMessage, words: PanelWords): string {
  if (pricedBy === 'client') return words.clientPrice;
  return pricedBy === 'unpriced' ? words.unpriced : row;
}

function otherModels({ parts }: PanelMessage, figures: Figures): string {
  const sum = parts.reduce((total, part) => total + (part.kind === 'declined' ? 0 : part.nano), 0);
  return sum === 0 ? '' : figures.money(sum);
}
