import type { ReportContext } from '../query/context.ts';
import { anomaliesData } from './anomalies.ts';
import { budgetsData } from './budgets.ts';
import { burnData } from './burn.ts';
import { dashboardData, dashboardSummary } from './dashboard.ts';

/** What panels ask: each query reads the figures of a panel, or the part of them that is read fast. */
export const panelQueries = {
  dashboard: dashboardData,
  dashboardSummary,
  budgets: budgetsData,
  burn: burnData,
  anomalies: anomaliesData,
} as const;

export type PanelQueryName = keyof typeof panelQueries;

/** What a query is asked. */
export type PanelQuestionOf<Name extends PanelQueryName> = Parameters<
  (typeof panelQueries)[Name]
>[1];

/** What it reads. */
export type PanelFigures<Name extends PanelQueryName> = ReturnType<(typeof panelQueries)[Name]>;

/** Runs a query by its name. */
export function readPanel<Name extends PanelQueryName>(
  context: ReportContext,
  name: Name,
  question: PanelQuestionOf<Name>,
): PanelFigures<Name> {
  const query = panelQueries[name] as (
    context: ReportContext,
    question: PanelQuestionOf<Name>,
  ) => PanelFigures<Name>;
  return query(context, question);
}
