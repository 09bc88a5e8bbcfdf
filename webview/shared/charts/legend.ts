import { el } from '../dom.ts';
import { dashes, type SeriesStyle } from './palette.ts';

/** A series as a legend names it. */
export interface LegendItem {
  readonly name: string;
  readonly figure: string;
  readonly style: SeriesStyle;
}

/** Names of series with the line or the area they are drawn with. */
export function legend(items: readonly LegendItem[]): HTMLElement {
  return el(
    'ul',
    { class: 'legend' },
    ...items.map(({ name, figure, style }) => el('li', {}, swatch(style), ` ${name} ${figure}`)),
  );
}

function swatch({ colour, pattern }: SeriesStyle): Element {
  const line = svg('svg', { width: '28', height: '8', 'aria-hidden': 'true' });
  const dash = (dashes[pattern % dashes.length] ?? []).join(' ');
  const path = { d: 'M0 4H28', stroke: colour, 'stroke-width': '4', 'stroke-dasharray': dash };
  line.append(svg('path', path));
  return line;
}

function svg(tag: string, attributes: Readonly<Record<string, string>>): Element {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
