/** Drawings of buttons, in the manner of VS Code's own: outlines on a grid of 16 pixels. */
const paths = {
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6',
  chart: 'M2.5 2.5v11h11M5.5 13v-3M8.5 13V6M11.5 13V8',
  export: 'M8 2.5v7M5 6.5l3 3 3-3M2.5 12.5h11',
  file: 'M4 1.5h5.5L13 5v9.5H4zM9.5 1.5V5H13M6 8h5M6 11h5',
  terminal: 'M1.5 2.5h13v11h-13zM4 6l2.5 2L4 10M8 10.5h4',
  search: 'M6.5 2.5a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM9.5 9.5l4 4',
  plus: 'M8 3v10M3 8h10',
  more: 'M3 8h1M7.5 8h1M12 8h1',
  info: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 7.25v3.75M8 5v.75',
} as const;
export type IconName = keyof typeof paths;

const svg = 'http://www.w3.org/2000/svg';

/** A drawing in the colour of the words around it; it says nothing to a screen reader. */
export function icon(name: IconName): SVGElement {
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('viewBox', '0 0 16 16');
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[name]);
  drawing.append(path);
  return drawing;
}
