import type { BudgetTarget } from '../analysis/budgets/budgetScope.ts';
import { exhaustion, spentAtPeriodEnd } from '../analysis/spend/projection.ts';
import { dayMs } from '../model/calendar.ts';
import type { ReportContext } from '../query/context.ts';
import { firstEver } from '../query/firstSpend.ts';
import { projectHistory, type SpendHistory, usualWindowDays } from '../query/forecast/forecast.ts';
import { usualHoursOf } from '../query/forecast/usualHours.ts';
import { budgetSpan, spentIn } from './budgetSpend.ts';
import { Crossings } from './crossings.ts';
import { type JudgedBudget, type JudgedBudgets, judgeBudgets } from './evaluateBudgets.ts';
import { isOneSum, SumSpends } from './sumSpends.ts';

/** Where a budget will be at the end of its period. Amounts in its unit, times in UTC milliseconds. */
export interface Outlook {
  readonly judged: JudgedBudget;
  /** When its period ends and spend begins again; undefined where it never does. */
  readonly endsAt: number | undefined;
  /** Spent at the end of the period, if it goes on as in the last seven days; undefined without an end. */
  readonly projected: number | undefined;
  /**
   * Where it will lie in about 19 of 20 cases; undefined before three days of data, and for budgets that
   * are no one sum.
   */
  readonly band: { readonly low: number; readonly high: number } | undefined;
  /** A day of spend or more is known: before that a rate is one of minutes, and nothing to say aloud. */
  readonly evident: boolean;
  /** When it is used up at that rate; undefined where its period ends before, or it is used up. */
  readonly usedUpAt: number | undefined;
  /** The minute in which its limit was reached; undefined where it was not. */
  readonly overSince: number | undefined;
}

export interface Outlooks extends Pick<JudgedBudgets, 'others'> {
  /** The worst first. */
  readonly outlooks: readonly Outlook[];
}

export interface OutlookQuestion {
  readonly target?: BudgetTarget | undefined;
  /** Neither sessions are counted nor models named: much sooner. */
  readonly sumsOnly?: boolean;
  /** The worst so many; all without it. */
  readonly most?: number;
}

const crossings = new Crossings();

/** Judges budgets and looks ahead to the end of their periods. */
export function readOutlooks(context: ReportContext, question: OutlookQuestion = {}): Outlooks {
  if (context.budgets.length === 0) return { outlooks: [], others: [] };
  const first = firstEver(context);
  const { judged, others } = judgeBudgets(context, {
    target: question.target,
    window: { days: usualWindowDays, first },
    sumsOnly: question.sumsOnly === true,
  });
  const spends = new SumSpends(context.reader);
  const outlooks = judged
    .slice(0, question.most)
    .map((each) => outlookOf(context, each, spends, first));
  return { outlooks, others };
}

function outlookOf(
  context: ReportContext,
  judged: JudgedBudget,
  spends: SumSpends,
  first: number | undefined,
): Outlook {
  const { entry, projected, rate = 0 } = judged;
  const { daysLeft, spent } = projected;
  const { pool } = entry;
  // At which pace others will spend nobody here knows.
  const end = pool === undefined ? spentAtPeriodEnd(projected, rate) : undefined;
  const band =
    end === undefined || !isOneSum(entry.budget)
      ? undefined
      : bandOf(context, judged, spends, first, daysLeft!);
  return {
    judged,
    endsAt:
      pool?.to ??
      (daysLeft === undefined ? undefined : budgetSpan(entry.budget.period, context)!.to),
    projected: end,
    band: band && { low: spent + band.low, high: spent + band.high },
    evident: first !== undefined && context.now - first >= dayMs,
    usedUpAt: pool === undefined ? usedUpAt(context, judged, rate) : undefined,
    overSince: crossings.since(context, judged, spends),
  };
}

/** How far what is still to be spent may lie from the forecast, by how much the last days differ. */
function bandOf(
  context: ReportContext,
  { entry: { budget } }: JudgedBudget,
  spends: SumSpends,
  first: number | undefined,
  daysLeft: number,
): { readonly low: number; readonly high: number } | undefined {
  const history: SpendHistory = {
    first,
    spentIn: (span) => spentIn(budget.unit, spends.read(budget, span)[0]!),
  };
  return projectHistory(context, history, [daysLeft]).horizons[0]?.band;
}

/** A rolling budget loses old spend as time goes by: when it is used up is not known. */
function usedUpAt(
  context: ReportContext,
  { entry: { budget }, projected }: JudgedBudget,
  rate: number,
): number | undefined {
  if (budget.period.kind === 'rolling' || budget.period.kind === 'run') return undefined;
  const { now } = context;
  const [end] = exhaustion(projected, rate, [1], { now, hours: usualHoursOf(context) });
  return end?.outcome === 'ahead' ? now + end.days! * dayMs : undefined;
}
