import type { Burn } from '../analysis/spend/burn.ts';
import { exhaustion } from '../analysis/spend/projection.ts';
import { dayMs, daySpan, monthSpan, type TimeSpan } from '../model/calendar.ts';
import type { BurnQuestion, BurnUnit } from '../protocol/burn.ts';
import type { ReportContext } from '../query/context.ts';
import type { Filters } from '../query/options.ts';
import { knownProjects } from '../query/projects.ts';
import { readQuestion } from '../query/question.ts';
import { select } from '../query/select.ts';
import { unpricedByModel } from '../query/sums.ts';
import { burn as burnReport, readBurn } from '../reports/spend/burn.ts';
import {
  type BudgetForecast,
  projection as projectionReport,
  readProjection,
} from '../reports/spend/projection.ts';
import { isLowerBound } from '../store/schema/sums.ts';

/** What the report is asked for each unit; an hour is compared with the day before it. */
export const burnOptions: Readonly<Record<BurnUnit, { bucket: string; lookback: string }>> = {
  hour: { bucket: '1h', lookback: '25h' },
  day: { bucket: '1d', lookback: '14d' },
  week: { bucket: '7d', lookback: '56d' },
};

/** The latest bucket of a length beside those before it. */
export interface BurnRate
  extends Pick<Burn, 'buckets' | 'latest' | 'active' | 'all' | 'skipped' | 'alert'> {
  /** Milliseconds. */
  readonly bucket: number;
  /** Earlier buckets with any spend. */
  readonly activeCount: number;
  /** Something of the latest bucket is a lower bound or has no price. */
  readonly atLeast: boolean;
  /** Messages of all buckets whose output is counted as far as it is recorded. */
  readonly lower: number;
  /** Lines of transcripts that could not be read or placed. */
  readonly lost: number;
  /** Transcripts, or folders with some, could not be read. */
  readonly unread: boolean;
}

/** What a day or a month will have cost at its end, at the rate of the latest bucket. */
export interface BurnEnd {
  /** UTC milliseconds. */
  readonly at: number;
  readonly spent: number;
  readonly nano: number;
}

/** The budget of everything that is used up first at that rate, by what is left of it. */
export interface BurnBudget {
  readonly ahead: BudgetForecast;
  /** Days until it is used up, 0 for one that is; undefined where its period ends before. */
  readonly days: number | undefined;
}

/** The figures of the burn panel; money in nano-dollars, times in UTC milliseconds. */
export interface BurnFigures {
  readonly now: number;
  readonly rates: Readonly<Record<BurnUnit, BurnRate>>;
  readonly endOfDay: BurnEnd;
  readonly endOfMonth: BurnEnd;
  /** Budgets at the rate of the last days. */
  readonly budgets: readonly BudgetForecast[];
  /** How many days that rate is taken from. */
  readonly budgetDays: number;
  readonly first: BurnBudget | undefined;
  /** There are budgets, seen or not. */
  readonly hasBudgets: boolean;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  readonly projects: readonly string[];
  readonly catalogueDate: string;
  readonly hasData: boolean;
}

/** Reads the figures of the burn panel. */
export function burnData(
  context: ReportContext,
  { unit, project, threshold }: BurnQuestion,
): BurnFigures {
  const { now, zone } = context;
  const raw = project === '' ? {} : { project };
  const filters: Filters = raw;
  const rateOf = (name: BurnUnit): BurnRate =>
    readRate(context, { ...raw, ...burnOptions[name], 'alert-on-acceleration-pct': threshold });
  const rates = { hour: rateOf('hour'), day: rateOf('day'), week: rateOf('week') };
  const perDay = (rates[unit].latest * dayMs) / rates[unit].bucket;
  const endOf = (span: TimeSpan): BurnEnd => {
    const { total } = select(context, { span, filters }, []);
    return { at: span.to, spent: total, nano: total + (perDay * (span.to - now)) / dayMs };
  };
  const ahead = readProjection(context, readQuestion(projectionReport, raw, context));
  const reach = rates.week.bucket;
  const span = { from: now - reach + 1, to: now + 1 };
  return {
    now,
    rates,
    endOfDay: endOf(daySpan(now, zone)),
    endOfMonth: endOf(monthSpan(now, zone)),
    budgets: ahead.budgets,
    budgetDays: ahead.projection.days,
    first: firstEmpty(ahead.budgets, perDay),
    hasBudgets: context.budgets.length > 0,
    unpriced: unpricedByModel(select(context, { span, filters }, ['model'])),
    projects: knownProjects(context.reader),
    catalogueDate: context.book.catalogueDate,
    hasData: context.reader.hasSessions(),
  };
}

function readRate(context: ReportContext, raw: Readonly<Record<string, unknown>>): BurnRate {
  const { burn, spendRate, bucket } = readBurn(context, readQuestion(burnReport, raw, context));
  const { buckets, latest, active, all, skipped, alert } = burn;
  return {
    buckets,
    latest,
    active,
    all,
    skipped,
    alert,
    bucket,
    activeCount: buckets.slice(0, -1).filter((nano) => nano > 0).length,
    lower: spendRate.sums.lower,
    lost: spendRate.sums.lost ?? 0,
    unread: spendRate.sums.unread === true,
    atLeast: isLowerBound(spendRate.latest),
  };
}

/** Which budget of everything in dollars ends first at a rate; those with an end of their own only. */
function firstEmpty(budgets: readonly BudgetForecast[], perDay: number): BurnBudget | undefined {
  const whole = budgets.filter(({ judged: { entry } }) => {
    const { scope, unit, period } = entry.budget;
    return scope.kind === 'global' && unit.kind === 'usd' && period.kind !== 'rolling';
  });
  const ends = whole.map((ahead): BurnBudget => {
    const { projected, entry } = ahead.judged;
    const [end] = exhaustion(projected, perDay, [entry.budget.thresholds.stop]);
    const isEnd = end?.outcome === 'passed' || end?.outcome === 'ahead';
    return { ahead, days: isEnd ? end.days : undefined };
  });
  const soonest = (each: BurnBudget): number => each.days ?? Number.POSITIVE_INFINITY;
  return ends.sort((a, b) => soonest(a) - soonest(b) || daysLeftOf(a) - daysLeftOf(b))[0];
}

function daysLeftOf({ ahead }: BurnBudget): number {
  return ahead.judged.projected.daysLeft ?? Number.POSITIVE_INFINITY;
}
