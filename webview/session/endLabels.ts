import type { Plugin } from 'chart.js';
import { cut } from '../../src/model/cut.ts';
import { largestOf } from '../../src/model/lists.ts';
import { chartFont } from '../shared/charts/chartBase.ts';
import type { Theme } from '../shared/theme.ts';

/** A line's name and figure, written where it ends. */
export interface EndLabel {
  readonly text: string;
  readonly colour: string;
  /** Where it ends, in units of the axis. */
  readonly value: number;
}

/** Pixels the labels need beside the plot. */
export function labelRoom(labels: readonly EndLabel[], theme: Theme): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null || labels.length === 0) return 8;
  const { size, family } = chartFont(theme);
  context.font = `${size}px ${family}`;
  return 14 + largestOf(labels.map(({ text }) => context.measureText(text).width));
}

/** Writes each line's name and figure at its end, moved apart where they would touch. */
export function endLabels(
  theme: () => Theme,
  list: (width: number) => readonly EndLabel[],
): Plugin {
  return {
    id: 'endLabels',
    afterDatasetsDraw: ({ ctx, chartArea, scales, width }) => {
      const axis = scales.y;
      const labels = list(width);
      if (axis === undefined || labels.length === 0) return;
      const { size, family } = chartFont(theme());
      const height = size + 4;
      const places = labels
        .map(({ text, colour, value }) => ({ text, colour, y: axis.getPixelForValue(value) }))
        .sort((a, b) => a.y - b.y);
      for (let i = 1; i < places.length; i++) {
        places[i]!.y = Math.max(places[i]!.y, places[i - 1]!.y + height);
      }
      const over = (places.at(-1)?.y ?? 0) - axis.bottom;
      if (over > 0) for (const place of places) place.y -= over;
      ctx.save();
      ctx.font = `${size}px ${family}`;
      ctx.textBaseline = 'middle';
      for (const { text, y, colour } of places) {
        ctx.fillStyle = colour;
        ctx.fillText(text, chartArea.right + 6, y);
      }
      ctx.restore();
    },
  };
}

/** A name cut to so many characters. */
export function shortTo(name: string, longest: number): string {
  return name.length > longest ? `${cut(name, longest - 1)}…` : name;
}
