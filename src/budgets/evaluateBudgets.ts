import { type Budget, type BudgetState, budgetState } from '../analysis/budgets/budget.ts';
import { formatPeriod, formatUnit } from '../analysis/budgets/budgetNotation.ts';
import { applicableBudgets, type BudgetTarget } from '../analysis/budgets/budgetScope.ts';
import { fits } from '../analysis/spend/patterns.ts';
import { type ProjectedBudget, spentAtPeriodEnd } from '../analysis/spend/projection.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { dayMs, lastSpan } from '../model/calendar.ts';
import { levels } from '../model/level.ts';
import type { ReportContext } from '../query/context.ts';
import { usualWindowDays } from '../query/forecast/forecast.ts';
import { usualHoursOf } from '../query/forecast/usualHours.ts';
import { isProject, isSamePath } from '../text/paths.ts';
import {
  type BudgetSpend,
  BudgetSpends,
  budgetSpan,
  daysLeft,
  type SpendSource,
  spentIn,
  whyNotJudged,
} from './budgetSpend.ts';
import { isPooled, pooledSpend, whyPoolUnknown } from './pooled.ts';
import { isOneSum, type SumSpends } from './sumSpends.ts';

/** A budget, or one part of it, with how far it is used now. */
export interface JudgedBudget extends BudgetSpend {
  readonly entry: BudgetEntry;
  readonly state: BudgetState;
  /** In its unit per day, in the window; undefined where it was not asked for, or is shared with others. */
  readonly rate: number | undefined;
  readonly projected: ProjectedBudget;
}

export interface JudgedBudgets {
  /** The worst first. */
  readonly judged: readonly JudgedBudget[];
  /** Budgets that nothing stored can judge, and why. */
  readonly others: readonly { readonly entry: BudgetEntry; readonly reason: string }[];
}

/** Where budgets are asked for; everywhere where nothing is named. */
export interface BudgetQuestion {
  readonly target?: BudgetTarget | undefined;
  /** From which window a rate is taken; days may have a fraction. */
  readonly window?: { readonly days: number; readonly first: number | undefined } | undefined;
  /** Neither sessions are counted nor models named: much sooner. */
  readonly sumsOnly?: boolean;
}

/** What judging a budget needs to know besides what was spent. */
export type BudgetContext = Pick<
  ReportContext,
  'reader' | 'now' | 'zone' | 'weekStart' | 'budgets'
>;

/** Judges the budgets that are one sum each, the worst first: fast enough for a status bar. */
export function judgeSums(context: BudgetContext, spends: SumSpends): readonly JudgedBudget[] {
  const budgets = context.budgets.filter(
    ({ budget }) => isOneSum(budget) || isPooled(budget.scope),
  );
  return judgeEntries(context, budgets, spends, {}).judged;
}

/** Judges every budget that holds, each project, session, agent or run by itself where it is about one. */
export function judgeBudgets(context: ReportContext, question: BudgetQuestion = {}): JudgedBudgets {
  const spends = new BudgetSpends(context, question);
  return judgeEntries(context, entriesFor(context.budgets, question.target), spends, question);
}

/** Judges the budgets that hold for a target, by a source that knows what was spent of its part of each. */
export function judgeTarget(
  context: BudgetContext,
  target: BudgetTarget,
  spends: SpendSource,
): JudgedBudgets {
  return judgeEntries(context, entriesFor(context.budgets, target), spends, { target });
}

function judgeEntries(
  context: BudgetContext,
  entries: readonly BudgetEntry[],
  spends: SpendSource,
  { target, window }: BudgetQuestion,
): JudgedBudgets {
  const judged: JudgedBudget[] = [];
  const others: { entry: BudgetEntry; reason: string }[] = [];
  for (const entry of entries) {
    const { budget } = entry;
    const isShared = isPooled(budget.scope);
    const reason =
      whyNotJudged(budget) ?? (isShared ? whyPoolUnknown(entry, context.now) : undefined);
    if (reason !== undefined) {
      others.push({ entry, reason });
      continue;
    }
    if (isShared) {
      judged.push(judge(context, entry, pooledSpend(entry, spends, context), undefined));
      continue;
    }
    const rates =
      window !== undefined || budget.basis === 'forecast'
        ? ratesOf(context, spends, budget, window)
        : undefined;
    for (const spend of spends.read(budget, budgetSpan(budget.period, context))) {
      if (!countsPart(budget, spend.part, entries, target)) continue;
      judged.push(judge(context, entry, spend, rates && (rates.get(spend.part) ?? 0)));
    }
  }
  return { judged: judged.sort(worstFirst), others };
}

function judge(
  context: BudgetContext,
  entry: BudgetEntry,
  spend: BudgetSpend,
  rate: number | undefined,
): JudgedBudget {
  const { budget } = entry;
  const spent = spentIn(budget.unit, spend);
  const projected = projectedOf(context, entry, spent, rate !== undefined);
  const forecast = rate === undefined ? undefined : spentAtPeriodEnd(projected, rate);
  return { ...spend, entry, rate, projected, state: budgetState(budget, spent, forecast) };
}

/** The days' spend ahead is asked for where something is forecast. */
function projectedOf(
  context: BudgetContext,
  { budget: { period, limit }, pool }: BudgetEntry,
  spent: number,
  isForecast: boolean,
): ProjectedBudget {
  const left = pool === undefined ? daysLeft(period, context) : (pool.to - context.now) / dayMs;
  if (left === undefined || !isForecast) return { limit, spent, daysLeft: left };
  const { now } = context;
  const spendDaysLeft = usualHoursOf(context).between(now, budgetSpan(period, context)!.to);
  return { limit, spent, daysLeft: left, spendDaysLeft };
}

/** What each part spends in a day, in its unit. */
function ratesOf(
  context: BudgetContext,
  spends: SpendSource,
  budget: Budget,
  window: BudgetQuestion['window'],
): Map<string, number> {
  const { now, zone } = context;
  const first = window === undefined ? context.reader.firstAt() : window.first;
  const asked = window?.days ?? usualWindowDays;
  const age = first == null ? asked : Math.max(now - first, dayMs / 24) / dayMs;
  const days = Math.min(asked, age);
  const span = lastSpan(now, zone, Math.round(asked * dayMs));
  const found = spends.read(budget, span);
  return new Map(found.map((spend) => [spend.part, spentIn(budget.unit, spend) / days]));
}

/** The budgets to look at: those of a target, or all. */
export function entriesFor(
  entries: readonly BudgetEntry[],
  target: BudgetTarget | undefined,
): readonly BudgetEntry[] {
  if (target === undefined) return entries;
  const here = entries.map(({ budget }) => atTarget(budget, target));
  const isOfFile = (_: unknown, index: number): boolean =>
    entries[index]!.origin === 'project file';
  // Those of project files hold beside all others: they displace none and are displaced by none.
  const holding = new Set([
    ...applicableBudgets(
      here.filter((each, index) => !isOfFile(each, index)),
      target,
    ),
    ...here.filter(isOfFile).filter((each) => applicableBudgets([each], target).length > 0),
  ]);
  return entries.filter((_, index) => holding.has(here[index]!));
}

/**
 * A budget of a folder the target is in, of a project by its name, or of branches the target's is one
 * of, as one of the target itself.
 */
function atTarget(budget: Budget, { project, branch }: BudgetTarget): Budget {
  const { scope } = budget;
  if (scope.kind === 'branch' && branch !== undefined && fits(branch, scope.name)) {
    return { ...budget, scope: { kind: 'branch', name: branch } };
  }
  if (scope.kind !== 'project' || scope.path === '*' || project === undefined) return budget;
  const isHere = isProject({ cwd: project, gitRoot: null }, scope.path);
  return isHere ? { ...budget, scope: { kind: 'project', path: project } } : budget;
}

/** A project with a budget of its own is not judged by the one for each project. */
function countsPart(
  budget: Budget,
  part: string,
  entries: readonly BudgetEntry[],
  target: BudgetTarget | undefined,
): boolean {
  const { scope } = budget;
  if (scope.kind !== 'project' || scope.path !== '*') return true;
  const sees = { cwd: part, gitRoot: null };
  if (target?.project !== undefined && !isSamePath(part, target.project)) return false;
  return !entries.some(
    ({ budget: other, origin }) =>
      origin !== 'project file' &&
      other.scope.kind === 'project' &&
      other.scope.path !== '*' &&
      formatPeriod(other.period) === formatPeriod(budget.period) &&
      formatUnit(other.unit) === formatUnit(budget.unit) &&
      isProject(sees, other.scope.path),
  );
}

function worstFirst(a: JudgedBudget, b: JudgedBudget): number {
  const rank = ({ state }: JudgedBudget): number => levels.indexOf(state.level);
  return rank(b) - rank(a) || b.state.share - a.state.share;
}
