import type { BudgetState } from '../../analysis/budgets/budget.ts';
import { exhaustion, project } from '../../analysis/spend/projection.ts';
import { budgetSpan, spentIn } from '../../budgets/budgetSpend.ts';
import { Crossings } from '../../budgets/crossings.ts';
import {
  type JudgedBudget,
  type JudgedBudgets,
  judgeBudgets,
  usualWindowDays,
} from '../../budgets/evaluateBudgets.ts';
import { isOneSum, SumSpends } from '../../budgets/sumSpends.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { dayMs } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import { firstEver } from '../../query/firstSpend.ts';

/** A budget with where it will be at the end of its period. Amounts in its unit, times in UTC milliseconds. */
export interface BudgetOutlook {
  readonly entry: BudgetEntry;
  readonly budget: BudgetEntry['budget'];
  /** Which session, agent, run or project of several; '' where the scope is one. */
  readonly part: string;
  readonly state: BudgetState;
  /** When its period ends and spend begins again; undefined where it never does. */
  readonly endsAt: number | undefined;
  /** Spent at the end of the period at the rate of the last seven days; undefined without an end. */
  readonly projected: number | undefined;
  /** Where it will lie in about 19 of 20 cases; known for budgets that are one sum. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
  /** When it is used up at that rate; undefined where its period ends before, or it is used up. */
  readonly usedUpAt: number | undefined;
  /** The minute in which its limit was reached; undefined where it was not. */
  readonly overSince: number | undefined;
}

/** Budgets a dashboard shows at most, the worst first. */
const mostBudgets = 8;

const crossings = new Crossings();

/** Judges every budget and looks ahead to the end of its period. */
export function budgetOutlooks(context: ReportContext): BudgetOutlook[] {
  return allOutlooks(context, mostBudgets).outlooks;
}

/** The same of more of them, with those that cannot be judged. */
export function allOutlooks(
  context: ReportContext,
  most: number,
): { readonly outlooks: BudgetOutlook[]; readonly others: JudgedBudgets['others'] } {
  if (context.budgets.length === 0) return { outlooks: [], others: [] };
  const first = firstEver(context);
  const { judged, others } = judgeBudgets(context, {
    window: { days: usualWindowDays, first },
    sumsOnly: true,
  });
  const spends = new SumSpends(context.reader);
  const outlooks = judged.slice(0, most).map((each) => outlookOf(context, each, spends, first));
  return { outlooks, others };
}

function outlookOf(
  context: ReportContext,
  judged: JudgedBudget,
  spends: SumSpends,
  first: number | undefined,
): BudgetOutlook {
  const { entry, part, state, projected, rate = 0 } = judged;
  const { budget } = entry;
  const { daysLeft, spent } = projected;
  const ahead = daysLeft === undefined ? undefined : rate * daysLeft;
  const band =
    ahead === undefined || !isOneSum(budget)
      ? undefined
      : bandOf(context, judged, spends, first, daysLeft!);
  const calendar = daysLeft !== undefined;
  return {
    entry,
    budget,
    part,
    state,
    endsAt: calendar ? budgetSpan(budget.period, context)!.to : undefined,
    projected: ahead === undefined ? undefined : spent + ahead,
    band: band && { low: spent + band.low, high: spent + band.high },
    usedUpAt: usedUpAt(context, judged, rate),
    overSince: crossings.since(context, judged, spends),
  };
}

/** How far what is still to be spent may lie from the forecast, by how much the last days differ. */
function bandOf(
  { now }: ReportContext,
  { entry: { budget } }: JudgedBudget,
  spends: SumSpends,
  first: number | undefined,
  daysLeft: number,
): { readonly low: number; readonly high: number } | undefined {
  const points = Array.from({ length: usualWindowDays }, (_, age) => {
    const span = { from: now - (age + 1) * dayMs + 1, to: now - age * dayMs + 1 };
    const spent = spentIn(budget.unit, spends.read(budget, span)[0]!);
    return { at: now - age * dayMs, nano: spent };
  });
  const question = { now, window: usualWindowDays, first, horizons: [daysLeft] };
  return project(points, question).horizons[0]?.band;
}

/** A rolling budget loses old spend as time goes by: when it is used up is not known. */
function usedUpAt(
  { now }: ReportContext,
  { entry: { budget }, projected }: JudgedBudget,
  rate: number,
): number | undefined {
  if (budget.period.kind === 'rolling' || budget.period.kind === 'run') return undefined;
  const [end] = exhaustion(projected, rate, [1]);
  return end?.outcome === 'ahead' ? now + end.days! * dayMs : undefined;
}
