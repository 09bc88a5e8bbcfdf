import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  Decimation,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { largestOf } from '../../src/model/lists.ts';
import { promptTokens } from '../../src/model/tokens.ts';
import type { PanelMessage, PanelSession } from '../../src/protocol/session.ts';
import { amountAxis, chartFont } from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import type { TimeLink } from '../shared/charts/linkedTimeAxis.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { mixed } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { LazyCell, MomentCell, type Sheet, textCell } from '../shared/table/sheet.ts';
import { lost } from './markers.ts';
import { missText } from './messageText.ts';
import { axisRoom, roomForWords, type TimeDrawing, timeDrawing } from './timeDrawing.ts';
import { timeChartOptions } from './timeReading.ts';
import { linesAt } from './timeTooltip.ts';
import { type SessionView, threadName } from './view.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip, Filler, Decimation);

type Points = { x: number; y: number }[];
type Line = ChartDataset<'line', Points>;

/** Heights of the plots below one another, and what is between them, in pixels. */
const costHeight = 112;
const plotHeight = 72;
const laneHeight = 22;
const gap = 18;
/** Of the axis of time and above everything. */
const around = 38;

/**
 * A session over time: what it had cost, the messages of each thread as dots, how large the context
 * was, and what was written to the cache.
 */
export class TimeChart {
  readonly #section = new ChartSection('time');
  readonly #link: TimeLink;
  readonly #chart: LiveChart<'line', Points>;
  readonly #key = el('p', { class: 'quiet chart-key' });
  #drawing!: TimeDrawing;
  /** Pixels the names of the plots need beside their axes. */
  #names = 124;

  constructor(link: TimeLink) {
    this.#link = link;
    link.margins = (width) => ({
      left: width >= roomForWords ? this.#names : width < 400 ? 72 : 88,
      right: 44,
    });
    this.#chart = new LiveChart<'line', Points>('line', [
      timeDrawing(() => this.#drawing),
      link.plugin(() => this.#drawing.view.theme),
    ]);
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(view: SessionView): void {
    const { words, figures, derived, state, tools, session } = view;
    const agentId = state.agent ?? costliestThread(session);
    this.#drawing = { view, agentId, writePrice: writePrice(view, agentId) };
    this.element.hidden = derived.steps.length === 0;
    if (derived.steps.length === 0) return;
    const { from, to } = derived.span;
    this.#key.textContent = keyText(view);
    this.#names = namesWidth(view, this.#drawing.writePrice);
    const sizes = derived.contexts(agentId).map(({ y }) => y);
    this.#section.draw({
      title: words.chartTitle,
      sentence: [
        fill(
          words.chartSummary,
          figures.dateTime(from),
          figures.dateTime(to),
          figures.money(session.total),
        ),
        fill(
          words.contextSummary,
          threadName(session, agentId),
          figures.tokens(largestOf(sizes, 0)),
          figures.tokens(sizes.at(-1) ?? 0),
          figures.count(
            derived.ordered.filter((one) => one.agentId === agentId && lost(one)).length,
          ),
        ),
      ].join(' '),
      sheet: () => sheetOf(view),
      ...chartWays('time', { ui: state, words, figures }, tools),
      choices: [this.#key],
      height: around + this.#plots().reduce((sum, { height }) => sum + height, 0),
      paint: (canvas) => this.#chart.paint(canvas, { datasets: this.#lines() }, this.#options()),
    });
  }

  /** The plots from the top, with what is between them. */
  #plots(): { readonly axis: string; readonly height: number }[] {
    const { view, agentId } = this.#drawing;
    const plots = [
      { axis: 'cost', height: costHeight },
      { axis: 'lanes', height: view.derived.lanes.length * laneHeight },
    ];
    if (view.derived.contexts(agentId).some(({ y }) => y > 0)) {
      plots.push({ axis: 'context', height: plotHeight });
    }
    if (mostWritten(view, agentId) > 0) plots.push({ axis: 'writes', height: plotHeight });
    return plots.flatMap((plot, index) =>
      index === 0 ? [plot] : [{ axis: `gap${index}`, height: gap }, plot],
    );
  }

  #lines(): Line[] {
    const { view, agentId } = this.#drawing;
    const { derived, theme, figures } = view;
    const line = (yAxisID: string, data: Points, colour: string, width: number): Line => ({
      yAxisID,
      data,
      stepped: 'before',
      clip: 6,
      borderColor: colour,
      borderWidth: width,
      pointRadius: data.length === 1 ? 3 : 0,
      pointBackgroundColor: colour,
      pointHoverRadius: 3,
      fill: theme.highContrast ? false : 'origin',
      backgroundColor: mixed(theme.foreground, 9, { ...theme, background: 'transparent' }),
    });
    const steps = derived.steps.map(({ x, y }) => ({ x, y: figures.units(y) }));
    // The line begins on the ground: the first message is a step, too.
    const total = steps.length > 1 ? [{ x: steps[0]!.x, y: 0 }, ...steps] : steps;
    const lines = [line('cost', total, theme.foreground, 2)];
    if (this.#plots().some(({ axis }) => axis === 'context')) {
      lines.push(line('context', [...derived.contexts(agentId)], theme.muted, 1.5));
    }
    return lines;
  }

  #options(): ChartOptions<'line'> {
    const { view, agentId } = this.#drawing;
    const { theme, figures, derived } = view;
    const tokens = (most: number): object => {
      const axis = amountAxis(theme, (value) => figures.axisTokens(value), 3);
      const max = niceAbove(most);
      return {
        ...axis,
        max,
        afterBuildTicks: (scale: { ticks: unknown[] }) => {
          scale.ticks = [0, max / 2, max].map((value) => ({ value }));
        },
      };
    };
    const axes: Readonly<Record<string, object>> = {
      cost: { ...amountAxis(theme, (value) => figures.axisMoney(value), 4) },
      lanes: {
        type: 'linear',
        reverse: true,
        min: -0.5,
        max: Math.max(0, derived.lanes.length - 1) + 0.5,
        border: { display: false },
        grid: { display: false },
        ticks: { display: false },
      },
      context: tokens(
        largestOf(
          derived.contexts(agentId).map(({ y }) => y),
          1,
        ),
      ),
      writes: tokens(Math.max(1, mostWritten(view, agentId))),
    };
    const empty = { type: 'linear', min: 0, max: 1, border: { display: false } };
    const between = { ...empty, grid: { display: false }, ticks: { display: false } };
    // The first of a stack stands lowest.
    const scales = Object.fromEntries(
      this.#plots()
        .toReversed()
        .map(({ axis, height }) => [
          axis,
          {
            ...(axes[axis] ?? between),
            position: 'left',
            stack: 'time',
            stackWeight: height,
            afterFit: this.#link.fit,
          },
        ]),
    );
    return timeChartOptions(view, this.#link, scales, (item) =>
      linesAt(view, Number(item.parsed.x)),
    );
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

/** The thread that most was spent in: its context is what explains the cost. */
function costliestThread({ threads }: PanelSession): string {
  return threads.toSorted((a, b) => b.nano - a.nano)[0]?.agentId ?? '';
}

/** Pixels that names of plots need, with room for the figures of an axis behind them. */
function namesWidth({ words, theme }: SessionView, price: string): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return 124;
  const { size, family } = chartFont(theme);
  context.font = `600 ${size}px ${family}`;
  const widest = largestOf(
    [words.cost, words.context, words.contextUnit, words.writes, price].map(
      (text) => context.measureText(text).width,
    ),
  );
  return Math.ceil(Math.max(124, Math.min(220, widest + axisRoom)));
}

/** What the marks mean, of those that are there. */
function keyText({ words, derived, session }: SessionView): string {
  const has = (kind: string): boolean => derived.marks.some((mark) => mark.kind === kind);
  return [
    words.chartKey,
    ...(has('miss') ? [words.keyMiss] : []),
    ...(has('switch') ? [words.keySwitch] : []),
    ...(session.compactions.length > 0 ? [words.keyCompacted] : []),
  ].join('; ');
}

function written({ usage }: PanelMessage): number {
  return usage.cacheWrite5m + usage.cacheWrite1h;
}

function mostWritten({ derived }: SessionView, agentId: string): number {
  return largestOf(
    derived.ordered.filter((message) => message.agentId === agentId).map(written),
    0,
  );
}

/** A round value at or above another, whose half is round as well. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((times) => times * power >= value) ?? 10) * power;
}

/** What a token costs to write, of what it costs to read, at the rates of most of the thread's messages. */
function writePrice({ session, derived, words, figures }: SessionView, agentId: string): string {
  const own = derived.ordered.filter((message) => message.agentId === agentId);
  const rows = [...Map.groupBy(own, ({ row }) => row)].sort((a, b) => b[1].length - a[1].length);
  const rates = session.rates[rows[0]?.[0] ?? ''];
  if (rates === undefined || rates.cacheRead === 0) return '';
  const long = own.reduce((sum, { usage }) => sum + usage.cacheWrite1h, 0);
  const short = own.reduce((sum, { usage }) => sum + usage.cacheWrite5m, 0);
  const times = (long > short ? rates.cacheWrite1h : rates.cacheWrite5m) / rates.cacheRead;
  return fill(words.writePrice, figures.count(Math.round(times)));
}

function sheetOf({ derived, session, words, figures }: SessionView): Sheet {
  const count = (value: number): string => figures.count(value);
  const money = (usd: number): string => figures.money(usd * 1e9);
  let total = 0;
  const rows = [
    ...derived.ordered.map((message) => ({ ...message, message })),
    ...session.backgrounds.map((one, index) => ({
      ...one,
      key: `\0${index}`,
      message: undefined,
    })),
  ].toSorted((a, b) => a.at - b.at);
  return {
    columns: [
      { key: 'time', label: words.time, numeric: false },
      { key: 'thread', label: words.thread, numeric: false },
      { key: 'cost', label: words.cost, numeric: true },
      { key: 'total', label: words.total, numeric: true },
      { key: 'context', label: words.context, numeric: true },
      { key: 'writes', label: words.writes, numeric: true },
      { key: 'why', label: words.why, numeric: false },
    ],
    rows: rows.map(({ key, at, nano, message }) => {
      total += nano;
      return {
        key,
        cells: [
          new MomentCell(at, (moment) => figures.dateTime(moment)),
          textCell(message === undefined ? words.background : threadName(session, message.agentId)),
          new LazyCell(nano / 1e9, money),
          new LazyCell(total / 1e9, money),
          ...(message === undefined
            ? [textCell(''), textCell(''), textCell('')]
            : [
                new LazyCell(promptTokens(message.usage), count),
                new LazyCell(written(message), count),
                textCell(missText(message.miss, words)),
              ]),
        ],
      };
    }),
  };
}
