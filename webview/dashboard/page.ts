import { largestOf } from '../../src/model/lists.ts';
import type {
  DashboardActivity,
  DashboardData,
  DashboardDetailsData,
  DashboardFilter,
  DashboardQuestion,
  DashboardRow,
  DashboardStrings,
} from '../../src/protocol/dashboard.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import { restStyle } from '../shared/charts/palette.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { type Bar, barList } from '../shared/page/bars.ts';
import { BasePage } from '../shared/page/basePage.ts';
import { isSame } from '../shared/page/page.ts';
import { type Sheet, textCell } from '../shared/table/sheet.ts';
import { TableSection } from '../shared/table/tableSection.ts';
import { budgetList } from './budgets.ts';
import { FilterBar } from './filterBar.ts';
import { heatMap } from './heatMap.ts';
import { insightList } from './insightList.ts';
import { barKey, filterOf, rowKey, rowTarget } from './keys.ts';
import { SharesChart } from './sharesChart.ts';
import { type DashboardShown, type DashboardTools, stylesOf } from './shown.ts';
import { SpendChart } from './spendChart.ts';
import { windowStrip } from './usageWindows.ts';

/** The dashboard: the answer, its figures, where the money went, what to look at next. */
export class DashboardPage extends BasePage<
  DashboardData,
  DashboardStrings,
  DashboardQuestion,
  TablesUi
> {
  readonly #bar: FilterBar;
  readonly #spend: SpendChart;
  readonly #shares: SharesChart;
  readonly #budgets = el('section', { 'data-part': 'budgets' });
  readonly #bars = el('div', { class: 'bar-parts' });
  readonly #heat = el('section', { 'data-part': 'heat' });
  readonly #windows = el('section', { 'data-part': 'windows' });
  readonly #sessions = new TableSection('sessions');
  readonly #messages = new TableSection('messages');
  readonly #activity = new TableSection('activity');
  readonly #insights = el('section', { 'data-part': 'insights' });
  /** Stands where the details will be. */
  readonly #soon = el('div', { class: 'bone rows', 'aria-busy': 'true' });
  readonly #columns: HTMLElement;
  /** The last that was sent with its details, or else the last. */
  #last: DashboardShown | undefined;

  constructor(tools: DashboardTools) {
    super('dashboard', tools);
    this.#bar = new FilterBar(tools);
    this.#spend = new SpendChart(tools);
    this.#shares = new SharesChart(tools);
    for (const list of [this.#sessions, this.#messages, this.#activity]) list.element.hidden = true;
    this.#columns = el(
      'div',
      { class: 'columns' },
      this.#bars,
      this.#shares.element,
      this.#heat,
      this.#windows,
    );
    this.assemble(
      this.#bar.element,
      el(
        'div',
        { class: 'beside' },
        this.#spend.element,
        el('div', { class: 'stacked' }, this.#budgets, this.#insights),
      ),
      this.#soon,
      this.#columns,
      this.#sessions.element,
      this.#messages.element,
      this.#activity.element,
    );
  }

  draw(sent: DashboardShown): void {
    const shown = this.#withDetails(sent);
    const { data, words, theme } = shown;
    this.#bar.draw(shown);
    const look = [theme, words];
    this.drawAround(shown, [look], () => [
      button(words.burn, () => this.tools.act('openBurn')),
      button(words.anomalies, () => this.tools.act('openAnomalies')),
    ]);
    this.#spend.draw(shown);
    this.parts.fill(this.#budgets, [data.budgets, look], () => budgetList(shown, this.tools));
    this.parts.fill(this.#insights, [data.insights, look], () => insightList(shown, this.tools));
    this.#soon.hidden = data.details !== null;
    this.#columns.hidden = data.details === null;
    if (data.details !== null) this.#drawDetails(shown, data.details);
  }

  /** A summary stands beside the details of the last one to the same question. */
  #withDetails(sent: DashboardShown): DashboardShown {
    const last = this.#last;
    const same = last !== undefined && isSame(last.question, sent.question);
    if (sent.data.details !== null || !same) {
      this.#last = sent;
      return sent;
    }
    const { answer, choices, details } = last.data;
    return { ...sent, data: { ...sent.data, answer, choices, details } };
  }

  #drawDetails(shown: DashboardShown, details: DashboardDetailsData): void {
    const { data, words, theme } = shown;
    const look = [theme, words];
    this.#shares.draw(shown, details);
    this.parts.fill(
      this.#bars,
      [details.bars, details.classes, data.total, shown.asked, look],
      () => this.#barParts(shown, details),
    );
    this.parts.fill(this.#heat, [details.heat, look], () => heatMap(details.heat, shown));
    this.parts.fill(this.#windows, [data.windows, look], () => windowStrip(shown));
    drawRows(this.#sessions, shown, this.tools, rowSheet(details.sessions, shown, true));
    drawRows(this.#messages, shown, this.tools, rowSheet(details.messages, shown, false));
    drawRows(this.#activity, shown, this.tools, activitySheet(details.activity, shown));
  }

  #barParts(shown: DashboardShown, details: DashboardDetailsData): HTMLElement[] {
    const { data, words, figures, theme } = shown;
    const parts = [
      { name: 'project', title: words.byProject },
      { name: 'agent', title: words.byAgent },
      { name: 'model', title: words.byModel },
      { name: 'branch', title: words.byBranch },
    ] as const;
    const lists = parts.map(({ name, title }) => {
      const bars = details.bars[name].slice(0, mostBars);
      const style = stylesOf(name, shown);
      const longest = bars[0]?.nano ?? 0;
      const list = bars.map(
        (bar): Bar => ({
          key: barKey(bar.filter, bar.name),
          label: bar.name,
          hint: `${bar.hint}: ${bar.detail}`,
          length: longest > 0 ? bar.nano / longest : 0,
          figure: costText(bar, shown),
          share: data.total > 0 ? figures.percent(bar.nano / data.total) : '',
          colour: (bar.background ? restStyle(theme) : (style.get(bar.filter) ?? restStyle(theme)))
            .colour,
          hatched: bar.background,
          chosen: bar.filter !== '' && shown.asked.filters[name] === bar.filter,
        }),
      );
      return el(
        'section',
        { 'data-part': `by-${name}` },
        el('h2', {}, title),
        barList(list, title, (key) => this.#narrow(shown, name, filterOf(key)), words.narrow),
      );
    });
    const classes = details.classes.map(
      ({ name, label, tokens, nano }): Bar => ({
        key: name,
        label: tokens > 0 ? `${label} ·\u00a0${figures.tokens(tokens)}` : label,
        hint: `${label}: ${figures.count(tokens)}`,
        length:
          nano /
          largestOf(
            details.classes.map((one) => one.nano),
            1,
          ),
        figure: figures.money(nano),
        share: data.total > 0 ? figures.percent(nano / data.total) : '',
        colour: theme.foreground,
        hatched: name === '(background)',
      }),
    );
    const last = el(
      'section',
      { 'data-part': 'classes' },
      el('h2', {}, words.classes),
      barList(classes, words.classes),
    );
    return [...lists, last];
  }

  /** A click on a bar narrows the whole dashboard to it; another one widens it again. */
  #narrow({ asked: question }: DashboardShown, name: DashboardFilter, filter: string): void {
    if (filter === '') return;
    const value = question.filters[name] === filter ? '' : filter;
    this.tools.ask({ ...question, filters: { ...question.filters, [name]: value } });
  }

  dispose(): void {
    this.#spend.dispose();
    this.#shares.dispose();
  }
}

/** Bars of a list. */
const mostBars = 8;

/** Draws a list whose rows open a session. */
function drawRows(
  section: TableSection,
  { words, figures }: DashboardShown,
  tools: DashboardTools,
  { title, sheet }: { readonly title: string; readonly sheet: Sheet },
): void {
  section.element.hidden = sheet.rows.length === 0;
  section.draw({
    title,
    sheet,
    words,
    figures,
    openHint: words.open,
    onOpen: (key) => {
      const { sid, message } = rowTarget(key);
      tools.openSession(sid, message);
    },
  });
}

/** A cost; what has no price says so instead of being nothing, and beside what has one. */
function costText(
  { nano, unpriced }: { readonly nano: number; readonly unpriced: number },
  { words, figures }: DashboardShown,
): string {
  if (unpriced === 0) return figures.money(nano);
  return nano === 0 ? words.unpriced : `${words.atLeast} ${figures.money(nano)}`;
}

function rowSheet(
  rows: readonly DashboardRow[],
  shown: DashboardShown,
  sessions: boolean,
): { title: string; sheet: Sheet } {
  const { words, figures, data } = shown;
  const text = (key: string, label: string) => ({ key, label, numeric: false });
  const number = (key: string, label: string) => ({ key, label, numeric: true });
  return {
    title: sessions ? words.sessions : words.messages,
    sheet: {
      columns: [
        text('title', words.title),
        text('project', words.project),
        text('model', words.model),
        text('time', words.time),
        ...(sessions ? [number('messages', words.messageCount)] : []),
        number('cost', words.cost),
        number('share', words.share),
      ],
      rows: rows.map((row, index) => ({
        key: rowKey(row.sid, row.message, index),
        cells: [
          textCell(row.title),
          textCell(row.project),
          textCell(row.model.replace(/^claude-/, ''), row.model),
          { text: figures.dayTime(row.at), value: new Date(row.at).toISOString() },
          ...(sessions ? [{ text: figures.count(row.messages), value: row.messages }] : []),
          { text: costText(row, shown), value: row.nano / 1e9 },
          {
            text: data.total > 0 ? figures.percent(row.nano / data.total) : '',
            value: data.total > 0 ? row.nano / data.total : 0,
          },
        ],
      })),
    },
  };
}

function activitySheet(
  rows: readonly DashboardActivity[],
  shown: DashboardShown,
): { title: string; sheet: Sheet } {
  const { words, figures } = shown;
  return {
    title: words.activity,
    sheet: {
      columns: [
        { key: 'time', label: words.time, numeric: false },
        { key: 'agent', label: words.agent, numeric: false },
        { key: 'model', label: words.model, numeric: false },
        { key: 'project', label: words.project, numeric: false },
        { key: 'cost', label: words.cost, numeric: true },
      ],
      rows: rows.map((row, index) => ({
        key: rowKey(row.sid, row.message, index),
        cells: [
          { text: figures.dateTime(row.at), value: new Date(row.at).toISOString() },
          textCell(row.agent),
          textCell(row.model.replace(/^claude-/, ''), row.model),
          textCell(row.project),
          row.error === ''
            ? { text: costText(row, shown), value: row.nano / 1e9 }
            : { text: fill(words.failed, row.error), value: 0 },
        ],
      })),
    },
  };
}
