import type { Chart, Plugin } from 'chart.js';
import { drawn, fontOf, nowLine } from '../shared/charts/canvas.ts';
import { mixed, restStyle } from '../shared/charts/palette.ts';
import { cutOf, type MainChartInput, presentIndex } from './mainChartShape.ts';

/** Marks on the main chart that are no datasets: what is expected, limits, now, and a bar that is cut. */

type Input = () => MainChartInput;

/** Where a bar stands and how wide it is. */
function barAt(chart: Chart, index: number): { x: number; width: number } | undefined {
  const meta = chart.getSortedVisibleDatasetMetas().find(({ type }) => type === 'bar');
  const bar = meta?.data[index] as unknown as { x: number; width: number } | undefined;
  return bar;
}

/** What bars that are not over will come to, as dashed outlines: done is filled, expected is not. */
export function expectedBars(input: Input): Plugin {
  return {
    id: 'expectedBars',
    afterDatasetsDraw: (chart) => {
      const { shown } = input();
      const { figures, theme, data } = shown;
      const axis = chart.scales.y;
      if (axis === undefined) return;
      const cut = cutOf(data);
      drawn(chart, (context) => {
        context.strokeStyle = restStyle(theme).colour;
        context.setLineDash([2, 2]);
        for (const [index, { total, expected }] of data.buckets.entries()) {
          const bar = barAt(chart, index);
          if (expected <= total || bar === undefined || index === cut?.index) continue;
          const top = axis.getPixelForValue(figures.units(expected));
          const bottom = axis.getPixelForValue(figures.units(total));
          const left = Math.round(bar.x - bar.width / 2) + 0.5;
          context.strokeRect(left, top, Math.round(bar.width) - 1, bottom - top);
        }
      });
    },
  };
}

/** From where the total stands to where it leads, and the range around it. */
export function forecastFan(input: Input): Plugin {
  return {
    id: 'forecastFan',
    beforeDatasetsDraw: (chart) => {
      const { data, figures, theme } = input().shown;
      const ahead = data.running?.ahead;
      const [x, axis] = [chart.scales.x, chart.scales.total];
      if (ahead === null || ahead === undefined || x === undefined || axis === undefined) return;
      const y = (nano: number): number => axis.getPixelForValue(figures.units(nano));
      const from = { x: x.getPixelForValue(presentIndex(data)), y: y(data.total) };
      const end = x.getPixelForValue(data.buckets.length - 1);
      if (end - from.x < 2) return;
      drawn(chart, (context) => {
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(end, y(ahead.high));
        context.lineTo(end, y(ahead.low));
        context.closePath();
        context.fillStyle = mixed(theme.foreground, 22, theme);
        context.strokeStyle = theme.foreground;
        if (theme.highContrast) context.stroke();
        else context.fill();
        context.beginPath();
        context.setLineDash([4, 3]);
        context.lineWidth = 1.5;
        context.moveTo(from.x, from.y);
        context.lineTo(end, y(ahead.likely));
        context.stroke();
      });
    },
  };
}

/** A line through the present, across the running total. */
export function nowMark(input: Input): Plugin {
  return {
    id: 'nowMark',
    beforeDatasetsDraw: (chart) => {
      const { data, theme } = input().shown;
      const [x, axis] = [chart.scales.x, chart.scales.total];
      const last = data.buckets.length - 1;
      const present = presentIndex(data);
      if (x === undefined || axis === undefined || present === last) return;
      nowLine(chart, theme, { x: x.getPixelForValue(present), top: axis.top, bottom: axis.bottom });
    },
  };
}

/** Two notches through a bar that goes beyond the axis, and its amount above it. */
export function cutBars(input: Input): Plugin {
  return {
    id: 'cutBars',
    afterDatasetsDraw: (chart) => {
      const { data, figures, theme } = input().shown;
      const cut = cutOf(data);
      const axis = chart.scales.y;
      if (cut === undefined || axis === undefined) return;
      const bar = barAt(chart, cut.index);
      if (bar === undefined) return;
      drawn(chart, (context) => {
        const top = axis.getPixelForValue(figures.units(cut.at));
        const [left, right] = [bar.x - bar.width / 2 - 1, bar.x + bar.width / 2 + 1];
        context.strokeStyle = theme.background;
        context.lineWidth = 2;
        for (const offset of [9, 13]) {
          context.beginPath();
          context.moveTo(left, top + offset);
          context.lineTo(right, top + offset - 4);
          context.stroke();
        }
        context.fillStyle = theme.foreground;
        context.font = fontOf(theme, 600);
        context.textAlign = 'center';
        const text = figures.money(cut.amount);
        const half = context.measureText(text).width / 2;
        const { left: start, right: end } = chart.chartArea;
        const at = Math.max(start + half, Math.min(end - half, bar.x));
        context.fillText(text, at, top - 6);
      });
    },
  };
}
