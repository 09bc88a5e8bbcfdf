import type { Plugin } from 'chart.js';
import type { Theme } from '../theme.ts';
import { mixed } from './palette.ts';

/** A band across the chart between two levels, in units of the axis: what is usual. */
export function levelBand(
  theme: () => Theme,
  band: () => { readonly low: number; readonly high: number } | undefined,
): Plugin {
  return {
    id: 'levelBand',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const levels = band();
      const axis = scales.y;
      if (levels === undefined || axis === undefined) return;
      const inside = (y: number): number => Math.max(chartArea.top, Math.min(chartArea.bottom, y));
      const top = inside(axis.getPixelForValue(levels.high));
      const low = axis.getPixelForValue(levels.low);
      const bottom = Number.isFinite(low) ? inside(low) : chartArea.bottom;
      ctx.save();
      // In high contrast the lines at its edges say it all.
      if (!theme().highContrast) {
        ctx.fillStyle = mixed(theme().foreground, 6, theme());
        ctx.fillRect(chartArea.left, top, chartArea.right - chartArea.left, bottom - top);
      }
      ctx.restore();
    },
  };
}

/** Longer names are cut: a chart has little room. */
const longest = 28;

/** Names beside the first points of a dataset, those that would cover another left out. */
export function pointLabels(
  theme: () => Theme,
  dataset: number,
  names: () => readonly string[],
): Plugin {
  return {
    id: 'pointLabels',
    afterDatasetsDraw: (chart) => {
      const { ctx, chartArea } = chart;
      const { font, fontSize, foreground, background } = theme();
      const points = chart.getDatasetMeta(dataset).data;
      const taken: { left: number; right: number; y: number }[] = [];
      ctx.save();
      ctx.font = `${fontSize - 1}px ${font}`;
      ctx.fillStyle = foreground;
      ctx.strokeStyle = background;
      ctx.lineWidth = 6;
      ctx.lineJoin = 'round';
      ctx.textBaseline = 'middle';
      names().forEach((name, index) => {
        const point = points[index];
        if (point === undefined) return;
        const text = name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
        const width = ctx.measureText(text).width;
        const right = point.x + 10 + width <= chartArea.right;
        const left = right ? point.x + 10 : point.x - 10 - width;
        if (left < chartArea.left) return;
        const covers = taken.some(
          (one) =>
            Math.abs(one.y - point.y) < fontSize + 2 && left < one.right && left + width > one.left,
        );
        if (covers) return;
        taken.push({ left, right: left + width, y: point.y });
        // Lines of the chart end around the name.
        ctx.strokeText(text, left, point.y);
        ctx.fillText(text, left, point.y);
      });
      ctx.restore();
    },
  };
}
