import { largestOf } from '../../src/model/lists.ts';
import type { DashboardWindow } from '../../src/protocol/dashboard.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { type Bar, barList } from '../shared/page/bars.ts';
import type { DashboardShown } from './shown.ts';

/** Windows of a kind that are shown. */
const mostWindows = 6;

/** What was spent in each 5-hour window and each week, the running one first. */
export function windowStrip(shown: DashboardShown): HTMLElement[] {
  const { data, words } = shown;
  const list = (
    windows: readonly DashboardWindow[],
    title: string,
    name: (window: DashboardWindow) => string,
  ): HTMLElement[] => [el('h3', {}, title), barList(bars(windows, shown, name), title)];
  return [
    el('h2', {}, words.windows),
    ...(data.windows.fiveHours.length === 0
      ? []
      : list(data.windows.fiveHours, words.fiveHours, ({ from }) => shown.figures.dayTime(from))),
    ...list(data.windows.weeks, words.weeks, ({ label }) => label),
  ];
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
      label: name(window),
      hint: running ? fill(words.windowRunning, label, figures.dayTime(to)) : label,
      length: nano / highest,
      figure: figures.money(nano),
      share: running ? words.soFar : '',
      colour: theme.foreground,
      hatched: running,
    };
  });
}
