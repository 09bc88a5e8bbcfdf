import type { CommonStrings } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';
import type { Figures } from '../figures.ts';
import { DataTable, type TableInput, type TableOrder } from './dataTable.ts';
import type { Sheet } from './sheet.ts';

/** What a table under a heading is drawn from. */
export interface TableSectionInput
  extends Pick<TableInput, 'onOpen' | 'openHint' | 'cell' | 'filterFrom'> {
  readonly title: string;
  readonly sheet: Sheet;
  /** Without rows there is no table: the heading stands above whatever says why. */
  readonly seen?: boolean;
  readonly words: CommonStrings;
  readonly figures: Figures;
}

/** A table under a heading. It remembers how it is ordered. */
export class TableSection {
  readonly element: HTMLElement;
  readonly #title = el('h2', {});
  readonly #table = new DataTable();
  #order: TableOrder = { column: '', descending: true };

  /** `name`: of its element. */
  constructor(name: string) {
    this.element = el('section', { 'data-part': name }, this.#title, this.#table.element);
  }

  draw(input: TableSectionInput): void {
    const { title, seen = true, ...more } = input;
    this.#title.textContent = title;
    this.#table.element.hidden = !seen;
    this.#table.draw({
      ...more,
      label: title,
      order: this.#order,
      onOrder: (order) => {
        this.#order = order;
        this.draw(input);
      },
    });
  }
}
