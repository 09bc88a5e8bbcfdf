import { usualAt } from '../analysis/spend/pace.ts';
import {
  dayMs,
  daySpan,
  hourMs,
  lastHourSpan,
  lastSpan,
  type TimeSpan,
} from '../model/calendar.ts';
import type { BurnQuestion } from '../protocol/burn.ts';
import type { ReportContext } from '../query/context.ts';
import { type Forecasts, type PeriodForecast, readForecasts } from '../query/forecast/forecast.ts';
import { spendPoints } from '../query/forecast/usualDay.ts';
import { Names } from '../query/names.ts';
import type { Filters } from '../query/options.ts';
import { knownProjects } from '../query/projects.ts';
import { select } from '../query/select.ts';
import { unpricedByModel } from '../query/sums.ts';
import { sessionTitles } from '../store/query/sessionInfo.ts';
import { isLowerBound } from '../store/schema/sums.ts';
import { type BudgetOutlook, budgetOutlooks } from './parts/budgetForecasts.ts';
import { type Pace, readPace } from './parts/pace.ts';

/** Days whose hours say what an hour at work usually costs. */
const hourDays = 30;

/** The last hour anything was spent in, beside others like it. Money in nano-dollars. */
export interface ActiveHour {
  readonly span: TimeSpan;
  readonly nano: number;
  /** It is the last 60 minutes. */
  readonly isNow: boolean;
  /** The one in the middle of those with any spend; undefined where there are none before. */
  readonly usual: number | undefined;
}

/** The session most was spent on. */
export interface MostSpentOn {
  readonly sid: string;
  readonly title: string | undefined;
  readonly nano: number;
  /** What everything cost in the same time. */
  readonly of: number;
  /** The step of the pace it spent most in. */
  readonly step: number;
}

/** The figures of the burn panel; money in nano-dollars, times in UTC milliseconds. */
export interface BurnFigures {
  readonly now: number;
  readonly pace: Pace;
  /** Where the period leads. */
  readonly ahead: PeriodForecast;
  readonly forecasts: Forecasts;
  /** Undefined where nothing was spent for a month. */
  readonly hour: ActiveHour | undefined;
  /** Seven days, and the seven before them. */
  readonly week: { readonly now: number; readonly before: number };
  readonly most: MostSpentOn | undefined;
  /** None beside a filter: budgets count all they cover. */
  readonly budgets: readonly BudgetOutlook[];
  readonly hasBudgets: boolean;
  /** Something of today is a lower bound or has no price. */
  readonly atLeast: boolean;
  readonly lower: number;
  readonly lost: number;
  readonly recovered: number;
  readonly unread: boolean;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  readonly projects: readonly string[];
  readonly catalogueDate: string;
  readonly hasData: boolean;
}

/** Reads the figures of the burn panel. */
export function burnData(context: ReportContext, { period, project }: BurnQuestion): BurnFigures {
  const { now, zone } = context;
  const filters: Filters = project === '' ? {} : { project };
  const names = new Names(context);
  const spent = (span: TimeSpan): number =>
    select(context, { span, filters }, [], false, names).total;
  const pace = readPace(context, filters, period, names);
  const forecasts = readForecasts(context, filters);
  const whole = select(context, { span: pace.span, filters }, ['model'], false, names);
  const week = spent(lastSpan(now, zone, 7 * dayMs));
  return {
    now,
    pace,
    ahead: aheadOf(pace, period === 'month' ? forecasts.month : forecasts.day),
    forecasts,
    hour: activeHour(context, filters, names),
    week: {
      now: week,
      before: spent({ from: now - 14 * dayMs + 1, to: now - 7 * dayMs + 1 }),
    },
    most: mostSpentOn(context, filters, pace, names),
    budgets: project === '' ? budgetOutlooks(context) : [],
    hasBudgets: context.budgets.length > 0,
    atLeast: isLowerBound(whole.sums),
    lower: whole.sums.lower,
    lost: whole.sums.lost ?? 0,
    recovered: whole.sums.recovered ?? 0,
    unread: whole.sums.unread === true,
    unpriced: unpricedByModel(whole),
    projects: knownProjects(context.reader),
    catalogueDate: context.book.catalogueDate,
    hasData: context.reader.hasSessions(),
  };
}

/** What is still to come is the same, whatever has been spent before. */
function aheadOf({ span, total }: Pace, { spent, nano, band }: PeriodForecast): PeriodForecast {
  const more = (amount: number): number => total + amount - spent;
  return {
    span,
    spent: total,
    nano: more(nano),
    band: band && { low: more(band.low), high: more(band.high) },
  };
}

function activeHour(
  context: ReportContext,
  filters: Filters,
  names: Names,
): ActiveHour | undefined {
  const { now, zone } = context;
  const points = spendPoints(context, filters, lastSpan(now, zone, hourDays * dayMs), names);
  const hours = new Map<number, number>();
  for (const { at, nano } of points) {
    // Hours are counted from the start of the day: zones may be off by half an hour.
    const { from } = daySpan(at, zone);
    const start = from + Math.floor((at - from) / hourMs) * hourMs;
    hours.set(start, (hours.get(start) ?? 0) + nano);
  }
  const active = [...hours].filter(([, nano]) => nano > 0).sort(([a], [b]) => b - a);
  const [latest] = active;
  if (latest === undefined) return undefined;
  const span = lastHourSpan(now, zone);
  const { total } = select(context, { span, filters }, [], false, names);
  const isNow = total > 0;
  const [start, nano] = isNow ? [now - hourMs, total] : latest;
  const before = active.filter(([at]) => at + hourMs <= start).map(([, sum]) => sum);
  return {
    span: { from: start, to: start + hourMs },
    nano,
    isNow,
    usual: before.length === 0 ? undefined : usualAt(before).median,
  };
}

/** What most was spent on, since it is more than usual, or in the whole period. */
function mostSpentOn(
  context: ReportContext,
  filters: Filters,
  { span, starts, aboveSince = span.from }: Pace,
  names: Names,
): MostSpentOn | undefined {
  const since = { from: aboveSince, to: span.to };
  const { rows, backgrounds, total } = select(
    context,
    { span: since, filters },
    ['bucket', 'session'],
    false,
    names,
  );
  const sums = new Map<number, number>();
  for (const { session, nano } of [...rows, ...backgrounds]) {
    sums.set(session, (sums.get(session) ?? 0) + nano);
  }
  const [top] = [...sums].sort(([, a], [, b]) => b - a);
  if (top === undefined || top[1] <= 0) return undefined;
  const [session, nano] = top;
  const steps = new Array<number>(starts.length).fill(0);
  for (const row of [...rows, ...backgrounds]) {
    if (row.session !== session) continue;
    const step = starts.findLastIndex((start) => start <= Math.min(row.at, context.now));
    if (step >= 0) steps[step]! += row.nano;
  }
  return {
    sid: names.place(session).sid,
    title: sessionTitles(context.db, [session]).get(session),
    nano,
    of: total,
    step: steps.indexOf(steps.reduce((most, sum) => Math.max(most, sum), 0)),
  };
}
