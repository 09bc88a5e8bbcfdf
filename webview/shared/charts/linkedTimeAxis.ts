import type { Chart, Plugin } from 'chart.js';
import type { Theme } from '../theme.ts';
import { mixed } from './palette.ts';

/** Some of the time axis: from and to, UTC milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Pixels left and right of every plot, by the width of the chart. */
export type Margins = (width: number) => { readonly left: number; readonly right: number };

/** What a link tells of. */
export interface TimeLinkEvents {
  /** A range was brushed; null when it was taken back. */
  readonly onRange: (range: TimeRange | null) => void;
  /** A moment was clicked. */
  readonly onPick: (at: number) => void;
}

/** The pointer has to go this far, in pixels, before a click is a brush. */
const brushFrom = 5;

/**
 * Charts on one time axis: they stand exactly below one another, the crosshair of one is that of all,
 * and a range brushed in one is marked in all.
 */
export class TimeLink {
  readonly #charts = new Map<HTMLCanvasElement, Chart>();
  readonly #events: TimeLinkEvents;
  #at: number | undefined;
  #range: TimeRange | null = null;
  #margins: Margins = () => ({ left: 0, right: 0 });
  #pending = false;

  constructor(events: TimeLinkEvents) {
    this.#events = events;
  }

  /** The range that is marked; the charts are redrawn. */
  set range(range: TimeRange | null) {
    if (range?.from === this.#range?.from && range?.to === this.#range?.to) return;
    this.#range = range;
    this.#redraw();
  }

  /** Room left and right of the plots, the same for all. */
  set margins(margins: Margins) {
    this.#margins = margins;
  }

  /** For a chart's `layout.padding`. */
  readonly padding = ({ chart }: { readonly chart: { readonly width: number } }): object => ({
    top: 8,
    right: this.#margins(chart.width).right,
  });

  /** For `afterFit` of the axis on the left: it is as wide as those of the other charts. */
  readonly fit = (axis: { width: number; readonly chart: { readonly width: number } }): void => {
    axis.width = this.#margins(axis.chart.width).left;
  };

  /** Draws the crosshair and the range, and listens to the pointer. */
  plugin(theme: () => Theme): Plugin {
    return {
      id: 'timeLink',
      install: (chart) => this.#attach(chart),
      uninstall: (chart) => this.#charts.delete(chart.canvas),
      afterEvent: (chart, { event }) => {
        const x = chart.getActiveElements()[0]?.element.x;
        const at = event.type === 'mouseout' || x === undefined ? undefined : valueAt(chart, x);
        if (at === this.#at) return;
        this.#at = at;
        this.#redraw();
      },
      afterDatasetsDraw: (chart) => this.#draw(chart, theme()),
    };
  }

  #redraw(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      for (const chart of this.#charts.values()) chart.draw();
    });
  }

  #draw({ ctx, chartArea, scales }: Chart, theme: Theme): void {
    const axis = scales.x;
    if (axis === undefined) return;
    const { top, bottom, left, right } = chartArea;
    const within = (value: number): number =>
      Math.max(left, Math.min(right, axis.getPixelForValue(value)));
    ctx.save();
    ctx.lineWidth = 1;
    if (this.#range !== null) {
      const [from, to] = [within(this.#range.from), within(this.#range.to)];
      ctx.fillStyle = mixed(theme.background, 65, { ...theme, background: 'transparent' });
      ctx.fillRect(left, top, from - left, bottom - top);
      ctx.fillRect(to, top, right - to, bottom - top);
      ctx.strokeStyle = theme.token('focusBorder') || theme.foreground;
      for (const x of [from, to]) line(ctx, x, top, bottom);
    }
    if (this.#at !== undefined) {
      ctx.strokeStyle = theme.muted;
      line(ctx, within(this.#at), top, bottom);
    }
    ctx.restore();
  }

  /** A press and a pull mark a range; a click picks a moment. */
  #attach(chart: Chart): void {
    const { canvas } = chart;
    this.#charts.set(canvas, chart);
    if (canvas.dataset.brushed !== undefined) return;
    // The canvas outlives its chart.
    canvas.dataset.brushed = '';
    let start: number | undefined;
    const at = (x: number): number => {
      const now = this.#charts.get(canvas);
      if (now === undefined) return 0;
      const { left, right } = now.chartArea;
      return valueAt(now, Math.max(left, Math.min(right, x)));
    };
    const rangeTo = (x: number): TimeRange | undefined => {
      if (start === undefined || Math.abs(x - start) < brushFrom) return undefined;
      const ends = [at(start), at(x)].sort((a, b) => a - b);
      return { from: Math.floor(ends[0]!), to: Math.ceil(ends[1]!) };
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      start = event.offsetX;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      const range = rangeTo(event.offsetX);
      if (range !== undefined) this.range = range;
    });
    canvas.addEventListener('pointerup', (event) => {
      if (start === undefined) return;
      const range = rangeTo(event.offsetX);
      start = undefined;
      if (range === undefined) this.#events.onPick(at(event.offsetX));
      else this.#events.onRange(range);
    });
    canvas.addEventListener('pointercancel', () => {
      start = undefined;
    });
    canvas.addEventListener('dblclick', () => this.#events.onRange(null));
  }
}

function valueAt(chart: Chart, x: number): number {
  return chart.scales.x?.getValueForPixel(x) ?? 0;
}

function line(ctx: CanvasRenderingContext2D, x: number, top: number, bottom: number): void {
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, bottom);
  ctx.stroke();
}
