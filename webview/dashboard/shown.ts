import type {
  DashboardData,
  DashboardQuestion,
  DashboardStrings,
} from '../../src/protocol/dashboard.ts';
import type { TablesUi } from '../../src/protocol/shared.ts';
import {
  agentStyles,
  modelStyles,
  namedStyles,
  type SeriesStyle,
} from '../shared/charts/palette.ts';
import type { PageTools, Shown } from '../shared/page/page.ts';

export type DashboardShown = Shown<DashboardData, DashboardStrings, DashboardQuestion, TablesUi>;
export type DashboardTools = PageTools<DashboardQuestion, TablesUi>;

/** How things of a kind look, in every part of the dashboard. */
export function stylesOf(
  kind: 'model' | 'project' | 'agent' | 'branch',
  { data, theme }: DashboardShown,
): Map<string, SeriesStyle> {
  const names = [
    ...new Set([
      ...data.choices[kind].map(({ value }) => value),
      ...(data.details?.bars[kind] ?? [])
        .map(({ filter }) => filter)
        .filter((filter) => filter !== ''),
    ]),
  ];
  if (kind === 'model') return modelStyles(names, theme);
  return kind === 'agent' ? agentStyles(names, theme) : namedStyles(names, theme);
}
