import type { BudgetPeriod } from '../../analysis/budgets/budget.ts';
import { formatPeriod, formatScope, formatUnit } from '../../analysis/budgets/budgetNotation.ts';
import { exhaustion, spentAtPeriodEnd } from '../../analysis/spend/projection.ts';
import { budgetSpan, rollingMs } from '../../budgets/budgetSpend.ts';
import { type JudgedBudget, judgeBudgets } from '../../budgets/evaluateBudgets.ts';
import { staleSince } from '../../budgets/pooled.ts';
import { budgetKey } from '../../dataFolder/budgetFile.ts';
import { dayMs } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import { usualWindowDays } from '../../query/forecast/forecast.ts';
import { usualHoursOf } from '../../query/forecast/usualHours.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { causeOf } from '../cause.ts';
import { alertKey, type Candidate, type Repeat, toldKey } from '../decide.ts';

/** What rules are asked about budgets. */
export interface BudgetRuleOptions {
  /** Budgets without a calendar period are told when they last fewer days; 0: never. */
  readonly exhaustionDays: number;
}

/** The first hours of a history are no pace: nothing is foretold from less than a day. */
const shortestHistoryMs = dayMs;

/**
 * Budgets that have reached a level, those of a calendar period that will not last until its end, and
 * others that are used up within some days. A paused one is not looked at; a raised one is judged by the
 * limit it is raised to.
 */
export function budgetCandidates(
  context: ReportContext,
  { exhaustionDays }: BudgetRuleOptions,
): Candidate[] {
  const budgets = context.budgets.filter(
    ({ override }) => !(override?.pausedUntil !== undefined && context.now < override.pausedUntil),
  );
  if (budgets.length === 0) return [];
  const own = { ...context, budgets };
  const first = context.reader.firstAt() ?? undefined;
  const window = { days: usualWindowDays, first };
  const { judged } = judgeBudgets(own, { window, sumsOnly: true });
  const hasPace = first !== undefined && context.now - first >= shortestHistoryMs;
  return judged.flatMap((each) => {
    if (!hasPace) return levelCandidate(context, { ...each, rate: undefined }, undefined);
    const forecast = forecastCandidate(context, each);
    return [
      ...levelCandidate(context, each, forecast),
      ...(forecast === undefined ? [] : [forecast]),
      ...exhaustionCandidate(context, each, exhaustionDays),
    ];
  });
}

/** A budget at one of its levels; it covers what would be told of its forecast. */
function levelCandidate(
  context: ReportContext,
  judged: JudgedBudget,
  forecast: Candidate | undefined,
): Candidate[] {
  const { state, entry } = judged;
  if (state.level === 'ok') return [];
  const end = spentAtPeriodEnd(judged.projected, judged.rate ?? 0);
  const repeat = repeatOf(context, entry);
  const asOf = staleSince(entry, context.now);
  const covers =
    forecast !== undefined && state.level !== 'info'
      ? toldKey(forecast.key, forecast.repeat)
      : undefined;
  return [
    {
      ...budgetParts(context, judged),
      key: alertKey('budget', budgetKey(entry.budget), judged.part),
      rule: 'budget',
      level: state.level,
      repeat,
      facts: {
        spent: state.spent,
        limit: entry.budget.limit,
        share: state.share,
        ...(state.judged > state.spent && { judged: state.judged }),
        ...(end !== undefined && end > state.spent && { forecast: end }),
        ...(forecast !== undefined && { usedUpAt: forecast.facts.usedUpAt! }),
        ...(asOf !== undefined && { asOf }),
      },
      covers,
    },
  ];
}

/** The budget of a day, week or month that is used up before its period ends, at the pace of seven days. */
function forecastCandidate(context: ReportContext, judged: JudgedBudget): Candidate | undefined {
  const { entry, projected, rate = 0 } = judged;
  const { thresholds, limit } = entry.budget;
  // Who has spent nothing yet is not told what usual days cost.
  if (projected.daysLeft === undefined || projected.spent <= 0) return undefined;
  const reckoning = { now: context.now, hours: usualHoursOf(context) };
  const [end] = exhaustion(projected, rate, [thresholds.stop], reckoning);
  if (end?.outcome !== 'ahead') return undefined;
  return {
    ...budgetParts(context, judged),
    key: alertKey('forecast', budgetKey(entry.budget), judged.part),
    rule: 'forecast',
    level: 'warning',
    repeat: repeatOf(context, entry),
    facts: {
      spent: projected.spent,
      limit,
      forecast: spentAtPeriodEnd(projected, rate)!,
      usedUpAt: context.now + Math.round(end.days! * dayMs),
      days: end.days!,
    },
  };
}

/** The same of a budget that never begins again, or does so all the time. */
function exhaustionCandidate(
  context: ReportContext,
  judged: JudgedBudget,
  within: number,
): Candidate[] {
  const { entry, projected, rate = 0 } = judged;
  const { thresholds, period, limit } = entry.budget;
  if (within === 0 || projected.daysLeft !== undefined || period.kind === 'run') return [];
  const reckoning = { now: context.now, hours: usualHoursOf(context) };
  const [end] = exhaustion(projected, rate, [thresholds.stop], reckoning);
  if (end?.outcome !== 'ahead' || end.days! > within) return [];
  // At a rate its own length does not carry beyond its limit a rolling budget is never used up.
  const length = lengthMs(period);
  if (length !== undefined && (rate * length) / dayMs < thresholds.stop * limit) return [];
  return [
    {
      ...budgetParts(context, judged),
      key: alertKey('exhaustion', budgetKey(entry.budget), judged.part),
      rule: 'exhaustion',
      level: 'warning',
      repeat: repeatOf(context, entry),
      facts: {
        spent: projected.spent,
        limit,
        days: end.days!,
        usedUpAt: context.now + Math.round(end.days! * dayMs),
      },
    },
  ];
}

function budgetParts(
  context: ReportContext,
  { entry, part, sums }: JudgedBudget,
): Pick<Candidate, 'budget' | 'part' | 'since' | 'atLeast' | 'findCause'> {
  const { budget } = entry;
  const { scope, period, unit } = budget;
  const span = entry.pool ?? budgetSpan(period, context);
  return {
    budget: {
      key: budgetKey(budget),
      scope: formatScope(scope),
      period: formatPeriod(period),
      unit: formatUnit(unit),
    },
    part,
    ...(span !== undefined && period.kind !== 'run' && { since: span.from }),
    atLeast: isLowerBound(sums),
    findCause: () => causeOf(context, budget, part, span),
  };
}

/** Another limit is another budget: raised for a while, it may reach its levels anew. */
function repeatOf(
  context: ReportContext,
  { budget: { period, limit }, pool }: JudgedBudget['entry'],
): Repeat {
  const ms = lengthMs(period);
  if (ms !== undefined) return { kind: 'window', ms, limit: String(limit) };
  const span = pool ?? (period.kind === 'run' ? undefined : budgetSpan(period, context));
  const begin = span === undefined ? 'ever' : new Date(span.from).toISOString();
  return { kind: 'period', instance: `${begin} ${limit}`, until: span?.to };
}

function lengthMs(period: BudgetPeriod): number | undefined {
  if (period.kind !== 'rolling') return undefined;
  return rollingMs(period);
}
