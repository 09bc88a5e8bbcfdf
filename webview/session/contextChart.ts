import type { ChartOptions } from 'chart.js';
import { promptTokens } from '../../src/model/tokens.ts';
import type { PanelMessage } from '../../src/protocol/session.ts';
import { amountAxis } from '../shared/charts/chartBase.ts';
import { ChartSection } from '../shared/charts/chartSection.ts';
import { chartWays } from '../shared/charts/chartToggles.ts';
import { legend } from '../shared/charts/legend.ts';
import type { TimeLink } from '../shared/charts/linkedTimeAxis.ts';
import { LiveChart } from '../shared/charts/liveChart.ts';
import { classStyles, fillOf, type SeriesStyle } from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import { LazyCell, MomentCell, type Sheet, textCell } from '../shared/table/sheet.ts';
import type { Line, Points } from './costChart.ts';
import { markLook, marksAt } from './markerStyle.ts';
import { laneMarkers, lost, type Marker } from './markers.ts';
import { missText } from './messageText.ts';
import { timeChartOptions } from './timeReading.ts';
import { type SessionView, threadName } from './view.ts';

const height = 160;

/** Pixels between two marks. */
const markWidth = 5;

/** A layer of the context: what a message sent, by where it came from. */
interface Layer {
  readonly label: string;
  readonly style: SeriesStyle;
  /** Tokens of this layer, and of all up to it. */
  readonly own: (message: PanelMessage) => number;
  readonly top: (message: PanelMessage) => number;
}

/** How large a thread's prompts were, and how much of them was read from and written to the cache. */
export class ContextChart {
  readonly #section = new ChartSection('context');
  readonly #link: TimeLink;
  readonly #chart: LiveChart<'line', Points>;
  #view!: SessionView;

  constructor(link: TimeLink) {
    this.#link = link;
    this.#chart = new LiveChart<'line', Points>('line', [link.plugin(() => this.#view.theme)]);
  }

  get element(): HTMLElement {
    return this.#section.element;
  }

  draw(view: SessionView): void {
    this.#view = view;
    const { words, figures, session, state, tools } = view;
    const thread = this.#thread();
    const messages = thread.map(({ message }) => message);
    const sizes = messages.map(({ usage }) => promptTokens(usage));
    const none = sizes.every((tokens) => tokens === 0);
    this.element.hidden = none;
    if (none) return;
    const sent = sizes.reduce((sum, tokens) => sum + tokens, 0);
    const read = messages.reduce((sum, { usage }) => sum + usage.cacheRead, 0);
    this.#section.draw({
      title: fill(words.contextTitle, threadName(session, state.agent ?? '')),
      sentence: fill(
        words.contextSummary,
        figures.tokens(sizes.reduce((most, tokens) => Math.max(most, tokens), 0)),
        figures.tokens(sizes.at(-1) ?? 0),
        figures.percent(sent === 0 ? 0 : read / sent),
        figures.count(messages.filter(lost).length),
      ),
      showSentence: true,
      sheet: () => sheetOf(view, messages),
      ...chartWays('context', { ui: state, words, figures }, tools),
      legend: legend(
        this.#layers()
          .reverse()
          .map(({ label, style }) => ({ name: label, figure: '', style })),
      ),
      height,
      paint: (canvas) => this.#paint(canvas, thread),
    });
  }

  /** The messages of the chosen agent, else of the main thread. */
  #thread(): Marker[] {
    const { derived, state } = this.#view;
    const wanted = state.agent ?? '';
    return derived.marks.filter(({ message }) => message.agentId === wanted);
  }

  /** Layers from the ground up. */
  #layers(): Layer[] {
    const { words, theme } = this.#view;
    const styles = classStyles(theme);
    const written = ({ usage }: PanelMessage): number => usage.cacheWrite5m + usage.cacheWrite1h;
    const read = ({ usage }: PanelMessage): number => usage.cacheRead;
    return [
      {
        label: words.read,
        style: { ...styles.get('cacheRead')!, pattern: 0 },
        own: read,
        top: read,
      },
      {
        label: words.writes,
        style: { ...styles.get('cacheWrite1h')!, pattern: 1 },
        own: written,
        top: (message) => read(message) + written(message),
      },
      {
        label: words.input,
        style: { ...styles.get('output')!, pattern: 4 },
        own: ({ usage }) => usage.input,
        top: ({ usage }) => promptTokens(usage),
      },
    ];
  }

  #paint(canvas: HTMLCanvasElement, thread: readonly Marker[]): void {
    const datasets = [...this.#areas(thread), this.#marks(canvas.clientWidth, thread)];
    this.#chart.paint(canvas, { datasets }, this.#options());
  }

  #areas(thread: readonly Marker[]): Line[] {
    const { theme } = this.#view;
    return this.#layers().map(
      ({ label, style, top }, index): Line => ({
        label,
        data: thread.map(({ message }) => ({ x: message.at, y: top(message) })),
        stepped: 'before',
        borderColor: style.colour,
        borderWidth: theme.highContrast ? 1.5 : 1,
        pointRadius: thread.length === 1 ? 2 : 0,
        pointHoverRadius: 3,
        fill: index === 0 ? 'origin' : '-1',
        // In high contrast what is plain is not filled.
        backgroundColor:
          theme.highContrast && style.pattern === 0
            ? theme.background
            : (fillOf(style, theme) as string),
      }),
    );
  }

  /** What is noteworthy stands on the edge of the context. */
  #marks(width: number, thread: readonly Marker[]): Line {
    const { derived, session, state, theme } = this.#view;
    const wanted = state.agent ?? '';
    const noted = thread.filter(({ kind }) => kind !== 'message');
    const marks = laneMarkers(noted, derived.span, Math.max(60, width / markWidth)).map(
      ({ mark }) => ({
        x: mark.message.at,
        y: promptTokens(mark.message.usage),
        kind: mark.kind,
        share: 0,
      }),
    );
    const compactions = session.compactions
      .filter(({ agentId }) => agentId === wanted)
      .map(
        ({ at }) => ({ x: at, y: sizeBefore(thread, at), kind: 'compaction', share: 0 }) as const,
      );
    const all = [...marks, ...compactions].sort((a, b) => a.x - b.x);
    return {
      label: '',
      data: all.map(({ x, y }) => ({ x, y })),
      showLine: false,
      // On top of the areas.
      order: -1,
      clip: 8,
      ...markLook(all, theme),
    };
  }

  #options(): ChartOptions<'line'> {
    const { theme, figures } = this.#view;
    const layers = this.#layers();
    const y = {
      ...amountAxis(theme, (tokens) => figures.tokens(tokens), 5),
      afterFit: this.#link.fit,
    };
    return timeChartOptions(this.#view, this.#link, { y }, (item) =>
      this.#linesAt(Number(item.parsed.x), layers),
    );
  }

  #linesAt(at: number, layers: readonly Layer[]): string[] {
    const { words, figures } = this.#view;
    const message = this.#thread().findLast((one) => one.message.at <= at)?.message;
    if (message === undefined) return [];
    const parts = layers
      .map(({ label, own }) => ({ label, tokens: own(message) }))
      .sort((a, b) => b.tokens - a.tokens);
    return [
      `${words.context}: ${figures.count(promptTokens(message.usage))}`,
      ...parts.map(({ label, tokens }) => `${label}: ${figures.count(tokens)}`),
      ...marksAt(this.#view, at),
    ];
  }

  dispose(): void {
    this.#chart.dispose();
  }
}

/** How large the context was before a moment. */
function sizeBefore(thread: readonly Marker[], at: number): number {
  const before = thread.findLast(({ message }) => message.at <= at);
  return before === undefined ? 0 : promptTokens(before.message.usage);
}

function sheetOf({ words, figures }: SessionView, messages: readonly PanelMessage[]): Sheet {
  const count = (value: number): string => figures.count(value);
  return {
    columns: [
      { key: 'time', label: words.time, numeric: false },
      { key: 'context', label: words.context, numeric: true },
      { key: 'read', label: words.read, numeric: true },
      { key: 'write5m', label: words.write5m, numeric: true },
      { key: 'write1h', label: words.write1h, numeric: true },
      { key: 'input', label: words.input, numeric: true },
      { key: 'why', label: words.why, numeric: false },
    ],
    rows: messages.map(({ key, at, usage, miss }) => ({
      key,
      cells: [
        new MomentCell(at, (moment) => figures.dateTime(moment)),
        new LazyCell(promptTokens(usage), count),
        new LazyCell(usage.cacheRead, count),
        new LazyCell(usage.cacheWrite5m, count),
        new LazyCell(usage.cacheWrite1h, count),
        new LazyCell(usage.input, count),
        textCell(missText(miss, words)),
      ],
    })),
  };
}
