import type { DashboardTeam, DashboardTeamMember } from '../../src/protocol/dashboard.ts';
import { restStyle } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { type Bar, barList } from '../shared/page/bars.ts';
import { FoldedSection } from '../shared/page/foldedSection.ts';
import type { Parts } from '../shared/page/stableParts.ts';
import { moneyCell, type Sheet, type SheetCell, textCell } from '../shared/table/sheet.ts';
import { TableSection } from '../shared/table/tableSection.ts';
import { budgetRow, marks } from './budgets.ts';
import type { DashboardShown } from './shown.ts';

/** Projects and models that are drawn. */
const mostBars = 8;

/**
 * The machine's team: who spent what on what, who is near a limit, and how the budgets that are shared stand; with
 * what it is of and what is not to be seen. Nothing is drawn where no team was joined.
 */
export class TeamPart {
  readonly element = el('div', { class: 'team', hidden: true });
  readonly #section: FoldedSection;
  readonly #said = el('div', { class: 'team-said' });
  readonly #budgets = el('section', { 'data-part': 'team-budgets' });
  readonly #members = new TableSection('team-members');
  readonly #lists = el('div', { class: 'team-lists' });
  readonly #notes = el('div', {});

  constructor(onFold: (isOpen: boolean) => void) {
    this.#section = new FoldedSection('team', onFold);
    this.#section.body.append(
      this.#said,
      this.#budgets,
      el('div', { class: 'halves' }, this.#members.element, this.#lists),
      this.#notes,
    );
    this.element.append(this.#section.element);
  }

  draw(shown: DashboardShown, parts: Parts): void {
    const { data, words, theme, figures, ui } = shown;
    const { team } = data;
    this.element.hidden = team === null;
    if (team === null) return;
    this.#section.draw(words.team, team.answer, ui.open.includes('team'));
    parts.fill(this.#said, [team.lead, team.near, team.problem], () => saidOf(team));
    this.#budgets.hidden = team.budgets.length === 0;
    parts.fill(this.#budgets, [team.budgets, team.budgetsAsOf, words, theme], () => [
      el('h3', {}, words.teamBudgets),
      el('ul', { class: 'budgets' }, ...team.budgets.map(budgetRow)),
      el('p', { class: 'quiet small' }, team.budgetsAsOf),
    ]);
    this.#members.element.hidden = team.members.length === 0;
    this.#members.draw({
      title: words.teamMembers,
      sheet: memberSheet(team, shown),
      words,
      figures,
      cell: (cell, column, row) =>
        column === 'used' ? usedCell(cell, team.members[Number(row.key)]!) : undefined,
    });
    parts.fill(this.#lists, [team.projects, team.models, team.total, words, theme], () =>
      (['projects', 'models'] as const).flatMap((kind) => listOf(team, kind, shown)),
    );
    parts.fill(this.#notes, [team.notes, team.more], () =>
      [...(team.more === '' ? [] : [team.more]), ...team.notes].map((note) =>
        el('p', { class: 'quiet small' }, note),
      ),
    );
  }
}

/** Why there is nothing newer stands first, and is said to who cannot see it. */
function saidOf({ lead, near, problem }: DashboardTeam): HTMLElement[] {
  return [
    el('p', {}, [lead, near].filter((text) => text !== '').join(' ')),
    el(
      'p',
      { role: 'status', class: 'warning' },
      ...(problem === ''
        ? []
        : [el('span', { class: 'mark', 'aria-hidden': 'true' }, marks.warning), problem]),
    ),
  ];
}

function memberSheet({ members }: DashboardTeam, { words, figures }: DashboardShown): Sheet {
  return {
    columns: [
      { key: 'name', label: words.teamMember, numeric: false },
      { key: 'cost', label: words.teamSpent, numeric: true },
      { key: 'used', label: words.teamUsed, numeric: true },
      { key: 'pushed', label: words.teamPushed, numeric: false },
    ],
    rows: members.map(({ name, nano, share, used, pushedAt }, index) => ({
      key: String(index),
      cells: [
        textCell(name),
        moneyCell(nano, figures),
        { text: used, value: share ?? '' },
        pushedAt === null
          ? textCell('')
          : { text: figures.dayTime(pushedAt), value: new Date(pushedAt).toISOString() },
      ],
    })),
  };
}

function usedCell({ text }: SheetCell, { level }: DashboardTeamMember): (Node | string)[] {
  if (marks[level] === '') return [text];
  return [el('span', { class: `mark ${level}`, 'aria-hidden': 'true' }, marks[level]), text];
}

function listOf(
  team: DashboardTeam,
  kind: 'projects' | 'models',
  { words, figures, theme }: DashboardShown,
): HTMLElement[] {
  const all = team[kind];
  if (all.length === 0) return [];
  const share = (nano: number): number => (team.total > 0 ? nano / team.total : 0);
  const bars = all.slice(0, mostBars).map(
    ({ name, nano }, index): Bar => ({
      key: `${index} ${name}`,
      label: name,
      length: share(nano),
      figure: figures.cents(nano),
      share: team.total > 0 ? figures.percent(share(nano)) : '',
      style: restStyle(theme),
    }),
  );
  const title = kind === 'projects' ? words.project : words.model;
  const list = el('section', { 'data-part': `team-${kind}` }, el('h3', {}, title));
  list.append(barList(bars, title));
  return [list];
}
