import { largestOf } from '../../src/model/lists.ts';
import type { DashboardDetailsData } from '../../src/protocol/dashboard.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import type { DashboardShown } from './shown.ts';

/** When in the week money is spent: a table whose cells are shaded. */
export function heatMap(
  { days, hours, nano }: DashboardDetailsData['heat'],
  { words, figures }: DashboardShown,
): HTMLElement[] {
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
        const said = fill(
          words.heatCell,
          days[day] ?? '',
          `${hours[hour]}–${hour + 1}`,
          figures.money(value),
        );
        const shade = el('span', { class: 'shade', 'data-step': String(step(value, highest)) });
        return el(
          'td',
          { title: said },
          shade,
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
  return [el('h2', {}, words.heat), el('div', frame, table)];
}

/** Five shades; the square root lets small hours be seen beside a big one. */
function step(value: number, highest: number): number {
  return value <= 0 ? 0 : Math.max(1, Math.ceil(Math.sqrt(value / highest) * 5));
}
