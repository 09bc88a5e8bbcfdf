import type { Chart, Plugin } from 'chart.js';
import { cut } from '../../src/model/cut.ts';
import { chartFont } from '../shared/charts/chartBase.ts';
import { subagentColour } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import type { Theme } from '../shared/theme.ts';
import { valueAt } from './lanes.ts';
import { dotsOf, lost } from './markers.ts';
import { missText } from './messageText.ts';
import { type SessionView, threadName } from './view.ts';

/** What the drawing of a session's chart is made from. */
export interface TimeDrawing {
  readonly view: SessionView;
  /** The thread whose context is shown: '' for the main thread. */
  readonly agentId: string;
  /** What a written token costs, of a read one; '' where that is not known. */
  readonly writePrice: string;
}

/** Pixels the figures of an axis take beside the names of plots. */
export const axisRoom = 46;

/** A narrower chart has shorter words. */
export const roomForWords = 560;

/** Names at the left, dots of the lanes, writes, and what stands out: all that chart.js has no element for. */
export function timeDrawing(of: () => TimeDrawing): Plugin {
  return {
    id: 'timeDrawing',
    beforeDatasetsDraw: (chart) => drawMoment(chart, of()),
    afterDatasetsDraw: (chart) => {
      const drawing = of();
      drawNames(chart, drawing);
      drawLanes(chart, drawing);
      drawWrites(chart, drawing);
      drawStep(chart, drawing);
      drawEnd(chart, drawing);
    },
  };
}

function errorColour(theme: Theme): string {
  return theme.token('outlay-levelError') || theme.foreground;
}

/** Draws with the fonts of charts, and leaves nothing behind. */
function inked(
  { ctx }: Chart,
  theme: Theme,
  draw: (ctx: CanvasRenderingContext2D, bold: (on: boolean) => void) => void,
): void {
  const { size, family } = chartFont(theme);
  const bold = (on: boolean): void => {
    ctx.font = `${on ? 600 : 400} ${size}px ${family}`;
  };
  ctx.save();
  bold(false);
  ctx.textBaseline = 'middle';
  draw(ctx, bold);
  ctx.restore();
}

/** A line through everything at the message whose missed cache cost most. */
function drawMoment(chart: Chart, { view: { derived, theme } }: TimeDrawing): void {
  const { worst } = derived;
  const x = chart.scales.x;
  if (worst === undefined || x === undefined) return;
  const at = Math.round(x.getPixelForValue(worst.at)) + 0.5;
  inked(chart, theme, (ctx) => {
    ctx.strokeStyle = errorColour(theme);
    ctx.setLineDash([2, 3]);
    ctx.beginPath();
    ctx.moveTo(at, chart.chartArea.top);
    ctx.lineTo(at, chart.chartArea.bottom);
    ctx.stroke();
  });
}

function drawNames(chart: Chart, { view, agentId, writePrice }: TimeDrawing): void {
  const { words, theme, derived, session } = view;
  const narrow = chart.width < roomForWords;
  inked(chart, theme, (ctx, bold) => {
    const name = (axis: string, text: string, more: string): void => {
      const scale = chart.scales[axis];
      if (scale === undefined) return;
      const y = scale.top + 8;
      ctx.fillStyle = theme.foreground;
      bold(true);
      ctx.fillText(text, 0, y);
      if (narrow || more === '') return;
      ctx.fillStyle = theme.muted;
      bold(false);
      ctx.fillText(shortened(ctx, more, chart.chartArea.left - axisRoom), 0, y + 14);
    };
    name('cost', words.cost, '');
    // Of which thread it is, where that is not the one to be expected.
    name(
      'context',
      words.context,
      agentId === '' ? words.contextUnit : threadName(session, agentId),
    );
    name('writes', narrow ? words.writesShort : words.writes, writePrice);
    const lanes = chart.scales.lanes;
    if (lanes === undefined) return;
    bold(false);
    ctx.fillStyle = theme.foreground;
    const room = chart.chartArea.left - 8;
    for (const [index, lane] of derived.lanes.entries()) {
      ctx.fillText(shortened(ctx, lane.name, room), 0, lanes.getPixelForValue(index));
    }
  });
}

/** A name cut to so many pixels. */
function shortened(ctx: CanvasRenderingContext2D, name: string, room: number): string {
  if (ctx.measureText(name).width <= room) return name;
  let length = name.length - 1;
  while (length > 1 && ctx.measureText(`${cut(name, length)}…`).width > room) length -= 1;
  return `${cut(name, length)}…`;
}

function drawLanes(chart: Chart, { view: { derived, session, theme } }: TimeDrawing): void {
  const { x, lanes } = chart.scales;
  if (x === undefined || lanes === undefined) return;
  const place = (at: number): number => x.getPixelForValue(at);
  const mostNano = derived.ordered.reduce((most, { nano }) => Math.max(most, nano), 1);
  const byAgent = Map.groupBy(derived.marks, ({ message }) => message.agentId);
  const info = theme.token('editorInfo-foreground') || theme.foreground;
  inked(chart, theme, (ctx) => {
    for (const [index, { agents }] of derived.lanes.entries()) {
      const y = lanes.getPixelForValue(index);
      ctx.strokeStyle = theme.grid;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(chart.chartArea.left, Math.round(y) + 0.5);
      ctx.lineTo(chart.chartArea.right, Math.round(y) + 0.5);
      ctx.stroke();
      const marks = agents.flatMap((agentId) => byAgent.get(agentId) ?? []);
      for (const { mark, x: at, radius } of dotsOf(marks, place, mostNano)) {
        if (mark.kind === 'miss') drawCross(ctx, at, y, errorColour(theme));
        else if (mark.kind === 'switch') drawShape(ctx, at, y, 3, info, theme.background);
        else {
          const own = mark.message.agentId === '' ? theme.foreground : subagentColour(theme);
          drawDot(ctx, at, y, radius, own, theme.background);
        }
      }
      for (const { agentId, at } of session.compactions) {
        if (agents.includes(agentId)) drawShape(ctx, place(at), y, 4, info, theme.background);
      }
    }
  });
}

/** A dot, with a line of the ground around it: neighbours are told apart. */
function drawDot(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
  ground: string,
): void {
  ctx.fillStyle = colour;
  ctx.strokeStyle = ground;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}

function drawCross(ctx: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x - 5, y - 5);
  ctx.lineTo(x + 5, y + 5);
  ctx.moveTo(x + 5, y - 5);
  ctx.lineTo(x - 5, y + 5);
  ctx.stroke();
}

/** A triangle (3 corners) or a square on its point (4). */
function drawShape(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  corners: 3 | 4,
  colour: string,
  ground: string,
): void {
  ctx.fillStyle = colour;
  ctx.strokeStyle = ground;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let corner = 0; corner < corners; corner++) {
    const angle = -Math.PI / 2 + (corner / corners) * 2 * Math.PI;
    ctx.lineTo(x + 6 * Math.cos(angle), y + 6 * Math.sin(angle));
  }
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

/** What was written to the cache, a bar for each message; what was written again in the error colour. */
function drawWrites(chart: Chart, { view, agentId }: TimeDrawing): void {
  const { derived, theme, words, figures } = view;
  const { x, writes } = chart.scales;
  if (x === undefined || writes === undefined) return;
  const ground = writes.getPixelForValue(0);
  const bars = derived.ordered
    .filter((message) => message.agentId === agentId)
    .map((message) => ({
      message,
      tokens: message.usage.cacheWrite5m + message.usage.cacheWrite1h,
      x: x.getPixelForValue(message.at),
    }))
    .filter(({ tokens }) => tokens > 0);
  inked(chart, theme, (ctx, bold) => {
    for (const { message, tokens, x: at } of bars) {
      const height = Math.max(1, ground - writes.getPixelForValue(tokens));
      ctx.fillStyle = lost(message) ? errorColour(theme) : theme.foreground;
      ctx.fillRect(at - 2, ground - height, 4, height);
    }
    ctx.fillStyle = theme.foreground;
    const narrow = chart.width < roomForWords;
    const again = bars.find(({ message }) => message === derived.worst);
    const most = bars.reduce((largest, { tokens }) => Math.max(largest, tokens), 0);
    if (again !== undefined) {
      bold(true);
      const text = fill(narrow ? words.againShort : words.again, figures.tokens(again.tokens));
      beside(ctx, chart, theme, text, again.x, writes.getPixelForValue(again.tokens) + 6, 8);
    }
    const first = bars[0];
    // Short bars stand close to the axis, where a word would cover the next ones.
    if (first === undefined || first === again || first.tokens < most / 8) return;
    bold(false);
    const text = fill(words.firstWrite, figures.tokens(first.tokens));
    const y = Math.max(writes.top + 6, writes.getPixelForValue(first.tokens) - 6);
    const end = first.x + 10 + ctx.measureText(text).width;
    if (bars.some((bar) => bar !== first && bar.x < end && bar.tokens > 0.8 * first.tokens)) return;
    ctx.textAlign = 'left';
    label(ctx, theme, text, first.x + 6, y);
  });
}

/** Words right of a place, or left of it where there is no room. */
function beside(
  ctx: CanvasRenderingContext2D,
  { chartArea }: Chart,
  theme: Theme,
  text: string,
  x: number,
  y: number,
  gap: number,
): void {
  const width = ctx.measureText(text).width;
  const right = x + gap + width <= chartArea.right + 36;
  ctx.textAlign = right ? 'left' : 'right';
  label(ctx, theme, text, right ? x + gap : x - gap, y);
}

/** Words on the plot: what is behind them ends around them. */
function label(
  ctx: CanvasRenderingContext2D,
  { background, foreground }: Theme,
  text: string,
  x: number,
  y: number,
): void {
  ctx.save();
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  ctx.strokeStyle = background;
  ctx.setLineDash([]);
  ctx.strokeText(text, x, y);
  ctx.fillStyle = foreground;
  ctx.fillText(text, x, y);
  ctx.restore();
}

/** Which message made the step, and why. */
function drawStep(chart: Chart, { view }: TimeDrawing): void {
  const { derived, theme, words, figures } = view;
  const { worst } = derived;
  const { x, cost } = chart.scales;
  if (worst === undefined || x === undefined || cost === undefined) return;
  const after = valueAt(derived.steps, worst.at);
  const at = x.getPixelForValue(worst.at);
  const middle = cost.getPixelForValue(figures.units(after - worst.nano / 2));
  const number = figures.count(derived.numbers.get(worst.key) ?? 0);
  inked(chart, theme, (ctx, bold) => {
    bold(true);
    const name = fill(words.stepNamed, number, missText(worst.miss, words));
    const short = fill(words.stepShort, number);
    const left = at - 10 - chart.chartArea.left;
    const right = chart.chartArea.right - at - 10;
    const text = [name, short].find((one) => ctx.measureText(one).width <= Math.max(left, right));
    if (text === undefined) return;
    const onLeft = ctx.measureText(text).width <= left;
    // A step that is too low for words beside it has them above the line before, or below the one after.
    const low = cost.getPixelForValue(figures.units(after - worst.nano));
    const isLow = low - middle < 10;
    const y = isLow ? (onLeft ? low - 12 : 2 * middle - low + 14) : middle;
    ctx.fillStyle = theme.foreground;
    ctx.strokeStyle = theme.foreground;
    ctx.lineWidth = 1;
    ctx.textAlign = onLeft ? 'right' : 'left';
    label(ctx, theme, text, onLeft ? at - 10 : at + 10, Math.max(y, cost.top + 8));
    if (isLow) return;
    ctx.beginPath();
    ctx.moveTo(onLeft ? at - 7 : at + 1, Math.round(y) + 0.5);
    ctx.lineTo(onLeft ? at - 1 : at + 7, Math.round(y) + 0.5);
    ctx.stroke();
  });
}

/** How large the context was in the end. */
function drawEnd(chart: Chart, { view, agentId }: TimeDrawing): void {
  const { derived, theme, figures } = view;
  const { x, context } = chart.scales;
  const last = derived.contexts(agentId).at(-1);
  if (x === undefined || context === undefined || last === undefined) return;
  inked(chart, theme, (ctx) => {
    ctx.fillStyle = theme.foreground;
    ctx.fillText(
      figures.tokens(last.y),
      x.getPixelForValue(last.x) + 6,
      context.getPixelForValue(last.y),
    );
  });
}
