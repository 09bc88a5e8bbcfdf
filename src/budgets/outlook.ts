import type { Budget } from '../analysis/budgets/budget.ts';
import type { BudgetTarget } from '../analysis/budgets/budgetScope.ts';
import { exhaustion, project } from '../analysis/spend/projection.ts';
import { dayMs } from '../model/calendar.ts';
import type { ReportContext } from '../query/context.ts';
import { firstSpend } from '../query/firstSpend.ts';
import type { Filters } from '../query/options.ts';
import { readSpendRate, spanReader } from '../query/spendRate.ts';
import {
  type JudgedBudget,
  type JudgedBudgets,
  judgeBudgets,
  usualWindowDays,
} from './evaluateBudgets.ts';

/** Where a budget will be at the end of its period. Amounts in its unit, not rounded. */
export interface Outlook {
  readonly judged: JudgedBudget;
  /** Spent at the end of the period at the rate of the last seven days; undefined without an end. */
  readonly projected: number | undefined;
  /** Where it will lie in about 19 of 20 cases; undefined before three days of data and for tokens. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
  /** A day of spend or more is known: before that a rate is one of minutes, and nothing to say aloud. */
  readonly evident: boolean;
  /** When all of it is used up, before its period ends (UTC milliseconds); undefined where it is not. */
  readonly usedUpAt: number | undefined;
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
  /** Bands of everything only, which cost one reading altogether. */
  readonly wholeBandsOnly?: boolean;
}

/** Judges budgets and looks ahead to the end of their periods. */
export function readOutlooks(context: ReportContext, question: OutlookQuestion = {}): Outlooks {
  if (context.budgets.length === 0) return { outlooks: [], others: [] };
  const { now } = context;
  const reach = usualWindowDays * dayMs;
  const read = spanReader(context, {});
  const first = firstSpend(context, {}, read, now - reach + 1);
  const { judged, others } = judgeBudgets(context, {
    target: question.target,
    window: { days: usualWindowDays, first },
    sumsOnly: question.sumsOnly === true,
  });
  const bands = new Bands(context, first);
  const outlooks = judged.slice(0, question.most).map((each): Outlook => {
    const { projected, rate } = each;
    const { daysLeft, spent } = projected;
    const ahead = daysLeft === undefined || rate === undefined ? undefined : rate * daysLeft;
    const filters = filtersOf(each, question.wholeBandsOnly === true);
    const band =
      ahead === undefined || filters === undefined ? undefined : bands.read(filters, daysLeft!);
    return {
      judged: each,
      projected: ahead === undefined ? undefined : spent + ahead,
      band: band && { low: spent + band.low, high: spent + band.high },
      evident: first !== undefined && now - first >= dayMs,
      usedUpAt: usedUpAt(each, now),
    };
  });
  return { outlooks, others };
}

/** How the days before differ, read once for each of what is asked about. */
class Bands {
  readonly #context: ReportContext;
  readonly #first: number | undefined;
  readonly #points = new Map<string, ReturnType<typeof readSpendRate>['points']>();

  constructor(context: ReportContext, first: number | undefined) {
    this.#context = context;
    this.#first = first;
  }

  read(filters: Filters, days: number): { low: number; high: number } | undefined {
    const { now } = this.#context;
    const key = JSON.stringify(filters);
    let points = this.#points.get(key);
    if (points === undefined) {
      const read = spanReader(this.#context, filters);
      points = readSpendRate(read, { now, length: dayMs, reach: usualWindowDays * dayMs }).points;
      this.#points.set(key, points);
    }
    const asked = { now, window: usualWindowDays, first: this.#first, horizons: [days] };
    return project(points, asked).horizons[0]?.band;
  }
}

/** What a budget's spend is read by; undefined where its days cannot be told apart in dollars. */
function filtersOf({ entry: { budget } }: JudgedBudget, wholeOnly: boolean): Filters | undefined {
  const { scope, unit } = budget;
  if (unit.kind !== 'usd') return undefined;
  if (scope.kind === 'global') return {};
  return !wholeOnly && scope.kind === 'project' && scope.path !== '*'
    ? { project: scope.path }
    : undefined;
}

/** When a budget that begins again is used up before it does. */
function usedUpAt({ entry, projected, rate = 0 }: JudgedBudget, now: number): number | undefined {
  if (rolls(entry.budget) || projected.daysLeft === undefined) return undefined;
  const [end] = exhaustion(projected, rate, [entry.budget.thresholds.stop]);
  return end?.outcome === 'ahead' ? now + end.days! * dayMs : undefined;
}

function rolls({ period }: Budget): boolean {
  return period.kind === 'rolling' || period.kind === 'run';
}
