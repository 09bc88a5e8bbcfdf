import type {
  DashboardData,
  DashboardQuestion,
  DashboardStrings,
} from '../../src/protocol/dashboard.ts';
import { isTablesUi, type TablesUi } from '../../src/protocol/shared.ts';
import {
  agentStyles,
  greyStyles,
  modelStyles,
  productStyles,
  type SeriesStyle,
} from '../shared/charts/palette.ts';
import { fill } from '../shared/fill.ts';
import type { PageTools, Shown } from '../shared/page/page.ts';

/** Parts of the dashboard that unfold. */
export type DashboardSection = 'breakdown' | 'session-lists' | 'rhythm' | 'outlook' | 'team';

/** What the page keeps: charts that are tables, and sections that are open. */
export interface DashboardUi extends TablesUi {
  readonly open: readonly DashboardSection[];
}

export const usualUi: DashboardUi = { tables: [], open: ['breakdown'] };

export function isDashboardUi(value: unknown): value is DashboardUi {
  return isTablesUi(value) && Array.isArray((value as { open?: unknown }).open);
}

export type DashboardShown = Shown<DashboardData, DashboardStrings, DashboardQuestion, DashboardUi>;
export type DashboardTools = PageTools<DashboardQuestion, DashboardUi>;

/** How things of a kind look, in every part of the dashboard: by what was spent on them in the period. */
export function stylesOf(
  kind: 'model' | 'project' | 'agent' | 'branch' | 'product',
  { data, question, theme }: DashboardShown,
): Map<string, SeriesStyle> {
  const spend = new Map(data.choices[kind].map(({ value }) => [value, 0]));
  for (const { filter, nano } of data.details?.bars[kind] ?? []) {
    if (filter !== '') spend.set(filter, nano);
  }
  if (question.stack === kind) {
    for (const [index, name] of data.stack.names.entries()) {
      if (spend.has(name)) spend.set(name, stackSum(data, index));
    }
  }
  if (kind === 'model') {
    return modelStyles(new Map([...spend].filter(([, nano]) => nano > 0)), theme);
  }
  if (kind === 'agent') return agentStyles([...spend.keys()], theme);
  if (kind === 'product') return productStyles([...spend.keys()], theme);
  const names = [...spend.keys()].sort((a, b) => spend.get(b)! - spend.get(a)!);
  return greyStyles(names, theme);
}

/** Whether several products have sessions: with one there is nothing to be told apart. */
export function hasProducts({ data }: DashboardShown): boolean {
  return data.choices.product.length > 1;
}

/** What a name of the chart came to in the whole period, in nano-dollars. */
export function stackSum({ buckets }: DashboardData, index: number): number {
  return buckets.reduce((sum, { parts }) => sum + (parts[index] ?? 0), 0);
}

/** A cost; what has no price says so instead of being nothing, and beside what has one. */
export function costText(
  { nano, unpriced }: { readonly nano: number; readonly unpriced: number },
  { words, figures }: DashboardShown,
): string {
  if (unpriced === 0) return figures.cents(nano);
  return nano === 0 ? words.unpriced : fill(words.atLeast, figures.money(nano));
}
