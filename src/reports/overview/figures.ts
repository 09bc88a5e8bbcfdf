import { type BudgetPeriod, isOverall } from '../../analysis/budgets/budget.ts';
import { aboveUsual } from '../../analysis/spend/pace.ts';
import { spokenAmount } from '../../budgets/budgetWords.ts';
import { type Outlook, readOutlooks } from '../../budgets/outlook.ts';
import { dayOf, daySpan, monthSpan, weekSpan } from '../../model/calendar.ts';
import { formatPercent } from '../../model/level.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { headline, type ReportContext, warnings } from '../../query/context.ts';
import { sameWeekdays, spendPoints, usualByNow } from '../../query/forecast/usualDay.ts';
import { Names } from '../../query/names.ts';
import { type Selection, select } from '../../query/select.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { dayText, monthText } from '../../text/when.ts';
import {
  budgetVerdict,
  endText,
  outlookMark,
  outlookText,
  shortName,
} from '../budgets/outlookWords.ts';
import { shareText } from '../document/cells.ts';
import { type Cell, figureCell, type Table } from '../document/document.ts';
import { totalOf } from '../sessions/sessions.ts';
import { changeFromLastMonth } from '../spend/lastMonth.ts';

/** Budgets that have a line of their own, beside those of today, this week and this month. */
const shownBudgets = 3;

/** What stands first on every surface of the terminal: the three periods, and how budgets stand. */
export interface OverviewFigures {
  readonly today: Selection;
  readonly week: Selection;
  /** By model, so that it is known which have no price. */
  readonly month: Selection;
  /** What had been spent by now on earlier days of this name, nano-dollars. */
  readonly usual: number | undefined;
  readonly outlooks: readonly Outlook[];
}

export function readOverviewFigures(context: ReportContext): OverviewFigures {
  const { now, zone, weekStart } = context;
  const names = new Names(context);
  const of = (span: Selection['span']): Selection =>
    select(context, { span, filters: {} }, [], false, names);
  const today = daySpan(now, zone);
  const weekdays = sameWeekdays(context);
  const reach = { from: weekdays.at(-1)!.from, to: today.to };
  return {
    today: of(today),
    week: of(weekSpan(now, zone, weekStart)),
    month: select(context, { span: monthSpan(now, zone), filters: {} }, ['model'], false, names),
    usual: usualByNow(context, {}, spendPoints(context, {}, reach, names), weekdays),
    outlooks: readOutlooks(context).outlooks,
  };
}

/** Whether all is well: budgets first, then what is usual. */
export function overviewVerdict(
  context: ReportContext,
  { today, month, usual, outlooks }: OverviewFigures,
  all: readonly SessionSummary[],
): string {
  if (outlooks.some((outlook) => outlookMark(outlook) !== null)) return budgetVerdict(outlooks);
  if (month.total === 0 && month.sums.messages === 0) {
    const total = all.reduce((sum, session) => sum + totalOf(session), 0);
    const [last] = all.toSorted((a, b) => b.endedAt - a.endedAt);
    return `Nothing this month. ${formatUsd(total)} in all, last ${dayText(last!.endedAt, context)}.`;
  }
  const inside = outlooks.length === 0 ? '' : ', inside the budget';
  if (usual === undefined)
    return `${headline(context, month.total, isLowerBound(month.sums))} this month${inside}.`;
  const above = today.total > aboveUsual * usual && today.total > 0;
  return `${above ? 'Above your usual' : 'As usual'}${inside}.`;
}

/** A budget of everything in dollars for this period; it stands beside the period's own figure. */
function budgetOf(outlooks: readonly Outlook[], period: BudgetPeriod['kind']): Outlook | undefined {
  return outlooks.find(({ judged: { entry } }) => isOverall(entry.budget, period));
}

/**
 * The periods and the budgets, each in a line: how far it is used, and what is to be said of it. With
 * `warns` a budget from its level `warning` on is marked too, wherever it leads.
 */
export function overviewTable(
  context: ReportContext,
  figures: OverviewFigures,
  warns = false,
): Table {
  const { today, week, month, usual, outlooks } = figures;
  const periods = [
    { name: 'Today', period: 'day', selection: today, change: changeFrom(today.total, usual) },
    { name: 'This week', period: 'week', selection: week, change: null },
    {
      name: monthText(dayOf(context.now, context.zone), context),
      period: 'month',
      selection: month,
      change: changeFromLastMonth(context, month),
    },
  ] as const;
  const used = new Set(periods.map(({ period }) => budgetOf(outlooks, period)));
  const rows = periods.map(({ name, period, selection, change }): Cell[] => {
    const cost = figureCell(selection.total, isLowerBound(selection.sums));
    return [name, cost, ...budgetCells(context, budgetOf(outlooks, period), change, warns)];
  });
  const others = outlooks.filter((each) => !used.has(each)).slice(0, shownBudgets);
  for (const outlook of others) {
    const { state, entry } = outlook.judged;
    const { unit } = entry.budget;
    const spent = unit.kind === 'usd' ? state.spent : spokenAmount(unit, state.spent);
    rows.push([shortName(context, outlook), spent, ...budgetCells(context, outlook, null, warns)]);
  }
  return {
    title: '',
    bare: true,
    columns: [
      { key: 'name', header: '', unit: 'text', widest: 24 },
      { key: 'spent', header: 'Cost', unit: 'usd', strong: true },
      { key: 'share', header: '', unit: 'percent', bar: 'only', idle: true },
      { key: 'left', header: '', unit: 'text', idle: true, leaves: 1 },
      { key: 'mark', header: '', unit: 'text', mark: true, idle: true },
      { key: 'note', header: '', unit: 'text', idle: true, leaves: 2 },
    ],
    rows,
  };
}

/** How far a budget is used, what is left of it, and what is to be said of it. */
function budgetCells(
  context: ReportContext,
  outlook: Outlook | undefined,
  change: string | null,
  warns: boolean,
): Cell[] {
  if (outlook === undefined) return [null, null, null, change];
  const { state, entry } = outlook.judged;
  const { unit, limit } = entry.budget;
  const left = Math.max(0, limit - state.spent);
  const mark = outlookMark(outlook);
  const warned = warns && mark === null && ['warning', 'critical'].includes(state.level);
  const ahead = endText(context, outlook) ?? outlookText(context, outlook);
  return [
    state.share,
    `${spokenAmount(unit, left)} left of ${spokenAmount(unit, limit)}`,
    warned ? '!' : mark,
    warned ? `${formatPercent(state.share, 'en')} used` : mark === null ? change : ahead,
  ];
}

function changeFrom(nano: number, usual: number | undefined): string | null {
  if (usual === undefined || usual <= 0 || nano <= usual) return null;
  const factor = nano / usual;
  return factor < 3
    ? `▲ ${shareText(factor - 1)} above usual`
    : `▲ ${factor.toFixed(factor < 10 ? 1 : 0)}× your usual`;
}

/** The same for programs. */
export function overviewJson(
  context: ReportContext,
  { today, week, month, usual, outlooks }: OverviewFigures,
): object {
  return {
    schemaVersion: 1,
    today_usd: nanoToUsd(today.total),
    usual_by_now_usd: usual === undefined ? null : nanoToUsd(Math.round(usual)),
    week_usd: nanoToUsd(week.total),
    month_usd: nanoToUsd(month.total),
    lowerBound: isLowerBound(month.sums),
    budgets: outlooks.length,
    budgetsUsedUp: outlooks.filter((outlook) => outlookMark(outlook) === '✗').length,
    catalogueDate: context.book.catalogueDate,
    notes: warnings(context, month.sums),
  };
}
