import { largestOf } from '../../src/model/lists.ts';
import type { DashboardDetailsData, DashboardWindow } from '../../src/protocol/dashboard.ts';
import { restStyle } from '../shared/charts/palette.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { type Bar, barList } from '../shared/page/bars.ts';
import type { DashboardShown } from './shown.ts';

/** Windows of a kind that are shown. */
const mostWindows = 6;

/** When in the week money is spent, and what windows and weeks came to. */
export function rhythm(shown: DashboardShown, details: DashboardDetailsData): HTMLElement[] {
  const { data, words, figures } = shown;
  const { fiveHours, weeks } = data.windows;
  const list = (
    windows: readonly DashboardWindow[],
    title: string,
    name: (window: DashboardWindow) => string,
  ): HTMLElement[] =>
    windows.length === 0
      ? []
      : [
          el(
            'section',
            { 'data-part': 'windows' },
            el('h3', {}, title),
            barList(bars(windows, shown, name), title),
          ),
        ];
  return [
    el(
      'div',
      { class: 'rhythm' },
      heatMap(details.heat, shown),
      ...list(fiveHours, words.fiveHours, ({ from }) => figures.dayTime(from)),
      ...list(weeks, words.weeks, ({ label }) => label),
    ),
  ];
}

/** Hours of the week: the size of a square says how much, so that it can be seen in every theme. */
function heatMap(
  { days, hours, nano }: DashboardDetailsData['heat'],
  { words, figures }: DashboardShown,
): HTMLElement {
  const highest = largestOf(nano.flat(), 1);
  const head = el(
    'tr',
    {},
    el('td', { class: 'day' }),
    ...hours.map((hour, index) =>
      el('th', { scope: 'col' }, el('span', index % 6 === 0 ? {} : { class: 'unseen' }, hour)),
    ),
  );
  const rows = nano.map((line, day) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row', class: 'day' }, days[day] ?? ''),
      ...line.map((value, hour) => {
        const said = fill(words.heatCell, days[day] ?? '', hours[hour] ?? '', figures.money(value));
        const square = el('span', { class: 'square', 'data-step': String(step(value, highest)) });
        return el(
          'td',
          { title: said },
          square,
          el('span', { class: 'unseen' }, figures.money(value)),
        );
      }),
    ),
  );
  const table = el(
    'table',
    { class: 'heat', 'aria-label': words.heat },
    el('thead', {}, head),
    el('tbody', {}, ...rows),
  );
  const frame = { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': words.heat };
  return el('section', { 'data-part': 'heat' }, el('h3', {}, words.heat), el('div', frame, table));
}

/** Five sizes; the square root lets small hours be seen beside a big one. */
function step(value: number, highest: number): number {
  return value <= 0 ? 0 : Math.max(1, Math.ceil(Math.sqrt(value / highest) * 5));
}

function bars(
  windows: readonly DashboardWindow[],
  { words, figures, theme }: DashboardShown,
  name: (window: DashboardWindow) => string,
): Bar[] {
  const shown = windows.slice(-mostWindows).reverse();
  const highest = largestOf(
    shown.map(({ nano }) => nano),
    1,
  );
  return shown.map((window) => {
    const { from, to, label, nano, running } = window;
    return {
      key: String(from),
      label: running ? `${name(window)} · ${words.soFar}` : name(window),
      hint: running ? fill(words.windowRunning, label, figures.dayTime(to)) : label,
      // Windows are no parts of a whole: the longest is the measure.
      length: nano / highest,
      figure: figures.cents(nano),
      share: '',
      style: restStyle(theme),
    };
  });
}
