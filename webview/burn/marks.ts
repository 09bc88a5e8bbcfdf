import type { Chart, Plugin, Scale } from 'chart.js';
import { drawn, fontOf, nowLine } from '../shared/charts/canvas.ts';
import type { LevelName } from '../shared/charts/levelNames.ts';
import { mixed } from '../shared/charts/palette.ts';
import type { BurnShown } from './shown.ts';

/** Marks on the pace chart that are no datasets: the usual band, now, and where it leads. */

type Input = () => BurnShown;

/** Below this width names in the plot are cut. */
const narrow = 520;
/** Letters of a name in a plot: in a narrow one, and at most. */
const fewLetters = 14;
const mostLetters = 32;

function scalesOf(chart: Chart): { x: Scale; total: Scale; y: Scale } | undefined {
  const { x, total, y } = chart.scales;
  return x === undefined || total === undefined || y === undefined ? undefined : { x, total, y };
}

/** The middle half of what is usual; dotted edges in high contrast. */
export function usualBand(input: Input): Plugin {
  return {
    id: 'usualBand',
    beforeDatasetsDraw: (chart) => {
      const { data, figures, theme } = input();
      const { usual } = data.chart;
      const scales = scalesOf(chart);
      if (usual === null || scales === undefined) return;
      const at = (nano: number, step: number): [number, number] => [
        scales.x.getPixelForValue(step),
        scales.total.getPixelForValue(figures.units(nano)),
      ];
      drawn(chart, (context) => {
        context.beginPath();
        for (const [step, nano] of usual.high.entries()) context.lineTo(...at(nano, step));
        for (let step = usual.low.length - 1; step >= 0; step--) {
          context.lineTo(...at(usual.low[step]!, step));
        }
        context.closePath();
        context.fillStyle = mixed(theme.foreground, 14, theme);
        context.strokeStyle = theme.foreground;
        context.setLineDash([2, 3]);
        if (theme.highContrast) context.stroke();
        else context.fill();
      });
    },
  };
}

/** A line through now, across both plots. */
export function nowMark(input: Input): Plugin {
  return {
    id: 'nowMark',
    beforeDatasetsDraw: (chart) => {
      const { data, theme } = input();
      const scales = scalesOf(chart);
      if (scales === undefined) return;
      const x = scales.x.getPixelForValue(data.chart.now);
      nowLine(chart, theme, { x, top: scales.total.top, bottom: scales.y.bottom });
    },
  };
}

/** From now to where it leads, with a whisker for the range. */
export function aheadLine(input: Input): Plugin {
  return {
    id: 'aheadLine',
    afterDatasetsDraw: (chart) => {
      const { data, figures, theme } = input();
      const { ahead, now, total } = data.chart;
      const scales = scalesOf(chart);
      if (ahead === null || scales === undefined) return;
      const y = (nano: number): number => scales.total.getPixelForValue(figures.units(nano));
      const end = scales.x.getPixelForValue(data.chart.steps.length);
      drawn(chart, (context) => {
        context.strokeStyle = theme.foreground;
        context.fillStyle = theme.foreground;
        context.lineWidth = 1.5;
        context.beginPath();
        context.setLineDash([4, 3]);
        context.moveTo(scales.x.getPixelForValue(now), y(total));
        context.lineTo(end, y(ahead.likely));
        context.stroke();
        context.setLineDash([]);
        context.beginPath();
        for (const level of [ahead.low, ahead.high]) {
          context.moveTo(end - 3, y(level));
          context.lineTo(end + 3, y(level));
        }
        context.moveTo(end, y(ahead.low));
        context.lineTo(end, y(ahead.high));
        context.stroke();
        context.beginPath();
        context.arc(end, y(ahead.likely), 3, 0, 2 * Math.PI);
        context.fill();
      });
    },
  };
}

/** A dash at what each hour or day usually costs. */
export function usualDashes(input: Input): Plugin {
  return {
    id: 'usualDashes',
    afterDatasetsDraw: (chart) => {
      const { data, figures, theme } = input();
      const scales = scalesOf(chart);
      if (scales === undefined) return;
      const { steps } = data.chart;
      const step = scales.x.getPixelForValue(1) - scales.x.getPixelForValue(0);
      const half = Math.min(12, step * 0.42);
      drawn(chart, (context) => {
        context.strokeStyle = mixed(theme.foreground, 56, theme);
        context.lineWidth = 2;
        for (const [index, { usual }] of steps.entries()) {
          if (usual === null || usual <= 0) continue;
          const x = scales.x.getPixelForValue(index + 0.5);
          const y = Math.round(scales.y.getPixelForValue(figures.units(usual)));
          // On a bar the dash is of the ground, so that it is seen.
          context.strokeStyle =
            steps[index]!.nano > usual ? theme.background : mixed(theme.foreground, 56, theme);
          context.beginPath();
          context.moveTo(x - half, y);
          context.lineTo(x + half, y);
          context.stroke();
        }
      });
    },
  };
}

/** What stands beside the plots. */
export function namesOf({ data: { chart }, figures, words }: BurnShown): LevelName[] {
  const names: LevelName[] = [];
  const add = (axis: LevelName['axis'], nano: number, label: string, look: LevelName['look']) =>
    names.push({ axis, value: figures.units(nano), label, look });
  if (chart.limit !== null) add('total', chart.limit, words.budgetLine, 'strong');
  if (chart.ahead !== null) add('total', chart.ahead.likely, words.onTrack, 'plain');
  const end = chart.usual?.median.at(-1);
  if (end !== undefined) {
    add('total', end, words.usualLine, 'quiet');
    const last = chart.steps.findLast(({ usual }) => (usual ?? 0) > 0)?.usual ?? null;
    if (last !== null) add('y', last, words.usualStep, 'quiet');
  }
  return names;
}

/** What made the total rise most, named where it did. */
export function risingMark(input: Input): Plugin {
  return {
    id: 'risingMark',
    afterDatasetsDraw: (chart) => {
      const { data, figures, theme } = input();
      const { mark, running, total, now } = data.chart;
      const scales = scalesOf(chart);
      if (mark === null || scales === undefined) return;
      const before = running[mark.step] ?? 0;
      const after = running[mark.step + 1] ?? total;
      const end = Math.min(mark.step + 1, now);
      const x = scales.x.getPixelForValue((mark.step + end) / 2);
      const y = scales.total.getPixelForValue(figures.units((before + after) / 2));
      const letters = chart.width < narrow ? fewLetters : mostLetters;
      const text =
        mark.label.length > letters ? `${mark.label.slice(0, letters - 1)}…` : mark.label;
      drawn(chart, (context) => {
        context.font = fontOf(theme, 600);
        const width = context.measureText(text).width;
        const line = 28;
        const onLeft = x - line - 8 - width >= chart.chartArea.left;
        const start = onLeft ? x - line : x + line;
        if (!onLeft && start + 8 + width > chart.chartArea.right) return;
        context.fillStyle = theme.foreground;
        context.strokeStyle = theme.background;
        context.lineWidth = 5;
        context.lineJoin = 'round';
        context.textAlign = onLeft ? 'right' : 'left';
        const at = onLeft ? start - 4 : start + 4;
        context.strokeText(text, at, y + 4);
        context.fillText(text, at, y + 4);
        context.strokeStyle = theme.foreground;
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(start, Math.round(y) + 0.5);
        context.lineTo(x + (onLeft ? -3 : 3), Math.round(y) + 0.5);
        context.stroke();
      });
    },
  };
}
