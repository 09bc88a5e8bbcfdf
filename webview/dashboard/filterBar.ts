import {
  type DashboardFilter,
  type DashboardPeriod,
  type DashboardQuestion,
  dashboardFilters,
  noFilters,
} from '../../src/protocol/dashboard.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { filterChoice, isChoice } from '../shared/filterDropdown.ts';
import { Segments } from '../shared/segmentedControl.ts';
import type { DashboardShown, DashboardTools } from './shown.ts';

/** Which period, and of what: every part of the dashboard follows. */
export class FilterBar {
  readonly element = el('div', { class: 'toolbar filters' });
  readonly #tools: DashboardTools;
  readonly #periods = new Segments<DashboardPeriod>();
  readonly #days = el('div', { class: 'choices days' });
  readonly #filters = el('div', { class: 'choices' });
  #made = '';
  /** The custom period is being chosen: its days stand there before it is asked for. */
  #choosing = false;

  constructor(tools: DashboardTools) {
    this.#tools = tools;
    this.element.append(this.#periods.element, this.#days, this.#filters);
  }

  draw(shown: DashboardShown): void {
    const { words, asked: question } = shown;
    const options = [
      { value: 'today', label: words.today },
      { value: '7d', label: words.sevenDays },
      { value: '30d', label: words.thirtyDays },
      { value: 'month', label: words.month },
      { value: 'all', label: words.all },
      { value: 'custom', label: words.custom },
    ] as const;
    const chosen = this.#choosing ? 'custom' : question.period;
    this.#periods.draw(words.period, options, chosen, (period) => {
      this.#choosing = period === 'custom';
      if (period !== 'custom') this.#tools.ask({ ...question, period, since: '', until: '' });
      this.draw(shown);
    });
    const made = JSON.stringify([shown.data.choices, question, words, chosen]);
    if (made === this.#made) return;
    this.#made = made;
    this.#drawDays(shown, chosen === 'custom');
    this.#drawFilters(shown);
  }

  #drawDays({ words, asked: question, data }: DashboardShown, seen: boolean): void {
    this.#days.hidden = !seen;
    if (!seen) {
      this.#days.replaceChildren();
      return;
    }
    const day = (value: string, fallback: number): string =>
      value === '' ? new Date(fallback).toISOString().slice(0, 10) : value;
    const input = (value: string): HTMLInputElement =>
      el('input', { type: 'date', value, required: true }) as HTMLInputElement;
    const from = input(day(question.since, data.buckets[0]?.from ?? data.at));
    const until = input(day(question.until, data.at));
    const apply = button(words.apply, () => {
      const [since, last] = [from.value, until.value].sort() as [string, string];
      if (since === '') return;
      this.#choosing = false;
      this.#tools.ask({ ...question, period: 'custom', since, until: last });
    });
    this.#days.replaceChildren(
      el('label', {}, words.from, ' ', from),
      el('label', {}, words.until, ' ', until),
      apply,
    );
  }

  #drawFilters({ words, asked: question, data }: DashboardShown): void {
    const labels: Readonly<Record<DashboardFilter, string>> = {
      project: words.filterProject,
      group: words.filterGroup,
      account: words.filterAccount,
      product: words.filterProduct,
      host: words.filterHost,
      model: words.filterModel,
      agent: words.filterAgent,
      branch: words.filterBranch,
    };
    const list = (name: DashboardFilter): HTMLElement =>
      filterChoice(
        labels[name],
        words.everything,
        data.choices[name],
        question.filters[name],
        (value) => this.#tools.ask(filtered(question, name, value)),
      );
    const offered = dashboardFilters.filter((name) =>
      isChoice(data.choices[name], question.filters[name]),
    );
    // What most people narrow by is in sight, and what is narrowed just now.
    const inSight = (name: DashboardFilter): boolean =>
      name === 'project' || name === 'model' || question.filters[name] !== '';
    const lists = offered.filter(inSight).map(list);
    const others = offered.filter((name) => !inSight(name));
    const more =
      others.length === 0
        ? []
        : [
            el(
              'details',
              { class: 'menu more-filters' },
              el('summary', { 'aria-label': words.moreFilters, title: words.moreFilters }, '…'),
              el('div', { class: 'menu-body' }, ...others.map(list)),
            ),
          ];
    const some = dashboardFilters.some((name) => question.filters[name] !== '');
    const clear = some
      ? [button(words.clearFilters, () => this.#tools.ask({ ...question, filters: noFilters }))]
      : [];
    this.#filters.replaceChildren(...lists, ...clear, ...more);
  }
}

function filtered(
  question: DashboardQuestion,
  name: DashboardFilter,
  value: string,
): DashboardQuestion {
  return { ...question, filters: { ...question.filters, [name]: value } };
}
