import { anomalies } from '../analysis/statistics/outliers.ts';
import { levelNames } from '../model/level.ts';
import { nanoToUsd } from '../model/money.ts';
import { tierOf } from '../pricing/tiers.ts';
import type { ReportContext } from '../query/context.ts';
import { declinedBeside, sumDeclined } from '../query/declined.ts';
import type { Question } from '../query/question.ts';
import { type Selection, select } from '../query/select.ts';
import { sumBy } from '../query/sums.ts';
import { budgetJson } from '../reports/document/jsonContract.ts';
import { budgetOf } from '../reports/spend/summary.ts';
import type { SpendSums } from '../store/schema/sums.ts';
import { clip, plainText } from '../text/plainText.ts';
import { exposition, type Family, type Sample } from './prometheusText.ts';
import { type Openness, pathWriter } from './redact.ts';

/** The budget of a summary, as its JSON has it. */
export interface ExportedBudget {
  readonly budget_usd: number;
  readonly utilization: number;
  readonly level: string;
}

/** The budget metrics are of: that of the summary. */
export function exportedBudget(context: ReportContext): ExportedBudget | null {
  return budgetJson(budgetOf(context)) as ExportedBudget | null;
}

export interface PrometheusOptions {
  /** Null without a budget. */
  readonly budget: ExportedBudget | null;
  /** So many newest sessions have metrics of their own: each is a series for ever. */
  readonly sessions: number;
  readonly open: Openness;
}

/** Series a metric by model, project or agent has; what is cheaper is put together as `(other)`. */
const mostSeries = 50;
const longestLabel = 200;

const nanoOf = ({ nano }: { readonly nano: number }): number => nano;

/** Metrics of what a question is about, for node_exporter's textfile collector. */
export function prometheusText(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
  options: PrometheusOptions,
): string {
  return exposition(metricFamilies(context, question, options));
}

/** The same metrics before they are written. */
export function metricFamilies(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
  options: PrometheusOptions,
): Family[] {
  const selection = select(context, question, ['session', 'agent', 'model']);
  return [
    ...totals(context, selection),
    ...sessionFamilies(selection, options.sessions),
    ...budgetFamilies(options.budget),
    ...ours(context, selection, options.open),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

function single(name: string, help: string, value: number): Family {
  return gauge(name, help, [{ labels: {}, value }]);
}

function totals({ book }: ReportContext, { total, rows, names }: Selection): Family[] {
  const tiers = sumBy(rows, ({ model }) => tierOf(names.word(model), book));
  return [
    single('cost_tracker_total_usd', 'Cost in US dollars, background included.', nanoToUsd(total)),
    gauge(
      'cost_tracker_tier_total_usd',
      'Cost of messages in US dollars by tier of the model.',
      tiers.map(([tier, { nano }]) => ({ labels: { tier }, value: nanoToUsd(nano) })),
    ),
    {
      name: 'cost_tracker_tokens_total',
      help: 'Tokens by tier of the model and token class.',
      type: 'counter',
      samples: tiers.flatMap(([tier, sums]) =>
        Object.entries(tokensOf(sums)).map(([type, value]) => ({ labels: { tier, type }, value })),
      ),
    },
  ];
}

function tokensOf(sums: SpendSums): Record<string, number> {
  return {
    input: sums.input,
    output: sums.output,
    cache_write: sums.cacheWrite5m + sums.cacheWrite1h,
    cache_read: sums.cacheRead,
  };
}

interface SessionCost {
  readonly session: number;
  readonly nano: number;
  readonly messages: number;
}

/** Sessions with their background; later ones have higher numbers. */
function sessionCosts({ rows, backgrounds }: Selection): SessionCost[] {
  const sums = new Map<number, { nano: number; messages: number }>();
  for (const { session, nano, messages } of [
    ...rows,
    ...backgrounds.map((row) => ({ ...row, messages: 0 })),
  ]) {
    const known = sums.get(session) ?? { nano: 0, messages: 0 };
    sums.set(session, { nano: known.nano + nano, messages: known.messages + messages });
  }
  return [...sums].map(([session, sum]) => ({ session, ...sum }));
}

function sessionFamilies(selection: Selection, most: number): Family[] {
  const { names } = selection;
  const costs = sessionCosts(selection);
  const shown = newest(selection, costs, most);
  const samples = (of: (cost: SessionCost) => number): Sample[] =>
    shown.map((cost) => ({ labels: { session: names.place(cost.session).sid }, value: of(cost) }));
  const { high, low } = anomalies(costs.map(({ nano }) => nano));
  return [
    gauge(
      'cost_tracker_session_total_usd',
      'Cost of a session in US dollars, background included; the newest sessions only.',
      samples(({ nano }) => nanoToUsd(nano)),
    ),
    gauge(
      'cost_tracker_session_messages',
      'Messages of a session; the newest sessions only.',
      samples(({ messages }) => messages),
    ),
    single('outlay_sessions', 'Sessions with spend.', costs.length),
    gauge('outlay_anomalies', 'Sessions whose cost lies apart, by the modified z-score.', [
      { labels: { by: 'session', side: 'high' }, value: high.length },
      { labels: { by: 'session', side: 'low' }, value: low.length },
    ]),
  ];
}

function newest(
  { names }: Selection,
  costs: readonly SessionCost[],
  most: number,
): readonly SessionCost[] {
  const at = ({ session }: SessionCost): number => names.place(session).endedAt;
  return [...costs].sort((a, b) => at(b) - at(a) || b.session - a.session).slice(0, most);
}

function budgetFamilies(budget: ExportedBudget | null): Family[] {
  if (budget === null) return [];
  const { budget_usd, utilization, level } = budget;
  return [
    single('cost_tracker_budget_usd', 'Budget in US dollars.', budget_usd),
    single('cost_tracker_budget_utilization', 'Share of the budget that is used.', utilization),
    gauge(
      'outlay_budget_level',
      'Level of the budget: 1 for the one that holds.',
      Object.values(levelNames).map((name) => ({
        labels: { level: name },
        value: Number(name === level),
      })),
    ),
  ];
}

function ours(context: ReportContext, selection: Selection, open: Openness): Family[] {
  const { book, now } = context;
  const declined = sumDeclined(declinedBeside(context, selection));
  const { rows, backgrounds, background, sums, names } = selection;
  const projectName = pathWriter('project', open);
  const extra = backgrounds.map(({ session, nano }) => ({ session, nano }));
  const models = series(rows, ({ model }) => names.word(model), nanoOf);
  const projects = series(
    [...rows, ...extra],
    ({ session }) => projectName(names.project(session)),
    nanoOf,
  );
  const agents = series(rows, ({ agent }) => names.agentType(agent), nanoOf);
  const unpriced = series(
    rows.filter((row) => row.unpriced > 0),
    ({ model }) => names.word(model),
    (row) => row.unpriced,
  );
  return [
    gauge(
      'outlay_model_cost_usd',
      'Cost of messages in US dollars by model.',
      models.map(([model, nano]) => ({
        labels: { model, tier: tierOf(model, book) },
        value: nanoToUsd(nano),
      })),
    ),
    {
      name: 'outlay_cost_usd_total',
      help: 'Cost in US dollars by model, background as (background): what rates and increases are made of.',
      type: 'counter',
      samples: [...models, ...(background > 0 ? [['(background)', background] as const] : [])].map(
        ([model, nano]) => ({ labels: { model }, value: nanoToUsd(nano) }),
      ),
    },
    gauge(
      'outlay_project_cost_usd',
      'Cost in US dollars by project, background included.',
      projects.map(([project, nano]) => ({ labels: { project }, value: nanoToUsd(nano) })),
    ),
    gauge(
      'outlay_agent_cost_usd',
      'Cost of messages in US dollars by type of agent.',
      agents.map(([agent, nano]) => ({ labels: { agent }, value: nanoToUsd(nano) })),
    ),
    single('outlay_messages', 'Messages that count.', sums.messages),
    single(
      'outlay_background_usd',
      'US dollars of the totals Claude Code keeps that no message explains.',
      nanoToUsd(background),
    ),
    single(
      'outlay_declined_usd',
      'US dollars of answers a fallback replaced: they may be billed beside the cost.',
      nanoToUsd(declined.nano),
    ),
    single(
      'outlay_lower_bound_messages',
      'Messages without a final output count: they cost at least what is counted.',
      sums.lower,
    ),
    gauge(
      'outlay_unpriced_messages',
      'Messages without a price by model: they are in no figure.',
      unpriced.map(([model, value]) => ({ labels: { model }, value })),
    ),
    single('outlay_export_timestamp_seconds', 'When this was written.', Math.floor(now / 1000)),
  ];
}

/** Nano-dollars, or another figure, by key, highest first; what is beyond the bound is put together. */
function series<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  figureOf: (row: T) => number,
): [key: string, figure: number][] {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const key = clip(plainText(keyOf(row)), longestLabel);
    sums.set(key, (sums.get(key) ?? 0) + figureOf(row));
  }
  const sorted = [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sorted.slice(0, mostSeries);
  const rest = sorted.slice(mostSeries);
  if (rest.length > 0) shown.push(['(other)', rest.reduce((sum, [, figure]) => sum + figure, 0)]);
  return shown;
}
