import type { BudgetPeriod } from '../../analysis/budgets/budget.ts';
import { formatPeriod } from '../../analysis/budgets/budgetNotation.ts';
import { type JudgedBudget, judgeBudgets } from '../../budgets/evaluateBudgets.ts';
import { daySpan, monthSpan, type TimeSpan, weekSpan } from '../../model/calendar.ts';
import { formatPercent } from '../../model/level.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  declinedWords,
  type FigureInputs,
  figureNotes,
  headline,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { type DaySpend, spendByDay } from '../../query/daySpend.ts';
import { declinedBeside, sumDeclined } from '../../query/declined.ts';
import { type Forecasts, readForecasts } from '../../query/forecast/forecast.ts';
import { Names } from '../../query/names.ts';
import { filterNames } from '../../query/options.ts';
import { federationJson } from '../../query/peers.ts';
import { projectNames } from '../../query/projects.ts';
import type { Question } from '../../query/question.ts';
import { type Selection, select } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { figuresOf, isNothing, sumBy } from '../../query/sums.ts';
import type { SessionInfo } from '../../store/query/sessionInfo.ts';
import type { SpendKey } from '../../store/query/spendRows.ts';
import {
  isIncomplete,
  isLowerBound,
  type SpendSums,
  shortcomings,
} from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import { spanWords } from '../../text/when.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Document, Table } from '../document/document.ts';
import { budgetJson, byModel, byTier } from '../document/jsonContract.ts';
import { modelCells, modelColumns, modelOrder } from '../document/modelTable.ts';
import { shownAgent, shownNote } from '../document/shown.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { forecastJson, forecastSentences } from './forecastWords.ts';
import { keepSnapshot } from './snapshots.ts';

/** `outlay summary` */
export const summary: ReportDefinition = {
  name: 'summary',
  title: 'Summary',
  summary: 'Cost by period, model, agent and project.',
  period: 'all',
  filters: filterNames,
  options: [
    {
      name: 'keep',
      text: 'keep the figures for "outlay trend", one of a day for each project and period',
      kind: 'flag',
    },
  ],
  gate: false,
  examples: [
    ['outlay summary', 'today, this week, this month, all time'],
    ['outlay summary --project shop --json > before.json', 'a snapshot for "outlay diff"'],
    ['outlay summary --period 7d --keep', 'a day\'s entry for "outlay trend"'],
  ],
  git: true,
  run: (context, question) => {
    const document = summaryReport(context, question);
    if (question.options.keep === true) keepSnapshot(context, question, document);
    return document;
  },
};

/** Rows of a breakdown a table shows; JSON has all. */
const shownRows = 15;

/** What a summary is about. */
export type SummaryQuestion = Pick<Question, 'span' | 'filters'>;

/** What was spent in a span, with the sessions that spent it, the latest first. */
interface Spend extends Selection {
  readonly sessions: readonly SessionInfo[];
}

function readSpend(
  context: ReportContext,
  question: SummaryQuestion,
  keys: readonly SpendKey[],
  names: Names,
): Spend {
  const selection = select(context, question, ['session', ...keys], false, names);
  const { rows, backgrounds } = selection;
  const active = new Set(rows.map(({ session }) => session));
  for (const { session } of backgrounds) active.add(session);
  const sessions = [...active].map((session) => names.place(session));
  sessions.sort((a, b) => b.endedAt - a.endedAt || (a.sid < b.sid ? -1 : 1));
  return { ...selection, sessions };
}

/** Sums of one model. */
type ModelSums = SpendSums & { readonly model: string };

/** What was spent, by period, model, agent and project: what `outlay summary` prints. */
export function summaryReport(context: ReportContext, question: SummaryQuestion): Document {
  const { span, filters } = question;
  const { now, zone, weekStart } = context;
  const names = new Names(context);
  const totals = (of: TimeSpan | undefined): Spend =>
    readSpend(context, { span: of, filters }, [], names);
  const today = totals(daySpan(now, zone));
  const week = totals(weekSpan(now, zone, weekStart));
  const month = totals(monthSpan(now, zone));
  const spend = readSpend(context, question, ['agent', 'model'], names);
  const all = span === undefined ? spend : totals(undefined);
  const models = sumBy(spend.rows, ({ model }) => names.word(model)).map(
    ([model, sums]): ModelSums => ({ model, ...sums }),
  );
  const budget = budgetOf(context);
  const figures = figuresOf(context, spend);
  const forecasts = readForecasts(context, filters);
  return {
    title: 'Summary',
    sentences: sentences(context, { today, month, all, spend, span, forecasts }, budget),
    tables: [
      periodTable(context, {
        Today: today,
        'This week': week,
        'This month': month,
        'All time': all,
      }),
      modelTable(models, spend, context),
      agentTable(spend),
      projectTable(context, spend),
    ],
    notes: [...retentionNotes(context, span), ...figureNotes(context, figures)],
    get json() {
      const found = { spend, models, budget, figures };
      return { ...summaryJson(context, question, found), forecast: forecastJson(forecasts) };
    },
    verdict: {
      status: isNothing(spend) ? 'no-data' : 'ok',
      ...shortcomings(spend.sums),
    },
  };
}

function sentences(
  context: ReportContext,
  spends: {
    today: Spend;
    month: Spend;
    all: Spend;
    spend: Spend;
    span: TimeSpan | undefined;
    forecasts: Forecasts;
  },
  budget: JudgedBudget | undefined,
): string[] {
  const { today, month, all, spend, span, forecasts } = spends;
  if (all.sessions.length === 0) {
    return ['No data: no sessions found. "outlay doctor" shows where Outlay looked.'];
  }
  const figure = ({ total, sums }: Spend): string => headline(context, total, isLowerBound(sums));
  const first = `Today ${figure(today)}, this month ${figure(month)}, all time ${figure(all)}.`;
  const range =
    span === undefined ? [] : [`${begun(spanWords(span, context).name)}: ${figure(spend)}.`];
  return [
    first,
    ...range,
    ...forecastSentences(forecasts),
    ...(budget === undefined ? [] : [budgetSentence(budget)]),
  ];
}

function budgetSentence({ entry, state, declined }: JudgedBudget): string {
  const used = `${formatUsd(state.spent)} of ${formatUsd(entry.budget.limit)}`;
  const facts = [used, formatPercent(state.share), state.level, ...declinedWords(declined)];
  return `Budget (${formatPeriod(entry.budget.period)}): ${facts.join(', ')}.`;
}

/** Periods in the order in which the one budget of a summary is looked for. */
const budgetOrder: readonly BudgetPeriod['kind'][] = ['lifetime', 'month', 'week', 'day'];

/** The budget of everything, the longest period first; where there are several of one, the most used. */
export function budgetOf(context: ReportContext): JudgedBudget | undefined {
  const budgets = context.budgets.filter(
    ({ budget: { scope, unit, period } }) =>
      scope.kind === 'global' && unit.kind === 'usd' && budgetOrder.includes(period.kind),
  );
  if (budgets.length === 0) return undefined;
  const { judged } = judgeBudgets({ ...context, budgets });
  const rank = ({ entry }: JudgedBudget): number => budgetOrder.indexOf(entry.budget.period.kind);
  return judged.toSorted((a, b) => rank(a) - rank(b))[0];
}

function periodTable(context: ReportContext, spends: Readonly<Record<string, Spend>>): Table {
  return {
    title: '',
    columns: [
      { key: 'period', header: 'Period', unit: 'text' },
      { key: 'sessions', header: 'Sessions', unit: 'count' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'tokens', header: 'Tokens', unit: 'tokens' },
      { key: 'usd', header: 'By messages', unit: 'usd', details: true },
      { key: 'background_usd', header: 'Overhead', unit: 'usd', details: true },
      { key: 'total_usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'declined_usd', header: 'Declined', unit: 'usd', idle: true },
    ],
    order: ['period', 'total_usd'],
    rows: Object.entries(spends).map(([name, spend]): Cell[] => [
      name,
      spend.sessions.length,
      spend.sums.messages,
      totalTokens(spend.sums),
      spend.sums.nano,
      spend.background,
      spend.total,
      sumDeclined(declinedBeside(context, spend)).nano,
    ]),
  };
}

function share(nano: number, of: number): number | null {
  return of > 0 ? nano / of : null;
}

function modelTable(
  models: readonly ModelSums[],
  { span, sums: all }: Spend,
  context: ReportContext,
): Table {
  return {
    title: `By model, ${spanWords(span, context).name}`,
    columns: [
      ...modelColumns,
      { key: 'share', header: 'Share', unit: 'percent', bar: 'beside' },
      { key: 'note', header: 'Note', unit: 'text', idle: true, shown: shownNote },
    ],
    order: modelOrder,
    rows: models
      .slice(0, shownRows)
      .map(({ model, ...sums }) => [
        ...modelCells(model, sums),
        share(sums.nano, all.nano),
        sums.unpriced > 0 ? `unpriced: ${sums.unpriced} messages` : '',
      ]),
  };
}

/** A name that begins a sentence. */
function begun(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function agentTable(spend: Spend): Table {
  return {
    title: 'By agent',
    columns: [
      { key: 'agent', header: 'Agent', unit: 'text', widest: 40, shown: shownAgent },
      { key: 'runs', header: 'Runs', unit: 'count' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'share', header: 'Share', unit: 'percent', bar: 'beside' },
    ],
    order: ['agent', 'usd', 'share'],
    rows: agentGroups(spend)
      .slice(0, shownRows)
      .map(({ type, executions, sums }) => [
        type,
        type === 'main' ? null : executions,
        sums.messages,
        sums.nano,
        share(sums.nano, spend.sums.nano),
      ]),
  };
}

function agentGroups({ rows, names }: Spend) {
  const executions = new Map<string, Set<number>>();
  for (const { agent } of rows) {
    const type = names.agentType(agent);
    const known = executions.get(type);
    if (known === undefined) executions.set(type, new Set([agent]));
    else known.add(agent);
  }
  return sumBy(rows, ({ agent }) => names.agentType(agent)).map(([type, sums]) => ({
    type,
    sums,
    executions: executions.get(type)!.size,
  }));
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface ProjectSpend {
  readonly project: string;
  readonly gitRoot: string | null;
  readonly sessions: number;
  readonly messages: number;
  readonly nano: number;
  readonly background: number;
}

/** Spend by repository, or by directory where there is none (any more), most expensive first. */
function projectsOf({ reader }: ReportContext, spend: Spend): ProjectSpend[] {
  const { rows, backgrounds, sessions } = spend;
  const nameOf = projectNames(reader);
  const found = new Map<string, Writable<ProjectSpend>>();
  const bySession = new Map<number, Writable<ProjectSpend>>();
  for (const { id, gitRoot, cwd } of sessions) {
    const project = nameOf({ cwd, gitRoot });
    const known = found.get(project);
    const spend = known ?? { project, gitRoot, sessions: 0, messages: 0, nano: 0, background: 0 };
    if (known === undefined) found.set(project, spend);
    spend.sessions++;
    bySession.set(id, spend);
  }
  for (const { session, messages, nano } of rows) {
    const spend = bySession.get(session)!;
    spend.messages += messages;
    spend.nano += nano;
  }
  for (const { session, nano } of backgrounds) bySession.get(session)!.background += nano;
  return [...found.values()].sort((a, b) => b.nano + b.background - a.nano - a.background);
}

function projectTable(context: ReportContext, spend: Spend): Table {
  return {
    title: 'By project',
    columns: [
      { key: 'project', header: 'Project', unit: 'text', widest: 40 },
      { key: 'sessions', header: 'Sessions', unit: 'count' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'total_usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'share', header: 'Share', unit: 'percent', bar: 'beside' },
    ],
    order: ['project', 'total_usd', 'share'],
    rows: projectsOf(context, spend)
      .slice(0, shownRows)
      .map(({ project, sessions, messages, nano, background }) => [
        lastPart(project),
        sessions,
        messages,
        nano + background,
        share(nano + background, spend.total),
      ]),
  };
}

/** The contract other tools rely on: fields are added, never renamed or removed. */
function summaryJson(
  context: ReportContext,
  question: SummaryQuestion,
  {
    spend,
    models,
    budget,
    figures,
  }: {
    spend: Spend;
    models: readonly ModelSums[];
    budget: JudgedBudget | undefined;
    figures: FigureInputs;
  },
): object {
  const { sums, sessions, rows, names } = spend;
  const { book } = context;
  const withMain = new Set(
    rows.filter(({ agent }) => names.isMainThread(agent)).map(({ session }) => session),
  );
  return {
    schemaVersion: 1,
    exportedAt: new Date(context.now).toISOString(),
    git: context.git,
    total_cost_usd: nanoToUsd(spend.total),
    sessionCount: sessions.length,
    conversationCount: withMain.size,
    byTier: byTier(models, book),
    byModel: byModel(models, book),
    byTokenClass: {
      input: sums.input,
      output: sums.output,
      cache_write: sums.cacheWrite5m + sums.cacheWrite1h,
      cache_read: sums.cacheRead,
    },
    topSession: topSession(spend),
    budget: budgetJson(budget),
    federation: federationJson(context.peers, context.now),
    period: periodJson(question.span, context.zone),
    filters: question.filters,
    messages: sums.messages,
    messagesUsd: nanoToUsd(sums.nano),
    backgroundUsd: nanoToUsd(spend.background),
    declinedUsd: nanoToUsd(figures.declined.nano),
    unpriced: figures.unpriced,
    lowerBound: isLowerBound(sums),
    incomplete: isIncomplete(sums),
    lowerBoundMessages: sums.lower,
    byAgent: Object.fromEntries(
      agentGroups(spend).map(({ type, executions, sums: own }) => [
        type,
        { cost_usd: nanoToUsd(own.nano), messages: own.messages, agents: executions },
      ]),
    ),
    byProject: Object.fromEntries(
      projectsOf(context, spend).map(
        ({ project, gitRoot, nano, background, sessions: n, messages }) => [
          project,
          {
            gitRoot,
            cost_usd: nanoToUsd(nano + background),
            backgroundUsd: nanoToUsd(background),
            sessions: n,
            messages,
          },
        ],
      ),
    ),
    byDay: Object.fromEntries(spendByDay(context, spend).map(dayJson)),
    billing: context.billing,
    catalogueDate: book.catalogueDate,
    notes: [...retentionNotes(context, question.span), ...warnings(context, spend.sums)],
  };
}

function dayJson({ day, nano, background, messages }: DaySpend): [string, object] {
  return [
    day,
    { cost_usd: nanoToUsd(nano + background), backgroundUsd: nanoToUsd(background), messages },
  ];
}

function topSession({ rows, backgrounds, names }: Spend): object | null {
  const totals = new Map<number, { nano: number; messages: number }>();
  const add = (session: number, nano: number, messages: number): void => {
    const known = totals.get(session);
    if (known === undefined) totals.set(session, { nano, messages });
    else {
      known.nano += nano;
      known.messages += messages;
    }
  };
  for (const { session, nano, messages } of rows) add(session, nano, messages);
  for (const { session, nano } of backgrounds) add(session, nano, 0);
  let top: { sid: string; nano: number; messages: number } | undefined;
  for (const [session, { nano, messages }] of totals) {
    const { sid } = names.place(session);
    const before = top === undefined || nano > top.nano || (nano === top.nano && sid < top.sid);
    if (before) top = { sid, nano, messages };
  }
  return top === undefined
    ? null
    : {
        sessionId: top.sid,
        total_cost_usd: nanoToUsd(top.nano),
        messageCount: top.messages,
      };
}
