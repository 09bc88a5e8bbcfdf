import type { Budget, BudgetPeriod } from '../analysis/budgets/budget.ts';
import type { BudgetTarget } from '../analysis/budgets/budgetScope.ts';
import { budgetSpan } from '../budgets/budgetSpend.ts';
import { spokenAmount, usedOf } from '../budgets/budgetWords.ts';
import { entriesFor } from '../budgets/evaluateBudgets.ts';
import { type Outlook, readOutlooks } from '../budgets/outlook.ts';
import { readFigure } from '../budgets/overview.ts';
import type { ClientReport } from '../dataFolder/clientReports.ts';
import type {
  StatusLineBudget,
  StatusLineFigures,
  StatusLineSession,
} from '../dataFolder/statusLineFile.ts';
import { daySpan, hourMs, lastHourSpan } from '../model/calendar.ts';
import type { ReportContext } from '../query/context.ts';
import { groupsOf } from '../query/names.ts';
import { rulesFor } from '../query/tagger.ts';
import type { SessionSummary } from '../store/query/storeReader.ts';
import { isLowerBound } from '../store/schema/sums.ts';
import { isProject, lastPart } from '../text/paths.ts';

/** Sessions that reported within this time are told by themselves, the newest so many. */
const recentMs = 12 * hourMs;
const mostSessions = 12;

/** Budgets kept for the line, the worst first. */
const mostBudgets = 24;

/** Reads what a status line shows, by the engine every other surface asks. */
export function readStatusLine(
  context: ReportContext,
  reports: ReadonlyMap<string, ClientReport>,
): StatusLineFigures {
  const { reader, now, zone, billing } = context;
  const day = daySpan(now, zone);
  const today = readFigure(reader, day, undefined);
  const recent = [...reports]
    .filter(([, { at }]) => at > now - recentMs)
    .sort(([, a], [, b]) => b.at - a.at)
    .slice(0, mostSessions);
  const stored = storedSessions(context, new Set(recent.map(([sid]) => sid)));
  const { outlooks } = readOutlooks(context, { sumsOnly: true });
  const targets = recent.map(([sid, report]) => ({
    sid,
    target: targetOf(context, report, stored.get(sid)),
  }));
  return {
    at: now,
    subscription: billing === 'subscription',
    today: {
      nano: today.total,
      atLeast: isLowerBound(today.sums) || context.unread,
      from: day.from,
      until: day.to,
    },
    lastHour: readFigure(reader, lastHourSpan(now, zone), undefined).total,
    budgets: outlooks
      .filter(({ judged }) => judged.entry.override?.pausedUntil === undefined)
      .map((outlook) => budgetOf(context, outlook, targets))
      .filter(({ sessions }) => sessions === undefined || sessions.length > 0)
      .slice(0, mostBudgets),
    sessions: Object.fromEntries(
      recent.flatMap(([sid, { costUsd }]): [string, StatusLineSession][] => {
        const summary = stored.get(sid);
        const known = costUsd === undefined ? {} : { clientUsd: costUsd };
        return summary === undefined && costUsd === undefined
          ? []
          : [
              [
                sid,
                {
                  nano: summary === undefined ? 0 : summary.nano + summary.background,
                  ...known,
                  ...(summary && { ofToday: summary.startedAt >= day.from }),
                },
              ],
            ];
      }),
    ),
  };
}

function storedSessions(
  { reader }: ReportContext,
  wanted: ReadonlySet<string>,
): Map<string, SessionSummary> {
  if (wanted.size === 0) return new Map();
  return new Map(
    reader
      .sessions()
      .flatMap((summary): [string, SessionSummary][] =>
        wanted.has(summary.sid) ? [[summary.sid, summary]] : [],
      ),
  );
}

/** What a session pays for, as far as budgets tell it apart. */
function targetOf(
  context: ReportContext,
  report: ClientReport,
  summary: SessionSummary | undefined,
): BudgetTarget {
  const place = summary ?? { cwd: report.cwd, gitRoot: null };
  const branch = summary?.branch || undefined;
  return {
    project: place.gitRoot ?? place.cwd,
    groups: groupsOf(context, place),
    branch,
    tags: branch === undefined ? [] : rulesFor(context, branch),
    session: true,
    agent: true,
  };
}

interface Target {
  readonly sid: string;
  readonly target: BudgetTarget;
}

function budgetOf(
  context: ReportContext,
  { judged, projected, evident }: Outlook,
  targets: readonly Target[],
): StatusLineBudget {
  const { entry, state, sums, part } = judged;
  const { budget } = entry;
  const { unit, limit, period, scope } = budget;
  const spoken = { unit, limit, spent: state.spent, atLeast: isLowerBound(sums) };
  const over = state.spent - limit;
  const outlook =
    over > 0
      ? `over by ${spokenAmount(unit, over)}`
      : over < 0 && evident && projected !== undefined && projected > limit
        ? `on track for ${spokenAmount(unit, projected)}`
        : '';
  const span = budgetSpan(period, context);
  const begins = period.kind === 'day' || period.kind === 'week' || period.kind === 'month';
  const everywhere = scope.kind === 'global' && part === '';
  return {
    used: `${usedOf(spoken)}${where(budget, part)}`,
    outlook,
    level: state.level,
    ...(begins && span !== undefined && { until: span.to }),
    ofDay: everywhere && period.kind === 'day' && unit.kind === 'usd',
    ...(!everywhere && {
      sessions: targets
        .filter(
          ({ sid, target }) =>
            isOf(part, budget, sid, target) && entriesFor(context.budgets, target).includes(entry),
        )
        .map(({ sid }) => sid),
    }),
  };
}

/** Whether a part of a budget is the session's own. */
function isOf(part: string, { scope }: Budget, sid: string, { project }: BudgetTarget): boolean {
  if (part === '') return true;
  if (scope.kind === 'project' && scope.path === '*') {
    return project !== undefined && isProject({ cwd: project, gitRoot: null }, part);
  }
  return part === sid || part.startsWith(`${sid}, `);
}

/** What a budget covers, in the few words a line has room for. */
function where({ scope, period }: Budget, part: string): string {
  const when = periodWords(period);
  if (period.kind === 'run') return when;
  if (scope.kind === 'session' || scope.kind === 'agent') return ` this ${scope.kind}`;
  if (scope.kind === 'project') {
    return `${when} in ${lastPart(scope.path === '*' ? part : scope.path)}`;
  }
  if (scope.kind === 'team') return `${when} in the team`;
  if (scope.kind === 'teamGroup') return `${when} in the team's ${scope.name}`;
  if (scope.kind === 'member') return `${when} on all machines`;
  if (scope.kind === 'company') return `${when} by the company`;
  if (scope.kind === 'companyGroup') return `${when} in the company's ${scope.name}`;
  if ('name' in scope) return `${when} on ${scope.name}`;
  return when;
}

function periodWords(period: BudgetPeriod): string {
  switch (period.kind) {
    case 'day':
      return ' today';
    case 'week':
    case 'month':
    case 'run':
      return ` this ${period.kind}`;
    case 'rolling':
      return ` in ${period.count} ${period.unit}`;
    case 'lifetime':
      return ' in all';
  }
}
