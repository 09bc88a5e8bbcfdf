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
import { chartFont, moneyAxis } from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { legend } from '../shared/charts/legend.ts';
import type { TimeLink } from '../shared/charts/linkedTimeAxis.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { dashes, mixed } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { LazyCell, MomentCell, type Sheet } from '../shared/table/sheet.ts';
import type { Theme } from '../shared/theme.ts';
import { type EndLabel, endLabels, labelRoom, shortTo } from './endLabels.ts';
import { lineStyles } from './lineStyle.ts';
import { markLook, marksAt } from './markerStyle.ts';
import { laneMarkers } from './markers.ts';
import { momentsOf, type Series, valueAt } from './series.ts';
import { timeChartOptions } from './timeReading.ts';
import type { SessionView } from './view.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip, Filler, Decimation);

export type Points = { x: number; y: number }[];
export type Line = ChartDataset<'line', Points>;

/** Lines that are distinguished by their label at the end; more of them get a legend. */
const mostDirectLabels = 4;

/** A narrower chart has no room for labels beside it. */
const roomForLabels = 620;

/** Height of the lines, and of each lane below them, in pixels. */
const linesHeight = 210;
const laneHeight = 22;
const laneGap = 8;

/** Pixels between two marks of a lane. */
const markWidth = 5;

/**
 * What a session had cost at each moment, a line for each thread; below them a lane for each with its
 * messages as marks.
 */
export class CostChart {
  readonly #section = new ChartSection('cost');
  readonly #link: TimeLink;
  readonly #chart: LiveChart<'line', Points>;
  #view!: SessionView;

  constructor(link: TimeLink) {
    this.#link = link;
    const theme = (): Theme => this.#view.theme;
    const names = endLabels(theme, (width) => this.#endLabels(width));
    this.#chart = new LiveChart<'line', Points>('line', [link.plugin(theme), names]);
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(view: SessionView): void {
    this.#view = view;
    const { words, figures, derived, state, tools, theme } = view;
    const { series, span } = derived;
    this.element.hidden = series.length === 0;
    if (series.length === 0) return;
    const ends = series.map(({ name, points }) => `${name} ${figures.money(lastOf(points))}`);
    const styles = lineStyles(series, theme);
    const room = labelRoom(this.#endLabels(roomForLabels), theme);
    this.#link.margins = (width) =>
      width < roomForLabels ? { left: 64, right: 8 } : { left: 112, right: room };
    this.#section.draw({
      title: words.chartTitle,
      sentence: fill(
        words.chartSummary,
        figures.dateTime(span.from),
        figures.dateTime(span.to),
        ends.join(', '),
      ),
      sheet: () => sheetOf(view),
      ...chartWays('cost', { ui: state, words, figures }, tools),
      legend: el(
        'div',
        { class: series.length > mostDirectLabels ? 'chart-key' : 'chart-key few' },
        legend(
          series.map(({ name, points }, i) => ({
            name,
            figure: figures.money(lastOf(points)),
            style: styles[i]!,
          })),
        ),
        el('p', { class: 'quiet' }, words.chartKey),
      ),
      height: linesHeight + laneGap + this.#lanes().length * laneHeight,
      paint: (canvas) => this.#paint(canvas),
    });
  }

  /** The lines that have messages. */
  #lanes(): Series[] {
    return this.#view.derived.series.filter(({ agents }) => agents.length > 0);
  }

  #paint(canvas: HTMLCanvasElement): void {
    const datasets = [...this.#lines(), ...this.#marks(canvas.clientWidth)];
    this.#chart.paint(canvas, { datasets }, this.#options());
  }

  #lines(): Line[] {
    const { derived, theme, figures } = this.#view;
    const styles = lineStyles(derived.series, theme);
    return derived.series.map(({ kind, name, points }, index): Line => {
      const { colour, pattern } = styles[index]!;
      const isTotal = kind === 'total';
      return {
        label: name,
        yAxisID: 'y',
        data: points.map(({ x, y }) => ({ x, y: figures.units(y) })),
        stepped: 'before',
        // A point at the very edge is shown whole.
        clip: 6,
        borderColor: colour,
        borderDash: [...dashes[pattern]!],
        borderWidth: isTotal && !theme.highContrast ? 1 : 2,
        pointRadius: points.length === 1 ? 3 : 0,
        pointBackgroundColor: colour,
        pointHoverRadius: 3,
        fill: isTotal && !theme.highContrast ? 'origin' : false,
        backgroundColor: mixed(theme.foreground, 8, { ...theme, background: 'transparent' }),
      };
    });
  }

  /** The messages of each lane, as large as they were dear. */
  #marks(width: number): Line[] {
    const { derived, session, theme } = this.#view;
    const dearest = derived.ordered.reduce((most, { nano }) => Math.max(most, nano), 1);
    const byAgent = Map.groupBy(derived.marks, ({ message }) => message.agentId);
    return this.#lanes().map(({ name, agents }, lane): Line => {
      const own = agents.flatMap((agentId) => byAgent.get(agentId) ?? []);
      const messages = laneMarkers(own, derived.span, Math.max(60, width / markWidth)).map(
        ({ mark, nano }) => ({
          at: mark.message.at,
          kind: mark.kind,
          share: Math.min(1, nano / dearest),
        }),
      );
      const compactions = session.compactions
        .filter(({ agentId }) => agents.includes(agentId))
        .map(({ at }) => ({ at, kind: 'compaction', share: 0 }) as const);
      const marks = [...messages, ...compactions].sort((a, b) => a.at - b.at);
      return {
        label: name,
        yAxisID: 'lanes',
        data: marks.map(({ at }) => ({ x: at, y: lane })),
        showLine: false,
        clip: 8,
        ...markLook(marks, theme),
      };
    });
  }

  #options(): ChartOptions<'line'> {
    const { theme, figures } = this.#view;
    const lanes = this.#lanes();
    const scales = {
      // The first of a stack stands lowest.
      lanes: {
        type: 'linear',
        position: 'left',
        stack: 'cost',
        stackWeight: lanes.length * laneHeight + laneGap,
        afterFit: this.#link.fit,
        reverse: true,
        min: -0.5 - laneGap / laneHeight,
        max: lanes.length - 0.5,
        border: { display: false },
        grid: { display: false },
        afterBuildTicks: (axis) => {
          axis.ticks = lanes.map((_, value) => ({ value }));
        },
        ticks: {
          color: theme.foreground,
          font: chartFont(theme),
          autoSkip: false,
          callback(value) {
            const longest = this.chart.width < roomForLabels ? 8 : 14;
            return shortTo(lanes[Number(value)]?.name ?? '', longest);
          },
        },
      },
      y: {
        ...moneyAxis(theme, figures),
        stack: 'cost',
        stackWeight: linesHeight - 30,
        afterFit: this.#link.fit,
      },
    } as NonNullable<ChartOptions<'line'>['scales']>;
    // Every line at that moment, whichever has a point there: total first, then the most expensive.
    return timeChartOptions(this.#view, this.#link, scales, (item) => [
      ...this.#valuesAt(Number(item.parsed.x)),
      ...marksAt(this.#view, Number(item.parsed.x)),
    ]);
  }

  #valuesAt(x: number): string[] {
    const { derived, figures } = this.#view;
    return derived.series
      .map((one) => ({ one, value: valueAt(one, x) }))
      .sort(
        (a, b) =>
          Number(b.one.kind === 'total') - Number(a.one.kind === 'total') || b.value - a.value,
      )
      .map(({ one, value }) => `${one.name}: ${figures.money(value)}`);
  }

  #endLabels(width: number): EndLabel[] {
    const { derived, figures, theme } = this.#view;
    const { series } = derived;
    if (series.length > mostDirectLabels || width < roomForLabels) return [];
    const styles = lineStyles(series, theme);
    return series.map(({ name, points }, i) => ({
      text: `${shortTo(name, 18)} ${figures.money(lastOf(points))}`,
      colour: styles[i]!.colour,
      value: figures.units(lastOf(points)),
    }));
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

function lastOf(points: Series['points']): number {
  return points.at(-1)?.y ?? 0;
}

function sheetOf({ derived, words, figures }: SessionView): Sheet {
  const { series } = derived;
  const money = (nano: number): string => figures.money(nano * 1e9);
  return {
    columns: [
      { key: 'time', label: words.time, numeric: false },
      ...series.map(({ name }, index) => ({ key: `s${index}`, label: name, numeric: true })),
    ],
    rows: momentsOf(series).map((x) => ({
      key: String(x),
      cells: [
        new MomentCell(x, (at) => figures.dateTime(at)),
        ...series.map((one) => new LazyCell(valueAt(one, x) / 1e9, money)),
      ],
    })),
  };
}
