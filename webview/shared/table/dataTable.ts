import type { CommonStrings } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';
import type { Figures } from '../figures.ts';
import { fill } from '../fill.ts';
import { WhenIdle } from '../whenIdle.ts';
import {
  filterRows,
  type Sheet,
  type SheetCell,
  type SheetRow,
  searchedText,
  sortRows,
} from './sheet.ts';

/** How a table is ordered: a column's key, and whether the largest stands first. */
export interface TableOrder {
  readonly column: string;
  readonly descending: boolean;
}

/** What a table is drawn from. */
export interface TableInput {
  readonly sheet: Sheet;
  /** What the table is of, for who cannot see it. */
  readonly label: string;
  readonly words: CommonStrings;
  readonly figures: Figures;
  readonly order: TableOrder;
  readonly onOrder: (order: TableOrder) => void;
  /** Shows only the first so many rows. */
  readonly most?: number;
  /** Offers a filter from so many rows on. */
  readonly filterFrom?: number;
  /** What rows are filtered by, where whoever draws keeps it; told of by `onFilter`. */
  readonly filter?: string;
  readonly onFilter?: (filter: string) => void;
  /** Key of the row whose details are open below it, if any. */
  readonly open?: string;
  /** A row was chosen: with Enter, Space or a click. Without it rows are not buttons. */
  readonly onOpen?: (key: string) => void;
  /** What choosing a row does, to be said with it. */
  readonly openHint?: string;
  /** What is shown below the open row. The same element again keeps its focus and what is scrolled. */
  readonly details?: (key: string) => HTMLElement | undefined;
  /** Draws a cell that is more than its text. */
  readonly cell?: (cell: SheetCell, column: string, row: SheetRow) => (Node | string)[] | undefined;
}

/** Rows beyond what is seen that are made all the same. */
const spare = 12;

/** Up to so many rows the table is as long as they are; above, it scrolls in itself. */
const wholeUpTo = 60;

/** Height of a row until one has been measured. */
const guessedHeight = 27;

/**
 * A table that stays quick with ten thousand rows: only those in sight are made. Columns are sorted by
 * their headers, rows are filtered as one types and walked through with the arrow keys.
 */
export class DataTable {
  readonly element = el('div', { class: 'data-table' });
  readonly #bar = el('div', { class: 'table-bar' });
  readonly #frame = el('div', { class: 'scroll rows', tabindex: '-1' });
  readonly #table = el('table', {});
  readonly #head = el('thead', {});
  readonly #body = el('tbody', {});
  readonly #filter = el('input', { type: 'search', class: 'filter' }) as HTMLInputElement;
  readonly #count = el('span', { class: 'quiet', role: 'status' });
  #input: TableInput | undefined;
  #rows: readonly SheetRow[] = [];
  #height = guessedHeight;
  /** Height of the details below the open row, 0 without them. */
  #extra = 0;
  /** Widths of a long table's columns: they do not jump with the rows that are in sight. */
  readonly #widths = new Map<string, number>();
  #frameWidth = 0;
  #first = -1;
  #last = -1;
  /** Writes what rows are found by before anybody types. */
  readonly #ahead = new WhenIdle();
  /** The row the keyboard is at; the only one in the tab order. */
  #current = '';

  constructor() {
    this.#bar.append(this.#filter, this.#count);
    this.#table.append(this.#head, this.#body);
    this.#frame.append(this.#table);
    this.element.append(this.#bar, this.#frame);
    this.#filter.addEventListener('input', () => {
      const onFilter = this.#input?.onFilter;
      if (onFilter === undefined) this.#redraw();
      else onFilter(this.#filter.value);
    });
    this.#frame.addEventListener('scroll', () => this.#drawRows(false), { passive: true });
    this.#body.addEventListener('keydown', (event) => this.#onKey(event));
    this.#body.addEventListener('click', (event) => this.#onClick(event));
    this.#body.addEventListener('focusin', (event) => this.#onFocus(event));
  }

  draw(input: TableInput): void {
    this.#input = input;
    const { filter } = input;
    if (filter !== undefined && filter !== this.#filter.value) this.#filter.value = filter;
    this.#redraw();
  }

  /** Brings a row into view and, where it can be opened, gives it the focus; false where it is not shown. */
  reveal(key: string): boolean {
    const at = this.#rows.findIndex((row) => row.key === key);
    if (at < 0) return false;
    this.#current = key;
    this.#scrollTo(at);
    this.#drawRows(true);
    this.#focus();
    return true;
  }

  #redraw(): void {
    const input = this.#input;
    if (input === undefined) return;
    const { sheet, words, figures, order, filterFrom = 12, label, most } = input;
    const offered = sheet.rows.length >= filterFrom || this.#filter.value !== '';
    this.#bar.hidden = !offered;
    if (offered) this.#ahead.each(sheet.rows, searchedText);
    this.#filter.placeholder = words.filterRows;
    this.#filter.setAttribute('aria-label', `${words.filterRows}: ${label}`);
    const column = sheet.columns.findIndex(({ key }) => key === order.column);
    const filtered = filterRows(sheet.rows, this.#filter.value);
    const sorted = column < 0 ? filtered : sortRows(filtered, column, order.descending);
    this.#rows = most === undefined ? sorted : sorted.slice(0, most);
    this.#count.textContent =
      filtered.length === sheet.rows.length
        ? ''
        : fill(words.rowsOf, figures.count(filtered.length), figures.count(sheet.rows.length));
    if (!this.#rows.some(({ key }) => key === this.#current)) {
      this.#current = this.#rows[0]?.key ?? '';
    }
    const long = this.#rows.length > wholeUpTo;
    this.#frame.classList.toggle('long', long);
    // What can be scrolled can be reached with the keyboard.
    this.#frame.setAttribute('tabindex', '0');
    this.#frame.setAttribute('role', 'region');
    this.#frame.setAttribute('aria-label', label);
    this.#table.setAttribute('aria-label', label);
    this.#table.setAttribute('aria-rowcount', String(sorted.length + 1));
    this.#drawHead(input, long);
    this.#drawRows(true);
  }

  #drawHead({ sheet, order, words, onOrder }: TableInput, long: boolean): void {
    const held = this.#head.contains(document.activeElement)
      ? document.activeElement?.closest('th')?.dataset.column
      : undefined;
    const cells = sheet.columns.map(({ key, label, numeric, hint }) => {
      const sorted = order.column === key;
      const next = { column: key, descending: sorted ? !order.descending : numeric };
      const arrow = order.descending ? '▾' : '▴';
      const said = sorted ? (order.descending ? words.sortedDown : words.sortedUp) : '';
      const sorter = el(
        'button',
        { type: 'button', class: 'sorter', ...(hint !== undefined && { title: hint }) },
        label,
        el('span', { class: 'arrow', 'aria-hidden': 'true' }, sorted ? ` ${arrow}` : ''),
        ...(said === '' ? [] : [el('span', { class: 'unseen' }, `, ${said}`)]),
      );
      sorter.addEventListener('click', () => onOrder(next));
      const width = long ? this.#widths.get(key) : undefined;
      const head = el(
        'th',
        {
          scope: 'col',
          class: numeric ? 'number' : 'text',
          'data-column': key,
          ...(sorted && { 'aria-sort': order.descending ? 'descending' : 'ascending' }),
        },
        sorter,
      );
      if (width !== undefined) head.style.minWidth = `${width}px`;
      return head;
    });
    this.#head.replaceChildren(el('tr', { 'aria-rowindex': '1' }, ...cells));
    if (held !== undefined) {
      this.#head
        .querySelector<HTMLElement>(`th[data-column="${CSS.escape(held)}"] button`)
        ?.focus();
    }
  }

  /** Makes the rows in sight. `anew` where they themselves have changed. */
  #drawRows(anew: boolean): void {
    const input = this.#input;
    if (input === undefined) return;
    const all = this.#rows.length;
    const long = all > wholeUpTo;
    const top = this.#frame.scrollTop;
    const open = this.#openIndex();
    const seen = Math.ceil((this.#frame.clientHeight || 600) / this.#height);
    // Heights are measured ones: what they say may lie a little behind the end.
    const most = Math.max(0, all - seen - spare);
    const first = long ? Math.max(0, Math.min(most, this.#indexAt(top, open) - spare)) : 0;
    const last = long ? Math.min(all, first + seen + 2 * spare) : all;
    if (!anew && first === this.#first && last === this.#last) return;
    [this.#first, this.#last] = [first, last];
    const held = this.#body.contains(document.activeElement) ? document.activeElement : null;
    const made = this.#rows.slice(first, last);
    // What cannot be seen cannot be tabbed to: then the first row in sight can.
    const inSight = made.some(({ key }) => key === this.#current);
    const stop = inSight ? this.#current : this.#rows[Math.min(first + spare, all - 1)]?.key;
    const rows = made.flatMap((row, i) => this.#row(row, first + i, input, stop));
    const space = (from: number, to: number): HTMLElement[] => {
      if (from === to) return [];
      const cell = el('td', { colspan: String(input.sheet.columns.length) });
      const extra = open >= from && open < to ? this.#extra : 0;
      cell.style.height = `${(to - from) * this.#height + extra}px`;
      return [el('tr', { class: 'space', 'aria-hidden': 'true' }, cell)];
    };
    const none =
      all === 0
        ? [
            el(
              'tr',
              {},
              el(
                'td',
                { class: 'quiet', colspan: String(input.sheet.columns.length) },
                input.words.noRows,
              ),
            ),
          ]
        : [];
    this.#body.replaceChildren(...space(0, first), ...rows, ...none, ...space(last, all));
    this.#measure(open);
    if (long) this.#steady();
    if (held === null) return;
    // Details that are the same element as before have what had the focus in them.
    if (this.#body.contains(held)) (held as HTMLElement).focus({ preventScroll: true });
    else this.#focus();
  }

  #openIndex(): number {
    const { open = '', details } = this.#input!;
    return open === '' || details === undefined
      ? -1
      : this.#rows.findIndex(({ key }) => key === open);
  }

  /** Which row stands so many pixels below the first. */
  #indexAt(top: number, open: number): number {
    const plain = Math.floor(top / this.#height);
    if (open < 0 || plain <= open) return plain;
    return Math.max(open, Math.floor((top - this.#extra) / this.#height));
  }

  /** How far below the first row another one stands. */
  #topOf(index: number): number {
    const open = this.#openIndex();
    return index * this.#height + (open >= 0 && index > open ? this.#extra : 0);
  }

  /** No column becomes narrower while one scrolls, as long as there is the same room. */
  #steady(): void {
    const heads = [...this.#head.querySelectorAll<HTMLElement>('th')];
    if (this.#frame.clientWidth !== this.#frameWidth) {
      this.#frameWidth = this.#frame.clientWidth;
      this.#widths.clear();
      for (const head of heads) head.style.minWidth = '';
    }
    const widths = heads.map((head) => head.getBoundingClientRect().width);
    for (const [i, head] of heads.entries()) {
      this.#widths.set(head.dataset.column ?? '', widths[i]!);
      head.style.minWidth = `${widths[i]}px`;
    }
  }

  #measure(open: number): void {
    const details = this.#body.querySelector<HTMLElement>('tr.details');
    if (open < 0) this.#extra = 0;
    else if (details !== null) this.#extra = details.getBoundingClientRect().height;
    // The mean of all that are there: rows differ by a fraction of a pixel.
    const rows = this.#body.querySelectorAll<HTMLElement>('tr[data-key]');
    const top = rows[0]?.getBoundingClientRect().top ?? 0;
    const last = rows[rows.length - 1];
    const between = details !== null && details !== last?.nextElementSibling ? this.#extra : 0;
    const height = ((last?.getBoundingClientRect().bottom ?? 0) - top - between) / rows.length;
    if (height > 0) this.#height = height;
  }

  #row(row: SheetRow, index: number, input: TableInput, stop = ''): HTMLElement[] {
    const { sheet, onOpen, openHint, open, details, cell } = input;
    const isOpen = open === row.key && details !== undefined;
    const cells = row.cells.map((one, i) => {
      const { key, numeric } = sheet.columns[i]!;
      const content = cell?.(one, key, row) ?? [one.text];
      const attributes = {
        class: numeric ? 'number' : 'text',
        'data-column': key,
        ...(one.hint !== undefined && { title: one.hint }),
      };
      if (i > 0 || onOpen === undefined)
        return el(
          i === 0 ? 'th' : 'td',
          i === 0 ? { ...attributes, scope: 'row' } : attributes,
          ...content,
        );
      const opener = el(
        'button',
        {
          type: 'button',
          class: 'opener',
          tabindex: row.key === stop ? '0' : '-1',
          ...(details !== undefined && { 'aria-expanded': String(isOpen) }),
          ...(openHint !== undefined && { title: openHint }),
        },
        ...(details === undefined
          ? []
          : [el('span', { class: 'chevron', 'aria-hidden': 'true' }, isOpen ? '▾' : '▸')]),
        ...content,
      );
      return el('th', { ...attributes, scope: 'row' }, opener);
    });
    const classes = ['row', row.mark ?? '', isOpen ? 'open' : '', onOpen ? 'choosable' : ''];
    const made = el(
      'tr',
      {
        'data-key': row.key,
        'aria-rowindex': String(index + 2),
        class: classes.filter(Boolean).join(' '),
      },
      ...cells,
    );
    const below = isOpen ? details(row.key) : undefined;
    if (below === undefined) return [made];
    const wide = el('td', { colspan: String(sheet.columns.length) }, below);
    return [made, el('tr', { class: 'details' }, wide)];
  }

  #onClick(event: Event): void {
    const target = event.target as Element;
    const key = target.closest('tr')?.getAttribute('data-key');
    if (key === null || key === undefined) return;
    this.#current = key;
    this.#input?.onOpen?.(key);
  }

  /** The keyboard goes on from where the focus is. */
  #onFocus(event: Event): void {
    const key = (event.target as Element).closest('tr')?.getAttribute('data-key');
    if (key !== null && key !== undefined) this.#current = key;
  }

  /** Arrow keys, Page Up and Down, Home and End go from row to row. */
  #onKey(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ key }) => key === this.#current);
    const screen = Math.max(1, Math.floor(this.#frame.clientHeight / this.#height) - 1);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + screen,
      PageUp: at - screen,
      Home: 0,
      End: this.#rows.length - 1,
    }[event.key];
    if (to === undefined || !(event.target as Element).matches('.opener')) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(this.#rows.length - 1, to));
    this.#current = this.#rows[next]?.key ?? '';
    this.#scrollTo(next);
    this.#drawRows(true);
    this.#focus();
  }

  #scrollTo(index: number): void {
    if (!this.#frame.classList.contains('long')) return;
    const head = this.#head.offsetHeight;
    const top = this.#topOf(index);
    const { scrollTop, clientHeight } = this.#frame;
    if (top < scrollTop) this.#frame.scrollTop = top;
    else if (top + this.#height + head > scrollTop + clientHeight) {
      this.#frame.scrollTop = top + this.#height + head - clientHeight;
    }
  }

  #focus(): void {
    const row = [...this.#body.querySelectorAll<HTMLElement>('tr[data-key]')].find(
      ({ dataset }) => dataset.key === this.#current,
    );
    row?.querySelector<HTMLElement>('.opener')?.focus({ preventScroll: true });
    if (!this.#frame.classList.contains('long')) row?.scrollIntoView({ block: 'nearest' });
  }
}
