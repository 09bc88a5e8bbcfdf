import { el } from '../dom.ts';

/** Where a chart draws its data, in pixels of the canvas. */
export interface ChartArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Movements shorter than this are a click. */
const clickPixels = 4;

/**
 * Lets an interval of a chart be chosen by dragging over it, or a place by a click. Whoever works
 * with the keyboard chooses the same in the chart's table.
 */
export class Brush {
  readonly #mark = el('div', { class: 'brush', 'aria-hidden': 'true' });
  readonly #canvas: HTMLCanvasElement;
  #start: number | undefined;

  /** `onSelect` gets two places on the canvas, in pixels from its left edge; the same for a click. */
  constructor(
    canvas: HTMLCanvasElement,
    area: () => ChartArea | undefined,
    onSelect: (from: number, to: number) => void,
  ) {
    this.#canvas = canvas;
    const place = (event: PointerEvent): number | undefined => {
      const inside = area();
      if (inside === undefined) return undefined;
      const x = event.clientX - canvas.getBoundingClientRect().left;
      return Math.max(inside.left, Math.min(inside.right, x));
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#start = place(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      const [from, to, inside] = [this.#start, place(event), area()];
      if (from === undefined || to === undefined || inside === undefined) return;
      if (Math.abs(to - from) >= clickPixels) this.#show(inside, from, to);
    });
    canvas.addEventListener('pointerup', (event) => {
      const [from, to] = [this.#start, place(event)];
      this.#end();
      if (from === undefined || to === undefined) return;
      if (Math.abs(to - from) < clickPixels) onSelect(from, from);
      else onSelect(Math.min(from, to), Math.max(from, to));
    });
    canvas.addEventListener('pointercancel', () => this.#end());
  }

  #show({ top, bottom }: ChartArea, from: number, to: number): void {
    const { style } = this.#mark;
    style.left = `${this.#canvas.offsetLeft + Math.min(from, to)}px`;
    style.width = `${Math.abs(to - from)}px`;
    style.top = `${this.#canvas.offsetTop + top}px`;
    style.height = `${bottom - top}px`;
    if (this.#mark.parentElement === null) this.#canvas.after(this.#mark);
  }

  #end(): void {
    this.#start = undefined;
    this.#mark.remove();
  }
}
