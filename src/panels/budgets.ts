import type { JudgedBudgets } from '../budgets/evaluateBudgets.ts';
import { SumSpends } from '../budgets/sumSpends.ts';
import { addDays, dayOf, firstMoment, monthSpan, type TimeSpan } from '../model/calendar.ts';
import type { BudgetsQuestion } from '../protocol/budgets.ts';
import type { ReportContext } from '../query/context.ts';
import type { Scope } from '../store/query/fragments.ts';
import { allOutlooks, type BudgetOutlook } from './parts/budgetForecasts.ts';

/** Spend of the last months, of everything or of one project. Money in nano-dollars. */
export interface MonthlySpend {
  /** '' for everything. */
  readonly project: string;
  readonly nanos: readonly number[];
  /** The limit of a month that holds now. */
  readonly limit: number | undefined;
}

/** How many days of each month cost more than the budget of a day allows now. */
export interface DaysOver {
  readonly limit: number;
  readonly counts: readonly number[];
}

/** The figures of the panel and the view of budgets; times in UTC milliseconds. */
export interface BudgetsFigures {
  readonly now: number;
  /** The worst first. */
  readonly budgets: readonly BudgetOutlook[];
  /** Budgets that nothing stored can judge, and why. */
  readonly others: JudgedBudgets['others'];
  /** The present month last; empty where no history was asked for. */
  readonly months: readonly TimeSpan[];
  readonly spend: readonly MonthlySpend[];
  readonly daysOver: DaysOver | undefined;
  /** What is wrong with settings and budgets, one sentence each. */
  readonly problems: readonly string[];
  readonly catalogueDate: string;
  readonly hasData: boolean;
}

/** Budgets that are listed, the worst first. */
const mostBudgets = 100;
/** Projects with a chart of their own. */
const mostCharts = 4;

/** Reads budgets with what they come to, and the months before where they are asked for. */
export function budgetsData(
  context: ReportContext,
  { months: count }: BudgetsQuestion,
): BudgetsFigures {
  const { now, reader } = context;
  const { outlooks, others } = allOutlooks(context, mostBudgets);
  const months = lastMonths(context, count);
  return {
    now,
    budgets: outlooks,
    others,
    months,
    ...(months.length === 0
      ? { spend: [], daysOver: undefined }
      : readHistory(context, months, outlooks)),
    problems: context.problems,
    catalogueDate: context.book.catalogueDate,
    hasData: reader.hasSessions(),
  };
}

function lastMonths({ now, zone }: ReportContext, count: number): TimeSpan[] {
  const months: TimeSpan[] = [];
  for (let at = now; months.length < count; at = months[0]!.from - 1) {
    months.unshift(monthSpan(at, zone));
  }
  return months;
}

function readHistory(
  context: ReportContext,
  months: readonly TimeSpan[],
  outlooks: readonly BudgetOutlook[],
): Pick<BudgetsFigures, 'spend' | 'daysOver'> {
  const spends = new SumSpends(context.reader);
  const total = (span: TimeSpan, scope: Scope): number => {
    const { sums, background } = spends.sums(span, scope);
    return sums.nano + background;
  };
  const dollars = outlooks.filter(({ budget }) => budget.unit.kind === 'usd');
  const whole = (kind: 'day' | 'month'): number | undefined =>
    dollars.find(({ budget }) => budget.scope.kind === 'global' && budget.period.kind === kind)
      ?.budget.limit;
  const spendOf = (project: string, limit: number | undefined): MonthlySpend => {
    const scope = project === '' ? undefined : spends.directoriesOf(project);
    return { project, nanos: months.map((span) => total(span, scope)), limit };
  };
  const projects = new Map<string, number>();
  for (const { budget } of dollars) {
    const { scope, period, limit } = budget;
    if (scope.kind !== 'project' || scope.path === '*' || period.kind !== 'month') continue;
    const known = projects.get(scope.path);
    if (known === undefined || limit < known) projects.set(scope.path, limit);
  }
  const own = [...projects].slice(0, mostCharts).map(([path, limit]) => spendOf(path, limit));
  const daily = whole('day');
  return {
    spend: [spendOf('', whole('month')), ...own],
    daysOver:
      daily === undefined
        ? undefined
        : {
            limit: daily,
            counts: months.map(
              (month) =>
                daysOf(month, context).filter((day) => total(day, undefined) > daily).length,
            ),
          },
  };
}

/** The days of a month that have begun. */
function daysOf({ from, to }: TimeSpan, { zone, now }: ReportContext): TimeSpan[] {
  const days: TimeSpan[] = [];
  for (let day = dayOf(from, zone); ; day = addDays(day, 1)) {
    const start = firstMoment(day, zone);
    if (start >= to || start > now) return days;
    days.push({ from: start, to: firstMoment(addDays(day, 1), zone) });
  }
}
