import type { Chart } from 'chart.js';
import type { Theme } from '../theme.ts';
import { chartFont } from './chartBase.ts';

/** What plugins that draw on a chart's canvas have in common. */

/** Draws without leaving a trace of its styles. */
export function drawn(chart: Chart, draw: (context: CanvasRenderingContext2D) => void): void {
  chart.ctx.save();
  draw(chart.ctx);
  chart.ctx.restore();
}

/** The font of a chart, as a canvas takes it. */
export function fontOf(theme: Theme, weight: 400 | 600 = 400): string {
  const { family, size } = chartFont(theme);
  return `${weight} ${size}px ${family}`;
}

/** A dashed line down a chart, where now is. */
export function nowLine(
  chart: Chart,
  { muted }: Theme,
  line: { readonly x: number; readonly top: number; readonly bottom: number },
): void {
  drawn(chart, (context) => {
    const x = Math.round(line.x) + 0.5;
    context.strokeStyle = muted;
    context.setLineDash([2, 2]);
    context.beginPath();
    context.moveTo(x, line.top);
    context.lineTo(x, line.bottom);
    context.stroke();
  });
}
