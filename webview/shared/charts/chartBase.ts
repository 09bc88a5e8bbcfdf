import type { Chart, ChartOptions, Plugin, TooltipItem } from 'chart.js';
import { largestOf } from '../../../src/model/lists.ts';
import type { Figures } from '../figures.ts';
import type { Theme } from '../theme.ts';
import { areDays, spansDays, timeTicks } from './timeAxis.ts';

/** Parts every chart is made of, so that all of them look and behave alike. */

/** The font of what is written inside a chart. */
export function chartFont({ font, fontSize }: Theme): { family: string; size: number } {
  return { family: font, size: fontSize - 2 };
}

/** Charts fill their place, stand still and are read along the time axis. */
export const stillOptions = {
  responsive: true,
  maintainAspectRatio: false,
  animation: false,
  interaction: { mode: 'index', intersect: false },
} as const satisfies ChartOptions;

/** The look of a tooltip: that of the editor's own hovers. */
export function tooltipLook(theme: Theme): object {
  const font = chartFont(theme);
  return {
    backgroundColor: theme.token('editorHoverWidget-background') || theme.background,
    borderColor: theme.token('editorHoverWidget-border') || theme.border,
    borderWidth: 1,
    cornerRadius: 2,
    titleColor: theme.foreground,
    bodyColor: theme.foreground,
    footerColor: theme.foreground,
    titleFont: { ...font, weight: 'bold' },
    bodyFont: font,
    footerFont: { ...font, weight: 'normal' },
    displayColors: false,
  };
}

/** Most expensive first. */
export function byAmount(a: TooltipItem<'bar'>, b: TooltipItem<'bar'>): number {
  return (b.parsed.y ?? 0) - (a.parsed.y ?? 0);
}

/** An axis of amounts. */
export function amountAxis(
  theme: Theme,
  write: (amount: number) => string,
  mostTicks: number,
): object {
  return {
    beginAtZero: true,
    border: { display: false, dash: theme.highContrast ? [2, 4] : [] },
    // Without marks beside it: they are drawn whole where the lines are dotted.
    grid: { color: theme.grid, drawTicks: false },
    ticks: {
      padding: 5,
      color: theme.muted,
      font: chartFont(theme),
      maxTicksLimit: mostTicks,
      callback: (value: number | string) => write(Number(value)),
    },
  };
}

/** An axis of money, in units of the display currency. */
export function moneyAxis(theme: Theme, figures: Figures): object {
  return amountAxis(theme, (units) => figures.axisMoney(units), 6);
}

/** An axis of names, below the bars that have them. */
export function nameAxis(theme: Theme, ticks: object): object {
  return {
    border: { color: theme.axis },
    grid: { display: false },
    ticks: { color: theme.muted, font: chartFont(theme), ...ticks },
  };
}

/** Names that are moments follow one another: some can be left out. */
export const momentTicks = { maxRotation: 0, autoSkipPadding: 12 } as const;

/** Bars are not too wide, and have an edge where their filling alone would not do. */
export function barLook({ highContrast }: Theme): {
  borderWidth: number;
  borderSkipped: false;
  maxBarThickness: number;
} {
  return { borderWidth: highContrast ? 1 : 0, borderSkipped: false, maxBarThickness: 48 };
}

/** Pixels from one tick to the next, as its text is a day or a day with a time. */
const dayRoom = 80;
const timeRoom = 110;

/** An axis of moments, with ticks on whole minutes, hours or days of the user's zone. */
export function timeAxis(
  theme: Theme,
  figures: Figures,
  { min, max, zone }: { readonly min: number; readonly max: number; readonly zone: string },
): object {
  const days = spansDays(min, max);
  return {
    type: 'linear',
    min,
    max,
    afterBuildTicks: (axis: { min: number; max: number; width: number; ticks: unknown[] }) => {
      const ticksOf = (room: number): number[] =>
        timeTicks(axis.min, axis.max, Math.max(2, Math.floor(axis.width / room)), zone);
      const narrow = ticksOf(dayRoom);
      const ticks = areDays(narrow) ? narrow : ticksOf(timeRoom);
      axis.ticks = ticks.map((value) => ({ value }));
    },
    border: { color: theme.axis },
    grid: { display: false },
    ticks: {
      color: theme.muted,
      font: chartFont(theme),
      maxRotation: 0,
      callback: (value: number | string, _: number, ticks: readonly { value: number }[]) => {
        const at = Number(value);
        if (areDays(ticks.map((tick) => tick.value))) return figures.day(at);
        return days ? figures.dayTime(at) : figures.shortTime(at);
      },
    },
  };
}

/** A vertical line where the pointer is. */
export function crosshair(theme: () => Theme): Plugin {
  return {
    id: 'crosshair',
    afterDatasetsDraw: ({ ctx, chartArea, tooltip }) => {
      const x = tooltip?.getActiveElements()[0]?.element.x;
      if (x === undefined) return;
      ctx.save();
      ctx.strokeStyle = theme().muted;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** A level that is worth a line across the chart. */
export interface Threshold {
  /** In units of the axis. */
  readonly value: number;
  readonly label: string;
  readonly colour: string;
  readonly dash?: readonly number[];
}

/** Narrower charts have no room beside them: names stand on the lines. */
const narrowest = 520;
/** Between the chart and the names beside it: a mark at the edge reaches half of itself into it. */
const beside = 10;

/** Room for the names of lines at the right of a chart: for `layout.padding`. */
export function thresholdRoom(
  theme: () => Theme,
  list: () => readonly Threshold[],
): (context: { readonly chart: Chart }) => { right: number } {
  return ({ chart }) => {
    const lines = list();
    if (lines.length === 0 || chart.width < narrowest) return { right: 0 };
    const { ctx } = chart;
    ctx.save();
    ctx.font = lineFont(theme());
    const widest = largestOf(lines.map(({ label }) => ctx.measureText(label).width));
    ctx.restore();
    return { right: Math.ceil(widest) + 2 * beside };
  };
}

/**
 * Lines across the chart at some levels, named at their right end: beside the chart where there is
 * room (see `thresholdRoom`), else on the line at its beginning, where nothing recent is covered.
 */
export function thresholdLines(theme: () => Theme, list: () => readonly Threshold[]): Plugin {
  return {
    id: 'thresholds',
    afterDatasetsDraw: ({ ctx, chartArea, scales, width }) => {
      const { fontSize, background } = theme();
      const axis = scales.y;
      if (axis === undefined) return;
      const outside = width - chartArea.right > 2 * beside && width >= narrowest;
      ctx.save();
      ctx.font = lineFont(theme());
      ctx.textAlign = 'left';
      let lowest = Number.POSITIVE_INFINITY;
      for (const { value, label, colour, dash = [4, 4] } of [...list()].sort(
        (a, b) => a.value - b.value,
      )) {
        const y = axis.getPixelForValue(value);
        if (y < chartArea.top - 1 || y > chartArea.bottom + 1) continue;
        ctx.strokeStyle = colour;
        ctx.lineWidth = 1;
        ctx.setLineDash([...dash]);
        ctx.beginPath();
        ctx.moveTo(chartArea.left, y);
        ctx.lineTo(chartArea.right, y);
        ctx.stroke();
        const at = outside ? y + fontSize / 3 : y - 4;
        const textY = Math.min(at, lowest - fontSize - 2);
        lowest = textY;
        const x = outside ? chartArea.right + beside : chartArea.left + beside;
        if (!outside) {
          ctx.fillStyle = background;
          const wide = ctx.measureText(label).width;
          ctx.fillRect(x - 2, textY - fontSize + 1, wide + 4, fontSize + 2);
        }
        ctx.fillStyle = colour;
        ctx.fillText(label, x, textY);
      }
      ctx.restore();
    },
  };
}

function lineFont({ font, fontSize }: Theme): string {
  return `${fontSize - 1}px ${font}`;
}
