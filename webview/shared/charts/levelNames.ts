import type { Plugin } from 'chart.js';
import { largestOf } from '../../../src/model/lists.ts';
import type { Theme } from '../theme.ts';
import { drawn, fontOf } from './canvas.ts';

/** A name at the right of a plot, at a level of one of its axes, in the axis's units. */
export interface LevelName {
  readonly axis: 'total' | 'y';
  readonly value: number;
  readonly label: string;
  /** A strong one is a limit: a line is drawn across the plot at its level. */
  readonly look: 'strong' | 'plain' | 'quiet';
}

/** Between the plot and the names beside it, and between them and the edge. */
const beside = 8;
const edge = 4;
/** Names are at least so far apart, so that none covers another. */
const apart = 13;

function nameFont(theme: Theme, look: LevelName['look']): string {
  return fontOf(theme, look === 'strong' ? 600 : 400);
}

/** Room for the widest name, in pixels: for `layout.padding`. 0 without names. */
export function nameRoom(
  context: CanvasRenderingContext2D,
  theme: Theme,
  names: readonly LevelName[],
): number {
  context.save();
  const widths = names.map(({ label, look }) => {
    context.font = nameFont(theme, look);
    return context.measureText(label).width;
  });
  context.restore();
  return widths.length === 0 ? 0 : Math.ceil(largestOf(widths)) + beside + edge;
}

/** Names of levels beside the plots, and lines across them where they are limits. */
export function levelNames(theme: () => Theme, names: () => readonly LevelName[]): Plugin {
  return {
    id: 'levelNames',
    afterDatasetsDraw: (chart) => {
      const { left, right } = chart.chartArea;
      const { foreground, muted } = theme();
      const all = names();
      drawn(chart, (context) => {
        for (const axis of ['total', 'y'] as const) {
          const scale = chart.scales[axis];
          if (scale === undefined) continue;
          let last = Number.NEGATIVE_INFINITY;
          const own = all.filter((name) => name.axis === axis).sort((a, b) => b.value - a.value);
          for (const { value, label, look } of own) {
            const y = scale.getPixelForValue(value);
            if (y < scale.top - 1 || y > scale.bottom + 1) continue;
            if (look === 'strong') {
              context.strokeStyle = foreground;
              context.lineWidth = 1.5;
              context.beginPath();
              context.moveTo(left, Math.round(y) + 0.5);
              context.lineTo(right, Math.round(y) + 0.5);
              context.stroke();
            }
            context.font = nameFont(theme(), look);
            context.fillStyle = look === 'quiet' ? muted : foreground;
            last = Math.max(y + 4, last + apart);
            context.fillText(label, right + beside, last);
          }
        }
      });
    },
  };
}
