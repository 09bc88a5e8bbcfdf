import type {
  PanelAction,
  PanelSession,
  SessionPanelState,
  ToPanel,
} from '../../src/protocol/session.ts';
import type { PanelCard } from '../../src/protocol.ts';
import { el } from '../lib/dom.ts';
import { Figures } from '../lib/figures.ts';
import { fill } from '../lib/fill.ts';
import { readTheme } from '../lib/theme.ts';
import { button, dropdown } from '../ui.ts';
import { CostChart, lineStyle, needsLegend } from './costChart.ts';
import { MessageTable } from './messageTable.ts';
import { type Series, seriesOf, tableMoments, valueAt } from './series.ts';
import { tell } from './tell.ts';

type Snapshot = Extract<ToPanel, { type: 'snapshot' }>;

/** Rows of the chart's table. */
const chartRows = 40;

/** The page of a session: answer, figures, chart, messages, what to do. */
export class SessionPage {
  readonly element = el('div', { class: 'session' });
  readonly #change: (more: Partial<SessionPanelState>) => void;
  readonly #table = new MessageTable();
  readonly #head = el('header', {});
  readonly #cards = el('section', { class: 'cards' });
  readonly #chartSection = el('section', { class: 'chart' });
  readonly #messageSection = el('section', {});
  readonly #foot = el('footer', {});
  readonly #canvas = document.createElement('canvas');
  #chart: CostChart | undefined;
  /** What the parts that hold focus were last made from: they are made anew only when it changes. */
  #made = { head: '', chart: '', messages: '' };

  constructor(change: (more: Partial<SessionPanelState>) => void) {
    this.#change = change;
    this.#canvas.setAttribute('role', 'img');
    this.element.append(
      this.#head,
      this.#cards,
      this.#chartSection,
      this.#messageSection,
      this.#foot,
    );
  }

  draw(snapshot: Snapshot, state: SessionPanelState): void {
    const { session, words } = snapshot;
    document.documentElement.lang = snapshot.format.locale;
    const figures = new Figures(snapshot.format);
    const series = seriesOf(session, snapshot.messages, words);
    this.#drawHead(snapshot);
    this.#cards.replaceChildren(...session.cards.map(card));
    this.#drawChart(snapshot, state, series, figures);
    this.#drawMessages(snapshot, state, figures);
    this.#foot.replaceChildren(sumLine(session), ...session.notes.map((note) => el('p', {}, note)));
  }

  #drawHead({ session, words }: Snapshot): void {
    const made = JSON.stringify([session.title, session.place, session.live, session.answer]);
    if (made === this.#made.head) return;
    const first = this.#made.head === '';
    this.#made.head = made;
    const live = el('span', { class: 'live' }, `● ${words.live}`);
    const title = el('h1', {}, session.title, ...(session.live ? [' ', live] : []));
    const place = el('p', { class: 'place' }, session.place.join(' · '));
    const answer = el('p', { class: 'answer' }, session.answer);
    const action = (label: string, name: PanelAction): HTMLElement =>
      button(
        label,
        () => tell({ type: 'do', action: name }),
        name === 'openTranscript' ? 'primary' : 'secondary',
      );
    if (first) {
      this.#head.replaceChildren(
        el('div', { class: 'title' }, title, place),
        el(
          'div',
          { class: 'actions' },
          action(words.openTranscript, 'openTranscript'),
          action(words.resume, 'resume'),
          action(words.copyId, 'copyId'),
        ),
        answer,
      );
      return;
    }
    // The buttons stay: one of them may have the focus.
    this.#head.querySelector('.title')?.replaceChildren(title, place);
    this.#head.querySelector('.answer')?.replaceWith(answer);
  }

  #drawChart(
    { session, words, format }: Snapshot,
    { asTable }: SessionPanelState,
    series: readonly Series[],
    figures: Figures,
  ): void {
    const theme = readTheme();
    const made = JSON.stringify([asTable, words.chartTitle]);
    if (made !== this.#made.chart) {
      this.#made.chart = made;
      const title = el('h2', {}, words.chartTitle);
      const other = button(asTable ? words.showChart : words.showTable, () =>
        this.#change({ asTable: !asTable }),
      );
      const body = el('div', { class: asTable ? 'scroll' : 'plot' });
      if (asTable) {
        body.setAttribute('tabindex', '0');
        body.setAttribute('role', 'region');
        body.setAttribute('aria-label', words.tableTitle);
      }
      this.#chartSection.replaceChildren(el('div', { class: 'bar-title' }, title, other), body);
      this.#chart?.dispose();
      this.#chart = undefined;
    }
    const body = this.#chartSection.lastElementChild!;
    if (asTable) {
      body.replaceChildren(seriesTable(series, words.time, words.tableTitle, figures));
      return;
    }
    this.#canvas.setAttribute('aria-label', summary(session, series, words.chartSummary, figures));
    if (this.#canvas.parentElement !== body) body.replaceChildren(this.#canvas);
    const input = { series, figures, theme, zone: format.zone };
    if (this.#chart === undefined) this.#chart = new CostChart(this.#canvas, input);
    else this.#chart.draw(input);
    this.#chartSection.querySelector('.legend')?.remove();
    if (needsLegend(series)) body.before(legend(series, figures));
  }

  #drawMessages(snapshot: Snapshot, { sort, open }: SessionPanelState, figures: Figures): void {
    const { session, words, messages } = snapshot;
    const made = JSON.stringify([words.messagesTitle]);
    if (made !== this.#made.messages) {
      this.#made.messages = made;
      const choose = dropdown(
        words.sortBy,
        [
          { value: 'cost', label: words.byCost },
          { value: 'time', label: words.byTime },
        ],
        sort,
        (value) => this.#change({ sort: value }),
      );
      const title = el('h2', {}, words.messagesTitle);
      this.#messageSection.replaceChildren(
        el('div', { class: 'bar-title' }, title, choose),
        this.#table.element,
      );
    }
    this.#table.draw({
      session,
      messages,
      words,
      figures,
      sort,
      open,
      onOpen: (key) => this.#change({ open: key }),
      onShowInTranscript: (key) => tell({ type: 'openMessage', key }),
    });
  }

  dispose(): void {
    this.#chart?.dispose();
  }
}

function card({ id, label, figure, detail }: PanelCard): HTMLElement {
  return el(
    'div',
    { class: 'card', 'data-card': id },
    el('h2', {}, label),
    el('p', { class: 'figure' }, figure),
    el('p', { class: 'detail' }, detail),
  );
}

function sumLine({ sum }: PanelSession): HTMLElement {
  const mark = sum.agrees ? [' ', el('span', { class: 'agrees', 'aria-hidden': 'true' }, '✓')] : [];
  return el('p', { class: 'sum' }, sum.text, ...mark);
}

/** The chart in one sentence, for who cannot see it. */
function summary(
  _session: PanelSession,
  series: readonly Series[],
  text: string,
  figures: Figures,
): string {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const ends = series.map(({ name, points }) => `${name} ${figures.money(points.at(-1)?.y ?? 0)}`);
  const first = xs.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const last = xs.reduce((most, x) => Math.max(most, x), 0);
  if (xs.length === 0) return '';
  return fill(text, figures.dateTime(first), figures.dateTime(last), ends.join(', '));
}

function seriesTable(
  series: readonly Series[],
  timeHeader: string,
  label: string,
  figures: Figures,
): HTMLElement {
  const header = (text: string, numeric: boolean): HTMLElement =>
    el('th', { scope: 'col', class: numeric ? 'number' : 'text' }, text);
  const rows = tableMoments(series, chartRows).map((x) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row', class: 'text' }, figures.dateTime(x)),
      ...series.map((one) => el('td', { class: 'number' }, figures.money(valueAt(one, x)))),
    ),
  );
  return el(
    'table',
    { 'aria-label': label },
    el(
      'thead',
      {},
      el('tr', {}, header(timeHeader, false), ...series.map(({ name }) => header(name, true))),
    ),
    el('tbody', {}, ...rows),
  );
}

function legend(series: readonly Series[], figures: Figures): HTMLElement {
  const theme = readTheme();
  let agents = 0;
  const items = series.map((one) => {
    const { colour, dash, width } = lineStyle(one, one.kind === 'agents' ? agents++ : 0, theme);
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    line.setAttribute('width', '28');
    line.setAttribute('height', '8');
    line.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', 'M0 4H28');
    path.setAttribute('stroke', colour);
    path.setAttribute('stroke-width', String(width));
    path.setAttribute('stroke-dasharray', dash.join(' '));
    line.append(path);
    return el('li', {}, line, ` ${one.name} ${figures.money(one.points.at(-1)?.y ?? 0)}`);
  });
  return el('ul', { class: 'legend' }, ...items);
}
