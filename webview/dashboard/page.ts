import type {
  DashboardActivity,
  DashboardData,
  DashboardDetailsData,
  DashboardQuestion,
  DashboardRow,
  DashboardStrings,
} from '../../src/protocol/dashboard.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { BasePage } from '../shared/page/basePage.ts';
import { FoldedSection } from '../shared/page/foldedSection.ts';
import { isSame } from '../shared/page/page.ts';
import { type Sheet, textCell } from '../shared/table/sheet.ts';
import { TableSection } from '../shared/table/tableSection.ts';
import { breakdownLists } from './breakdown.ts';
import { budgetList } from './budgets.ts';
import { EarlierChart } from './earlierChart.ts';
import { FilterBar } from './filterBar.ts';
import { rowKey, rowTarget } from './keys.ts';
import { outlookLists } from './outlook.ts';
import { rhythm } from './rhythm.ts';
import {
  costText,
  type DashboardSection,
  type DashboardShown,
  type DashboardTools,
  type DashboardUi,
} from './shown.ts';
import { SpendChart } from './spendChart.ts';
import { TeamPart } from './team.ts';
import { todoList } from './todoList.ts';

/** Parts that unfold what the details have. */
type DetailSection = Exclude<DashboardSection, 'team'>;

/** The dashboard: the verdict, four figures, the chart, what to do; the rest in sections that unfold. */
export class DashboardPage extends BasePage<
  DashboardData,
  DashboardStrings,
  DashboardQuestion,
  DashboardUi
> {
  readonly #bar: FilterBar;
  readonly #spend: SpendChart;
  readonly #earlier: EarlierChart;
  readonly #budgets = el('section', { 'data-part': 'budgets' });
  readonly #todo = el('section', { 'data-part': 'todo' });
  readonly #beside: HTMLElement;
  readonly #sections: Readonly<Record<DetailSection, FoldedSection>>;
  readonly #team = new TeamPart((isOpen) => this.#fold('team', isOpen));
  readonly #sessions = new TableSection('sessions');
  readonly #messages = new TableSection('messages');
  readonly #activity = new TableSection('activity');
  /** Stands where the details will be. */
  readonly #soon = el('div', { class: 'bone rows', 'aria-busy': 'true' });
  readonly #folds: HTMLElement;
  /** The last that was sent with its details, or else the last. */
  #last: DashboardShown | undefined;
  #shown: DashboardShown | undefined;
  #hasOpenedTeam = false;

  constructor(tools: DashboardTools) {
    super('dashboard', tools);
    this.#bar = new FilterBar(tools);
    this.#spend = new SpendChart(tools);
    this.#earlier = new EarlierChart(tools);
    const section = (name: DetailSection): FoldedSection =>
      new FoldedSection(name, (isOpen) => this.#fold(name, isOpen));
    this.#sections = {
      breakdown: section('breakdown'),
      'session-lists': section('session-lists'),
      rhythm: section('rhythm'),
      outlook: section('outlook'),
    };
    const lists = [this.#sessions, this.#messages, this.#activity];
    for (const list of lists) list.element.hidden = true;
    this.#sections['session-lists'].body.append(...lists.map(({ element }) => element));
    this.#folds = el(
      'div',
      { class: 'folds' },
      ...Object.values(this.#sections).map(({ element }) => element),
    );
    this.#beside = el('div', { class: 'beside' }, this.#todo, this.#budgets);
    this.assemble(
      this.#bar.element,
      this.#spend.element,
      this.#earlier.element,
      this.#beside,
      this.#soon,
      this.#folds,
      this.#team.element,
    );
  }

  draw(sent: DashboardShown): void {
    const isStale = this.#isOfAnother(sent);
    const shown = isStale ? this.#withChoices(sent) : this.#withDetails(sent);
    this.#shown = shown;
    const { data, words, theme } = shown;
    this.#bar.draw(shown);
    const look = [theme, words];
    this.drawAround(shown, [look], () => []);
    // A period with nothing in it has no chart of nothing.
    const isEmpty = data.cards.length === 0;
    this.#spend.element.hidden = isEmpty;
    if (!isEmpty) this.#spend.draw(shown);
    this.#earlier.draw(shown);
    this.#beside.hidden = isEmpty && data.budgets.length === 0;
    this.#todo.hidden = isEmpty;
    this.parts.fill(this.#budgets, [data.budgets, data.official, look], () =>
      budgetList(shown, this.tools),
    );
    this.parts.fill(this.#todo, [data.todo, look], () => todoList(shown, this.tools));
    this.#openTeam(shown);
    this.#team.draw(this.#shown, this.parts);
    this.#soon.hidden = isEmpty || isStale || data.details !== null;
    this.#folds.hidden = isEmpty || (!isStale && data.details === null);
    this.#folds.ariaBusy = String(isStale);
    if (data.details !== null) this.#drawDetails(shown, data.details);
  }

  /** Where a page has nothing else to show, the team's part is unfolded once. */
  #openTeam(shown: DashboardShown): void {
    const { data, ui } = shown;
    const isAlone = data.team !== null && data.cards.length === 0 && data.earlier === null;
    if (!isAlone || this.#hasOpenedTeam) return;
    this.#hasOpenedTeam = true;
    const open: DashboardSection[] = [...ui.open.filter((name) => name !== 'team'), 'team'];
    this.#shown = { ...shown, ui: { ...ui, open } };
    this.tools.change({ open });
  }

  /** A summary came, and the details on the page answer another question: they stay, marked, and its focus. */
  #isOfAnother({ data, question }: DashboardShown): boolean {
    const last = this.#last;
    return data.details === null && !!last?.data.details && !isSame(last.question, question);
  }

  /** What can be chosen has hardly changed. */
  #withChoices(sent: DashboardShown): DashboardShown {
    const { choices } = this.#last!.data;
    return { ...sent, data: { ...sent.data, choices } };
  }

  /** A summary stands beside the details of the last one to the same question. */
  #withDetails(sent: DashboardShown): DashboardShown {
    const last = this.#last;
    const same = last !== undefined && isSame(last.question, sent.question);
    if (sent.data.details !== null || !same) {
      this.#last = sent;
      return sent;
    }
    const { answer, lead, acts, choices, details } = last.data;
    return {
      ...sent,
      data: {
        ...sent.data,
        answer,
        ...(lead !== undefined && { lead }),
        ...(acts !== undefined && { acts }),
        choices,
        details,
      },
    };
  }

  #fold(name: DashboardSection, isOpen: boolean): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const others = shown.ui.open.filter((other) => other !== name);
    this.tools.change({ open: isOpen ? [...others, name] : others });
    // What takes its time is read once somebody looks at it.
    if (name === 'outlook') this.tools.ask({ ...shown.asked, outlook: isOpen });
  }

  #drawDetails(shown: DashboardShown, details: DashboardDetailsData): void {
    const { data, words, theme, ui } = shown;
    const { answers } = details;
    const look = [theme, words];
    const titles: Readonly<Record<DetailSection, readonly [title: string, answer: string]>> = {
      breakdown: [words.breakdown, answers.breakdown],
      'session-lists': [words.sessionsPart, answers.sessions],
      rhythm: [words.rhythm, answers.rhythm],
      outlook: [words.outlook, answers.outlook],
    };
    for (const [name, [title, answer]] of Object.entries(titles)) {
      const isAsked = name === 'outlook' && shown.asked.outlook;
      const isOpen = isAsked || ui.open.includes(name as DetailSection);
      this.#sections[name as DetailSection].draw(title, answer, isOpen);
    }
    const fillIn = (name: DetailSection, from: unknown, make: () => HTMLElement[]): void =>
      this.parts.fill(this.#sections[name].body, [from, look], make);
    const { bars, classes, facts } = details;
    const { model, agent } = data.choices;
    const hues = [data.stack, model, agent];
    fillIn('breakdown', [bars, classes, facts, data.total, hues, shown.asked], () =>
      breakdownLists(shown, details, this.tools),
    );
    fillIn('rhythm', [details.heat, data.windows], () => rhythm(shown, details));
    fillIn('outlook', details.outlook, () => outlookLists(details.outlook, shown));
    drawRows(this.#sessions, shown, this.tools, rowSheet(details.sessions, shown, true));
    drawRows(this.#messages, shown, this.tools, rowSheet(details.messages, shown, false));
    drawRows(this.#activity, shown, this.tools, activitySheet(details.activity, shown));
  }

  dispose(): void {
    this.#spend.dispose();
    this.#earlier.dispose();
  }
}

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

const text = (key: string, label: string) => ({ key, label, numeric: false });
const number = (key: string, label: string) => ({ key, label, numeric: true });

function rowSheet(
  rows: readonly DashboardRow[],
  shown: DashboardShown,
  sessions: boolean,
): { title: string; sheet: Sheet } {
  const { words, figures, data } = shown;
  return {
    title: sessions ? words.sessions : words.messages,
    sheet: {
      columns: [
        text('title', words.title),
        number('cost', words.cost),
        number('share', words.share),
        text('project', words.project),
        text('model', words.model),
        text('time', words.time),
        ...(sessions ? [number('messages', words.messageCount)] : []),
      ],
      rows: rows.map((row, index) => ({
        key: rowKey(row.sid, row.message, index),
        cells: [
          textCell(row.title),
          { text: costText(row, shown), value: row.nano / 1e9 },
          {
            text: data.total > 0 ? figures.percent(row.nano / data.total) : '',
            value: data.total > 0 ? row.nano / data.total : 0,
          },
          textCell(row.project),
          textCell(row.model.replace(/^claude-/, ''), row.model),
          { text: figures.dayTime(row.at), value: new Date(row.at).toISOString() },
          ...(sessions ? [{ text: figures.count(row.messages), value: row.messages }] : []),
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
        text('time', words.time),
        number('cost', words.cost),
        text('agent', words.agent),
        text('model', words.model),
        text('project', words.project),
      ],
      rows: rows.map((row, index) => ({
        key: rowKey(row.sid, row.message, index),
        cells: [
          { text: figures.dayTime(row.at), value: new Date(row.at).toISOString() },
          row.error === ''
            ? { text: costText(row, shown), value: row.nano / 1e9 }
            : { text: fill(words.failed, row.error), value: 0 },
          textCell(row.agent),
          textCell(row.model.replace(/^claude-/, ''), row.model),
          textCell(row.project),
        ],
      })),
    },
  };
}
