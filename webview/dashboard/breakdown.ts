import type { DashboardDetailsData, DashboardFilter } from '../../src/protocol/dashboard.ts';
import { restStyle } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { type Bar, barList } from '../shared/page/bars.ts';
import { barKey, filterOf } from './keys.ts';
import {
  costText,
  type DashboardShown,
  type DashboardTools,
  hasProducts,
  stylesOf,
} from './shown.ts';

/** Bars of a list. */
const mostBars = 6;

/** Where the money went: by project, agent, branch, product and kind of token, as shares of the whole. */
export function breakdownLists(
  shown: DashboardShown,
  details: DashboardDetailsData,
  tools: DashboardTools,
): HTMLElement[] {
  const { words } = shown;
  const lists = (['project', 'agent', 'branch', 'model', 'product'] as const)
    // The chart's legend says what each model came to.
    .filter((name) => name !== 'model' || shown.asked.stack !== 'model')
    .filter((name) => name !== 'product' || hasProducts(shown))
    .map((name) => {
      // Projects and branches have no hue; beside its name a bar needs none.
      const styles = name === 'project' || name === 'branch' ? undefined : stylesOf(name, shown);
      const bars = details.bars[name].slice(0, mostBars).map((bar) => {
        const style = bar.background ? undefined : styles?.get(bar.filter);
        return barOf(bar, name, style, shown);
      });
      const choose = (key: string): void => narrow(shown, name, filterOf(key), tools);
      return el(
        'section',
        { 'data-part': `by-${name}` },
        el('h3', {}, words[name]),
        barList(bars, words[name], choose, words.narrow),
      );
    });
  const classes = el(
    'section',
    { 'data-part': 'classes' },
    el('h3', {}, words.classes),
    barList(classBars(shown, details), words.classes),
  );
  const facts = el(
    'ul',
    { class: 'facts quiet small' },
    ...details.facts.map((fact) => el('li', {}, fact)),
  );
  return [el('div', { class: 'quarters' }, ...lists, classes), facts];
}

function shareOf(nano: number, { data }: DashboardShown): number {
  return data.total > 0 ? nano / data.total : 0;
}

function barOf(
  bar: DashboardDetailsData['bars']['model'][number],
  name: 'project' | 'agent' | 'branch' | 'model' | 'product',
  style: Bar['style'] | undefined,
  shown: DashboardShown,
): Bar {
  const { figures, theme, asked } = shown;
  return {
    key: barKey(bar.filter, bar.name),
    label: bar.name,
    hint: `${bar.hint}: ${bar.detail}`,
    length: shareOf(bar.nano, shown),
    figure: costText(bar, shown),
    share: shown.data.total > 0 ? figures.percent(shareOf(bar.nano, shown)) : '',
    style: style ?? restStyle(theme),
    chosen: bar.filter !== '' && asked.filters[name] === bar.filter,
  };
}

function classBars(shown: DashboardShown, { classes }: DashboardDetailsData): Bar[] {
  const { figures, theme, data } = shown;
  return classes.map(({ name, label, tokens, nano }) => ({
    key: name,
    label,
    hint: tokens > 0 ? `${label}: ${figures.count(tokens)}` : label,
    length: shareOf(nano, shown),
    figure: figures.cents(nano),
    share: data.total > 0 ? figures.percent(shareOf(nano, shown)) : '',
    style: restStyle(theme),
  }));
}

/** A click on a bar narrows the whole dashboard to it; another one widens it again. */
function narrow(
  { asked: question }: DashboardShown,
  name: DashboardFilter,
  filter: string,
  tools: DashboardTools,
): void {
  if (filter === '') return;
  const value = question.filters[name] === filter ? '' : filter;
  tools.ask({ ...question, filters: { ...question.filters, [name]: value } });
}
