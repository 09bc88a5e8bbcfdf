import type { Budget, BudgetUnit } from '../analysis/budgets/budget.ts';
import { formatPeriod, formatScope, formatUnit } from '../analysis/budgets/budgetNotation.ts';
import { formatThresholds } from '../analysis/budgets/thresholds.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { localTime } from '../model/calendar.ts';
import { levelNames } from '../model/level.ts';
import { formatUsd, nanoToUsd } from '../model/money.ts';
import { formatTokens } from '../model/tokens.ts';
import { homePath, type ReportContext } from '../query/context.ts';
import { isLowerBound } from '../store/schema/sums.ts';
import type { JudgedBudget } from './evaluateBudgets.ts';

/** An amount in a budget's unit as a person reads it. */
export function amountText(unit: BudgetUnit, amount: number): string {
  if (unit.kind === 'usd') return formatUsd(Math.round(amount));
  if (unit.kind === 'agents') return `${amount} ${amount === 1 ? 'agent' : 'agents'}`;
  return `${formatTokens(Math.round(amount))} tokens`;
}

/** What a budget is, such as `month, project ~/shop`. */
export function budgetName(
  { home }: Pick<ReportContext, 'home'>,
  budget: Pick<Budget, 'scope' | 'period' | 'unit'>,
): string {
  const { scope, period, unit } = budget;
  const where =
    scope.kind === 'project' && scope.path !== '*'
      ? `project ${homePath(scope.path, home)}`
      : formatScope(scope).replace(':*', ': each').replace(':', ' ');
  const classes = unit.kind === 'tokens' ? `, ${formatUnit(unit)}` : '';
  return `${formatPeriod(period)}, ${where}${classes}`;
}

/** The same of a judged one, with the part that is meant. */
export function judgedName(context: ReportContext, { entry, part }: JudgedBudget): string {
  const name = budgetName(context, entry.budget);
  return part === '' ? name : `${name} (${homePath(part, context.home)})`;
}

/** A budget as JSON has it: amounts of dollars by name, those of other units beside. */
export function budgetFields({
  budget,
  origin,
  setAt,
  override,
  pool,
}: BudgetEntry): Record<string, unknown> {
  const { scope, period, unit, limit, thresholds, basis, action } = budget;
  const usd = unit.kind === 'usd';
  const raised = override?.raised;
  return {
    scope: formatScope(scope),
    period: formatPeriod(period),
    unit: formatUnit(unit),
    budget_usd: usd ? nanoToUsd(limit) : null,
    limit: usd ? nanoToUsd(limit) : limit,
    ladder: formatThresholds(thresholds),
    basis,
    action,
    origin,
    setAt: timeOrNull(setAt),
    raised:
      raised === undefined
        ? null
        : {
            from: usd ? nanoToUsd(raised.from) : raised.from,
            until: timeOrNull(raised.until),
          },
    pausedUntil: timeOrNull(override?.pausedUntil),
    ...(pool !== undefined && { asOf: timeOrNull(pool.askedAt) }),
  };
}

function timeOrNull(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** What is excepted from a budget, such as `raised from $20.00 until 2026-11-30 00:00`; '' for nothing. */
export function exceptionText(
  { zone }: Pick<ReportContext, 'zone'>,
  { budget, override }: BudgetEntry,
): string {
  const { raised, pausedUntil } = override ?? {};
  const at = (time: number): string => localTime(time, zone).slice(0, 16);
  return [
    ...(raised
      ? [`raised from ${amountText(budget.unit, raised.from)} until ${at(raised.until)}`]
      : []),
    ...(pausedUntil === undefined ? [] : [`paused until ${at(pausedUntil)}`]),
  ].join(', ');
}

/** How far a budget is used, as JSON has it. */
export function judgedFields(judged: JudgedBudget): Record<string, unknown> {
  const { entry, part, state, sums, background, sessions, unpriced, declined } = judged;
  const { unit } = entry.budget;
  const amount = (value: number): number =>
    unit.kind === 'usd' ? nanoToUsd(Math.round(value)) : Math.round(value);
  const usd = unit.kind === 'usd';
  return {
    ...budgetFields(entry),
    part: part === '' ? null : part,
    spent_usd: usd ? amount(state.spent) : null,
    remaining_usd: usd ? amount(state.remaining) : null,
    spent: amount(state.spent),
    remaining: amount(state.remaining),
    judged: amount(state.judged),
    utilization_pct: state.share * 100,
    utilization: state.share,
    level: levelNames[state.level],
    threshold: state.threshold,
    sessionCount: sessions,
    backgroundUsd: nanoToUsd(background),
    declinedUsd: nanoToUsd(declined.nano),
    unpriced,
    lowerBound: isLowerBound(sums),
  };
}
