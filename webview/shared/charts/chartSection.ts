import type { CommonStrings, Exported } from '../../../src/protocol/shared.ts';
import { iconButton } from '../controls.ts';
import { el } from '../dom.ts';
import type { Figures } from '../figures.ts';
import { fill } from '../fill.ts';
import { type IconName, icon } from '../icons.ts';
import { DataTable, type TableOrder } from '../table/dataTable.ts';
import { type Sheet, sheetCsv } from '../table/sheet.ts';

/** What a part of a panel with a chart is drawn from. */
export interface ChartInput {
  readonly title: string;
  /** The chart in one sentence, for who cannot see it; shown below it as well where it helps. */
  readonly sentence: string;
  readonly showSentence?: boolean;
  /** Said below the chart: what is drawn otherwise than one would expect. */
  readonly caption?: string;
  /** The figures behind the chart; made when they are looked at where making them takes a while. */
  readonly sheet: Sheet | (() => Sheet);
  readonly asTable: boolean;
  readonly onToggle: (asTable: boolean) => void;
  readonly words: CommonStrings;
  readonly figures: Figures;
  readonly exportTo: (exported: Omit<Exported, 'type' | 'v'>) => void;
  /** Draws the chart, or redraws it. */
  readonly paint: (canvas: HTMLCanvasElement) => void;
  /** Names of the series with their look, where there are too many for labels in the chart. */
  readonly legend?: HTMLElement | undefined;
  /** A row of the table was chosen: what a click on the chart does. */
  readonly onOpenRow?: ((key: string) => void) | undefined;
  readonly openHint?: string;
  /** Choices that belong to this chart. */
  readonly choices?: readonly HTMLElement[];
  /** Height of the chart in pixels, where it is not the usual one. */
  readonly height?: number;
}

/**
 * A chart with what belongs to every chart: a title, a sentence for screen readers, the same as a table,
 * and the ways to take it along.
 */
export class ChartSection {
  readonly element: HTMLElement;
  readonly canvas = document.createElement('canvas');
  readonly #name: string;
  readonly #title = el('h2', {});
  readonly #choices = el('div', { class: 'choices' });
  readonly #tools = el('div', { class: 'tools' });
  readonly #legend = el('div', {});
  readonly #body = el('div', { class: 'plot' });
  readonly #sentence = el('p', { class: 'quiet' });
  readonly #table = new DataTable();
  #order: TableOrder = { column: '', descending: false };
  #input: ChartInput | undefined;
  #made = '';

  /** `name`: of the files it is saved as, and of its element. */
  constructor(name: string) {
    this.#name = name;
    this.canvas.setAttribute('role', 'img');
    this.element = el(
      'section',
      { class: 'chart', 'data-part': name },
      el('div', { class: 'bar-title' }, this.#title, this.#choices, this.#tools),
      this.#legend,
      this.#body,
      this.#sentence,
    );
  }

  draw(input: ChartInput): void {
    this.#input = input;
    const { title, sentence, asTable, words, choices = [], legend } = input;
    this.#title.textContent = title;
    this.canvas.setAttribute(
      'aria-label',
      [`${title}.`, sentence, input.caption].filter(Boolean).join(' '),
    );
    const below = [
      input.showSentence === true ? sentence : '',
      asTable ? '' : (input.caption ?? ''),
    ];
    this.#sentence.textContent = below.filter(Boolean).join(' ');
    this.#sentence.hidden = this.#sentence.textContent === '';
    const made = JSON.stringify([asTable, title, words.showTable]);
    if (made !== this.#made) {
      this.#made = made;
      this.#makeTools(input);
      this.#body.className = asTable ? 'as-table' : 'plot';
      this.#body.replaceChildren(asTable ? this.#table.element : this.canvas);
    }
    this.#body.style.height = asTable || input.height === undefined ? '' : `${input.height}px`;
    // Choices keep their elements while they are open: whoever draws hands over the same ones.
    if (choices.some((choice, index) => this.#choices.children[index] !== choice)) {
      this.#choices.replaceChildren(...choices);
    }
    this.#legend.replaceChildren(...(legend === undefined || asTable ? [] : [legend]));
    if (asTable) this.#drawTable(input);
    else input.paint(this.canvas);
  }

  #drawTable(input: ChartInput): void {
    const { title, words, figures, onOpenRow, openHint } = input;
    this.#table.draw({
      sheet: sheetOf(input),
      label: title,
      words,
      figures,
      order: this.#order,
      ...(onOpenRow !== undefined && { onOpen: onOpenRow }),
      ...(openHint !== undefined && { openHint }),
      onOrder: (order) => {
        this.#order = order;
        this.#drawTable(input);
      },
    });
  }

  #makeTools({ asTable, words, title }: ChartInput): void {
    const held = this.#tools.contains(document.activeElement)
      ? [...this.#tools.children].indexOf(document.activeElement!)
      : -1;
    const name = this.#name;
    const send = (to: Exported['to']): void => {
      const input = this.#input;
      if (input === undefined) return;
      const content = to === 'png' ? this.picture() : sheetCsv(sheetOf(input));
      input.exportTo({ to, name, content });
    };
    this.#tools.replaceChildren(
      // Asked of the last input: what else is kept may have changed since the button was made.
      iconButton(asTable ? words.showChart : words.showTable, asTable ? 'chart' : 'table', () =>
        this.#input?.onToggle(!asTable),
      ),
      exportMenu(fill(words.exportMenu, title), [
        { label: words.copyCsv, run: () => send('clipboard') },
        { label: words.saveCsv, run: () => send('csv') },
        ...(asTable ? [] : [{ label: words.savePng, run: () => send('png') }]),
      ]),
    );
    if (held >= 0) (this.#tools.children[held] as HTMLElement | undefined)?.focus();
  }

  /** The chart as a picture on the editor's background: a canvas has none of its own. */
  picture(): string {
    const copy = document.createElement('canvas');
    copy.width = this.canvas.width;
    copy.height = this.canvas.height;
    const context = copy.getContext('2d');
    if (context === null) return '';
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, copy.width, copy.height);
    context.drawImage(this.canvas, 0, 0);
    return copy.toDataURL('image/png');
  }
}

function sheetOf({ sheet }: ChartInput): Sheet {
  return typeof sheet === 'function' ? sheet() : sheet;
}

/** A button that unfolds a few things to do: ways to take something along, unless another drawing is on it. */
export function exportMenu(
  label: string,
  items: readonly { readonly label: string; readonly run: () => void }[],
  drawing: IconName = 'export',
): HTMLElement {
  const opener = el('summary', { 'aria-label': label, title: label }, icon(drawing));
  const list = el(
    'ul',
    {},
    ...items.map((item) => {
      const choice = el('button', { type: 'button' }, item.label);
      choice.addEventListener('click', () => {
        menu.removeAttribute('open');
        opener.focus();
        item.run();
      });
      return el('li', {}, choice);
    }),
  );
  const menu = el('details', { class: 'menu' }, opener, list);
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    menu.removeAttribute('open');
    opener.focus();
  });
  menu.addEventListener('focusout', (event) => {
    if (!menu.contains(event.relatedTarget as Node | null)) menu.removeAttribute('open');
  });
  return menu;
}
