import type { BudgetPeriod } from '../analysis/budget.ts';
import { formatPeriod } from '../analysis/budgetText.ts';
import { daySpan, monthSpan, type TimeSpan, weekSpan } from '../model/calendar.ts';
import { formatPercent } from '../model/level.ts';
import { formatUsd, nanoToUsd } from '../model/money.ts';
import { totalTokens } from '../model/tokens.ts';
import type { SessionSummary } from '../store/reader.ts';
import { type JudgedBudget, judgeBudgets } from './budgetStates.ts';
import { figureNotes, headline, type ReportContext, warnings } from './context.ts';
import { budgetJson, byModel, byTier } from './contract.ts';
import type { ReportDefinition } from './definition.ts';
import type { Cell, Document, Table } from './document.ts';
import { modelCells, modelColumns } from './modelTable.ts';
import { lastPart } from './paths.ts';
import { federationJson } from './peers.ts';
import { filterNames, type Question } from './question.ts';
import { retentionNotes } from './retention.ts';
import { keepSnapshot } from './snapshots.ts';
import { periodJson, spanText } from './spans.ts';
import { type DaySpend, indexSessions, readSpend, type Spend, spendByDay } from './spend.ts';
import { sumBy, unpricedOf } from './sums.ts';

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

/** What was spent, by period, model, agent and project: what `outlay summary` prints. */
export function summaryReport(context: ReportContext, question: SummaryQuestion): Document {
  const { span, filters } = question;
  const { now, zone, weekStart } = context;
  const index = indexSessions(context);
  const all = readSpend(context, undefined, index, filters);
  const today = readSpend(context, daySpan(now, zone), index, filters);
  const week = readSpend(context, weekSpan(now, zone, weekStart), index, filters);
  const month = readSpend(context, monthSpan(now, zone), index, filters);
  const spend = span === undefined ? all : readSpend(context, span, index, filters);
  const budget = budgetOf(context);
  const unpriced = unpricedOf(spend.rows);
  return {
    title: 'Summary',
    sentences: sentences(context, { today, month, all, spend, span }, budget),
    tables: [
      periodTable({ Today: today, 'This week': week, 'This month': month, 'All time': all }),
      modelTable(spend, span, context),
      agentTable(spend),
      projectTable(spend),
    ],
    notes: [
      ...retentionNotes(context, span),
      ...figureNotes(context, { ...spend.sums, background: spend.background, unpriced }),
    ],
    json: summaryJson(context, question, spend, budget),
    verdict: {
      status: spend.sums.messages === 0 && spend.background === 0 ? 'no-data' : 'ok',
      unpriced: spend.sums.unpriced > 0,
    },
  };
}

function sentences(
  context: ReportContext,
  spends: { today: Spend; month: Spend; all: Spend; spend: Spend; span: TimeSpan | undefined },
  budget: JudgedBudget | undefined,
): string[] {
  const { today, month, all, spend, span } = spends;
  if (all.sessions.size === 0) {
    return ['No data: no sessions found. "outlay doctor" shows where Outlay looked.'];
  }
  const figure = ({ total, sums }: Spend): string =>
    headline(context, total, sums.lower > 0 || sums.unpriced > 0);
  const first = `Today ${figure(today)}, this month ${figure(month)}, all time ${figure(all)}.`;
  const range = span === undefined ? [] : [`${spanText(span, context.zone)}: ${figure(spend)}.`];
  const limit =
    budget === undefined
      ? []
      : [
          `Budget (${formatPeriod(budget.entry.budget.period)}): ${formatUsd(budget.state.spent)} of ${formatUsd(budget.entry.budget.limit)}, ${formatPercent(budget.state.share)}, ${budget.state.level}.`,
        ];
  return [first, ...range, ...limit];
}

/** Periods in the order in which the one budget of a summary is looked for. */
const budgetOrder: readonly BudgetPeriod['kind'][] = ['lifetime', 'month', 'week', 'day'];

/** The budget of everything, the longest period first; where there are several of one, the most used. */
function budgetOf(context: ReportContext): JudgedBudget | undefined {
  const budgets = context.budgets.filter(
    ({ budget: { scope, unit, period } }) =>
      scope.kind === 'global' && unit.kind === 'usd' && budgetOrder.includes(period.kind),
  );
  if (budgets.length === 0) return undefined;
  const { judged } = judgeBudgets({ ...context, budgets });
  const rank = ({ entry }: JudgedBudget): number => budgetOrder.indexOf(entry.budget.period.kind);
  return judged.toSorted((a, b) => rank(a) - rank(b))[0];
}

function periodTable(spends: Readonly<Record<string, Spend>>): Table {
  return {
    title: '',
    columns: [
      { key: 'period', header: 'Period', unit: 'text' },
      { key: 'sessions', header: 'Sessions', unit: 'count' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'tokens', header: 'Tokens', unit: 'tokens' },
      { key: 'usd', header: 'By messages', unit: 'usd' },
      { key: 'background_usd', header: 'Background', unit: 'usd' },
      { key: 'total_usd', header: 'Cost', unit: 'usd' },
    ],
    rows: Object.entries(spends).map(([name, spend]): Cell[] => [
      name,
      spend.sessions.size,
      spend.sums.messages,
      totalTokens(spend.sums),
      spend.sums.nano,
      spend.background,
      spend.total,
    ]),
  };
}

function share(nano: number, of: number): number | null {
  return of > 0 ? nano / of : null;
}

function modelTable(spend: Spend, span: TimeSpan | undefined, context: ReportContext): Table {
  return {
    title: `By model, ${spanText(span, context.zone)}`,
    columns: [
      ...modelColumns,
      { key: 'share', header: 'Share', unit: 'percent' },
      { key: 'note', header: 'Note', unit: 'text' },
    ],
    rows: sumBy(spend.rows, ({ model }) => model)
      .slice(0, shownRows)
      .map(([model, sums]) => [
        ...modelCells(model, sums),
        share(sums.nano, spend.sums.nano),
        sums.unpriced > 0 ? `unpriced: ${sums.unpriced} messages` : '',
      ]),
  };
}

function agentTable(spend: Spend): Table {
  return {
    title: 'By agent',
    columns: [
      { key: 'agent', header: 'Agent', unit: 'text', widest: 40 },
      { key: 'runs', header: 'Runs', unit: 'count' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'usd', header: 'Cost', unit: 'usd' },
      { key: 'share', header: 'Share', unit: 'percent' },
    ],
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

function agentGroups(spend: Spend) {
  const byType = Map.groupBy(spend.rows, ({ agentType }) => agentType);
  return sumBy(spend.rows, ({ agentType }) => agentType).map(([type, sums]) => ({
    type,
    sums,
    executions: new Set(
      (byType.get(type) ?? []).map(({ session, agentId }) => `${session} ${agentId}`),
    ).size,
  }));
}

interface ProjectSpend {
  readonly project: string;
  readonly gitRoot: string | null;
  readonly sessions: number;
  readonly messages: number;
  readonly nano: number;
  readonly background: number;
}

/** Spend by repository, or by directory where there is none (any more), dearest first. */
function projectsOf({ rows, backgrounds, sessions }: Spend): ProjectSpend[] {
  const bySession = Map.groupBy(rows, ({ session }) => session);
  const extra = Map.groupBy(backgrounds, ({ session }) => session);
  const groups = Map.groupBy(sessions.values(), ({ gitRoot, cwd }) => gitRoot ?? cwd);
  const sum = (list: readonly { nano: number }[]): number => list.reduce((a, b) => a + b.nano, 0);
  return [...groups]
    .map(([project, members]) => {
      const own = members.flatMap(({ id }) => bySession.get(id) ?? []);
      return {
        project,
        gitRoot: members[0]!.gitRoot,
        sessions: members.length,
        messages: own.reduce((total, { messages }) => total + messages, 0),
        nano: sum(own),
        background: sum(members.flatMap(({ id }) => extra.get(id) ?? [])),
      };
    })
    .sort((a, b) => b.nano + b.background - a.nano - a.background);
}

function projectTable(spend: Spend): Table {
  return {
    title: 'By project',
    columns: [
      { key: 'project', header: 'Project', unit: 'text', widest: 40 },
      { key: 'sessions', header: 'Sessions', unit: 'count' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'total_usd', header: 'Cost', unit: 'usd' },
      { key: 'share', header: 'Share', unit: 'percent' },
    ],
    rows: projectsOf(spend)
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
  spend: Spend,
  budget: JudgedBudget | undefined,
): object {
  const { sums, sessions, rows } = spend;
  const { book } = context;
  const withMain = new Set(rows.filter(({ agentId }) => agentId === '').map((row) => row.session));
  return {
    schemaVersion: 1,
    exportedAt: new Date(context.now).toISOString(),
    git: context.git,
    total_cost_usd: nanoToUsd(spend.total),
    sessionCount: sessions.size,
    conversationCount: withMain.size,
    byTier: byTier(rows, book),
    byModel: byModel(rows, book),
    byTokenClass: {
      input: sums.input,
      output: sums.output,
      cache_write: sums.cacheWrite5m + sums.cacheWrite1h,
      cache_read: sums.cacheRead,
    },
    topSession: topSession(spend),
    budget: budgetJson(budget),
    federation: federationJson(context),
    period: periodJson(question.span, context.zone),
    filters: question.filters,
    messages: sums.messages,
    messagesUsd: nanoToUsd(sums.nano),
    backgroundUsd: nanoToUsd(spend.background),
    unpriced: unpricedOf(rows),
    lowerBound: sums.lower > 0 || sums.unpriced > 0,
    lowerBoundMessages: sums.lower,
    byAgent: Object.fromEntries(
      agentGroups(spend).map(({ type, executions, sums: own }) => [
        type,
        { cost_usd: nanoToUsd(own.nano), messages: own.messages, agents: executions },
      ]),
    ),
    byProject: Object.fromEntries(
      projectsOf(spend).map(({ project, gitRoot, nano, background, sessions: n, messages }) => [
        project,
        {
          gitRoot,
          cost_usd: nanoToUsd(nano + background),
          backgroundUsd: nanoToUsd(background),
          sessions: n,
          messages,
        },
      ]),
    ),
    byDay: Object.fromEntries(
      spendByDay(context, question.span, spend, question.filters).map(dayJson),
    ),
    billing: context.billing,
    catalogueDate: book.catalogueDate,
    notes: [...retentionNotes(context, question.span), ...warnings(context)],
  };
}

function dayJson({ day, nano, background, messages }: DaySpend): [string, object] {
  return [
    day,
    { cost_usd: nanoToUsd(nano + background), backgroundUsd: nanoToUsd(background), messages },
  ];
}

function topSession({ rows, backgrounds, sessions }: Spend): object | null {
  const totals = new Map<number, { nano: number; messages: number }>();
  for (const row of [...rows, ...backgrounds.map((extra) => ({ ...extra, messages: 0 }))]) {
    const known = totals.get(row.session) ?? { nano: 0, messages: 0 };
    const messages = known.messages + row.messages;
    totals.set(row.session, { nano: known.nano + row.nano, messages });
  }
  let top: { session: SessionSummary; nano: number; messages: number } | undefined;
  for (const [id, { nano, messages }] of totals) {
    const session = sessions.get(id)!;
    if (
      top === undefined ||
      nano > top.nano ||
      (nano === top.nano && session.sid < top.session.sid)
    )
      top = { session, nano, messages };
  }
  return top === undefined
    ? null
    : {
        sessionId: top.session.sid,
        total_cost_usd: nanoToUsd(top.nano),
        messageCount: top.messages,
      };
}
