import { type Budget, dollarBudget, isOverall } from '../../analysis/budgets/budget.ts';
import { judgedFields } from '../../budgets/budgetLabels.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { lastHourSpan, monthSpan } from '../../model/calendar.ts';
import { formatUsd } from '../../model/money.ts';
import { countedSessions, type Note, type ReportContext } from '../../query/context.ts';
import { readForecasts } from '../../query/forecast/forecast.ts';
import { isLive } from '../../query/liveSession.ts';
import type { Question } from '../../query/question.ts';
import { select } from '../../query/select.ts';
import { isNothing } from '../../query/sums.ts';
import { spanWords } from '../../text/when.ts';
import { type Document, noteText, type Table } from '../document/document.ts';
import { sessionsReport } from '../sessions/sessions.ts';
import { activity } from '../spend/activity.ts';
import { report } from '../spend/costReport.ts';
import { forecastSentences } from '../spend/forecastWords.ts';
import { overviewJson, overviewTable, overviewVerdict, readOverviewFigures } from './figures.ts';
import { overview } from './overview.ts';

/** What a dashboard is asked with. */
export interface DashboardQuestion {
  /** As if there were a budget of so many dollars for today, in nano-dollars, and no other of that kind. */
  readonly dayLimit?: number | undefined;
  /** The share of a budget, 0 … 1, from which on it is warned of, instead of each budget's own. */
  readonly warning?: number | undefined;
  /** How many of the latest sessions and messages are listed. */
  readonly sessions: number;
  readonly messages: number;
}

/** The parts of a dashboard by what they show, in the order a person reads them. */
export interface DashboardParts {
  readonly budgets: Table;
  readonly projects: Table;
  readonly models: Table;
  readonly agents: Table;
  readonly sessions: Table;
  readonly activity: Table;
}

/** Everything on one screen: a document like any other, and its parts by name for who lays them out. */
export interface Dashboard {
  readonly document: Document;
  /** Whether all is well, in a sentence. */
  readonly verdict: string;
  /** What the last hour cost, and where today and this month lead. */
  readonly pace: string;
  /** What the parts of spend are of: `November`, `all time`. */
  readonly period: string;
  /** Sessions at work now. */
  readonly live: number;
  /** Undefined before there is a session. */
  readonly parts: DashboardParts | undefined;
}

/**
 * Asks the engines and reports other surfaces ask: every figure is theirs. Only which of their tables
 * stand here is decided here.
 */
export function readDashboard(context: ReportContext, question: DashboardQuestion): Dashboard {
  const asked = { ...context, budgets: budgetsFor(context, question) };
  const all = countedSessions(asked);
  if (all.length === 0) return nobody(asked);
  const figures = readOverviewFigures(asked);
  const verdict = overviewVerdict(asked, figures, all);
  // Of a month in which nothing was spent it is all there ever was.
  const span = isNothing(figures.month) ? undefined : monthSpan(asked.now, asked.zone);
  const spend = report.run(asked, questionOf(span));
  const sessions = sessionsReport(asked, { sort: 'time', limit: question.sessions }, false);
  const recent = activity.run(asked, questionOf(undefined, { limit: question.messages }));
  const live = all.filter((session) => isLive(session, asked.now, false)).length;
  const { name: period } = spanWords(span, asked);
  const part = (title: string): Table =>
    spend.tables.find((table) => table.title === title) ?? { title, columns: [], rows: [] };
  const parts: DashboardParts = {
    budgets: overviewTable(asked, figures, true),
    projects: part('Project'),
    models: part('Model'),
    agents: part('Agent'),
    sessions: {
      ...without(sessions.tables[0]!, 'share'),
      title: live > 0 ? `Sessions, ${live} live` : 'Sessions',
    },
    activity: { ...recent.tables[0]!, title: 'Recent activity' },
  };
  const pace = paceSentence(asked);
  const notes = distinct([...spend.notes, ...sessions.notes, ...recent.notes]);
  return {
    document: {
      title: 'Dashboard',
      lead: true,
      sentences: [verdict, pace],
      tables: [
        parts.budgets,
        ...[parts.projects, parts.models, parts.agents].map((table) => ({
          ...table,
          title: `${table.title}, ${period}`,
        })),
        { ...parts.sessions, top: 8 },
        { ...parts.activity, top: 8 },
      ],
      next: ['Live: outlay dashboard --live'],
      notes,
      json: {
        schemaVersion: 1,
        at: new Date(asked.now).toISOString(),
        verdict,
        pace,
        liveSessions: live,
        overview: overviewJson(asked, figures),
        budgets: figures.outlooks.map(({ judged }) => judgedFields(judged)),
        report: spend.json,
        sessions: sessions.json,
        activity: recent.json,
        notes: notes.filter((note) => typeof note === 'string'),
      },
      verdict: spend.verdict!,
    },
    verdict,
    pace,
    period,
    live,
    parts,
  };
}

/** `Last hour $2.40. On track for $8 today and $121 this month.` */
function paceSentence(context: ReportContext): string {
  const { now, zone } = context;
  const hour = select(context, { span: lastHourSpan(now, zone), filters: {} }, []).total;
  const spent = hour > 0 ? `Last hour ${formatUsd(hour)}.` : 'Nothing was spent in the last hour.';
  return [spent, ...forecastSentences(readForecasts(context, {}))].join(' ');
}

/** The budgets in force with what was asked for. */
function budgetsFor(
  { budgets }: ReportContext,
  { dayLimit, warning }: DashboardQuestion,
): ReportContext['budgets'] {
  const own: BudgetEntry[] =
    dayLimit === undefined
      ? []
      : [
          {
            budget: dollarBudget({ kind: 'global' }, { kind: 'day' }, dayLimit),
            origin: 'environment',
            setAt: undefined,
          },
        ];
  const others = budgets.filter(
    ({ budget }) => dayLimit === undefined || !isOverall(budget, 'day'),
  );
  return [...own, ...others].map((entry) =>
    warning === undefined ? entry : { ...entry, budget: warnedFrom(entry.budget, warning) },
  );
}

/** The levels below the warning begin no later than it does, and those above no sooner. */
function warnedFrom(budget: Budget, warning: number): Budget {
  const { info, critical, stop } = budget.thresholds;
  const thresholds = {
    info: Math.min(info, warning),
    warning,
    critical: Math.max(critical, warning),
    stop: Math.max(stop, warning),
  };
  return { ...budget, thresholds };
}

function questionOf(span: Question['span'], options: Question['options'] = {}): Question {
  return { span, filters: {}, options };
}

/** A table without one of its columns. */
function without(table: Table, key: string): Table {
  const kept = table.columns.flatMap((column, at) => (column.key === key ? [] : [at]));
  return {
    ...table,
    columns: kept.map((at) => table.columns[at]!),
    rows: table.rows.map((row) => kept.map((at) => row[at] ?? null)),
  };
}

/** Each note once: several reports say the same of the same figures. */
function distinct(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [noteText(note), note])).values()];
}

/** Before there is anything to show. */
function nobody(context: ReportContext): Dashboard {
  const document = overview.run(context, questionOf(undefined));
  const [verdict = ''] = document.sentences;
  return {
    document: { ...document, title: 'Dashboard' },
    verdict,
    pace: '',
    period: '',
    live: 0,
    parts: undefined,
  };
}
