import { el } from '../dom.ts';
import type { Theme } from '../theme.ts';
import type { SeriesStyle } from './palette.ts';
import { groundOf, tileOf } from './patterns.ts';

/** A series as a legend names it. */
export interface LegendItem {
  readonly name: string;
  readonly figure: string;
  readonly style: SeriesStyle;
  /** What a click on it does, and the words that say so. */
  readonly choice?: { readonly text: string; readonly hint: string; readonly run: () => void };
}

/** Names of series with what they are filled with, in stacking order. */
export function legend(items: readonly LegendItem[], theme: Theme): HTMLElement {
  return el('ul', { class: 'legend' }, ...items.map((item) => lineOf(item, theme)));
}

function lineOf({ name, figure, style, choice }: LegendItem, theme: Theme): HTMLElement {
  const amount = figure === '' ? [] : [' ', el('span', { class: 'amount' }, figure)];
  const line = el('li', {}, swatch(style, theme), ` ${name}`, ...amount);
  if (choice === undefined) return line;
  const link = el('button', { type: 'button', class: 'link', title: choice.hint }, choice.text);
  link.addEventListener('click', choice.run);
  line.append(' ', link);
  return line;
}

let swatches = 0;

/** A square filled as the series is. */
export function swatch({ colour, pattern }: SeriesStyle, theme: Theme): Element {
  const box = svg('svg', { width: '12', height: '12', 'aria-hidden': 'true' });
  const tile = tileOf(pattern);
  const id = `swatch-${swatches++}`;
  if (tile !== undefined) {
    const size = String(tile.size);
    const made = svg('pattern', {
      id,
      width: size,
      height: size,
      patternUnits: 'userSpaceOnUse',
      patternTransform: `rotate(${tile.turn})`,
    });
    made.append(svg('rect', { width: size, height: size, fill: groundOf(colour, theme) }));
    for (const [x, y, width, height] of tile.rects) {
      const at = { x: String(x), y: String(y), width: String(width), height: String(height) };
      made.append(svg('rect', { ...at, fill: colour }));
    }
    box.append(made);
  }
  const fill = pattern === 'empty' ? 'none' : tile === undefined ? colour : `url(#${id})`;
  const outlined = theme.highContrast || pattern === 'empty';
  box.append(
    svg('rect', {
      ...{ x: '1.5', y: '1.5', width: '9', height: '9', rx: '1.5', fill },
      ...(outlined && { stroke: colour }),
    }),
  );
  return box;
}

function svg(tag: string, attributes: Readonly<Record<string, string>>): Element {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
