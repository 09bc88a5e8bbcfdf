import type { Insight } from '../../analysis/insights/insight.ts';
import type { InsightState, LedgerEntry, OutcomeResult } from '../../dataFolder/insightFile.ts';
import type { InsightFindings, JudgedInsight } from '../../insights/findInsights.ts';
import {
  evidenceValue,
  insightTitle,
  type WordedAction,
  wordedAction,
} from '../../insights/insightText.ts';
import type { AdviceTaken, OutcomePeriod } from '../../insights/outcomes.ts';
import type { FoundRun } from '../../insights/runs.ts';
import { nanoToUsd } from '../../model/money.ts';
import { type FigureInputs, isoTime, type ReportContext, warnings } from '../../query/context.ts';
import type { Question } from '../../query/question.ts';
import { periodJson } from '../../query/spans.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { failedRunsJson } from './failedRuns.ts';

/** A range of dollars, or of shares. */
export interface RangeJson {
  readonly low: number;
  readonly high: number;
}

/** An insight as programs get it. Dollars, not nano-dollars. */
export interface InsightJson
  extends Pick<Insight, 'id' | 'kind' | 'evidence' | 'basis' | 'coverage'> {
  readonly title: string;
  readonly action: WordedAction;
  readonly agent: string | null;
  readonly state: InsightState;
  readonly snoozedUntil: string | null;
  readonly outcome: OutcomeResult | null;
  readonly currentPerMonthUsd: number | null;
  readonly savingsPerMonthUsd: RangeJson | null;
  readonly projectedPerMonthUsd: RangeJson | null;
  readonly savingsShare: RangeJson | null;
}

/** Spend of an agent in a period. */
export interface OutcomePeriodJson {
  readonly days: number;
  readonly runs: number;
  readonly usd: number;
  readonly perDayUsd: number;
  readonly perRunUsd: number | null;
}

/** Advice somebody took. */
export interface TakenJson extends Pick<AdviceTaken, 'id' | 'agent' | 'model'> {
  readonly appliedAt: string | null;
  readonly basis: 'measured';
  readonly before: OutcomePeriodJson;
  readonly after: OutcomePeriodJson;
  readonly outcome: OutcomeResult | null;
}

/** The report, of which the editor's own view reads these two lists. */
export interface OptimizeJson {
  readonly [more: string]: unknown;
  readonly insights: readonly InsightJson[];
  readonly adviceTaken: readonly TakenJson[];
}

/** The report for programs; failed runs only where they were asked for. */
export function optimizeJson(
  context: ReportContext,
  question: Question,
  { found, world, insights, hidden, ledger, taken }: InsightFindings,
  { declined, unpriced }: FigureInputs,
  failed: readonly FoundRun[] | undefined,
  notes: readonly string[],
): OptimizeJson {
  const { sums } = found.selection;
  return {
    schemaVersion: 1,
    period: periodJson(question.span, context.zone),
    filters: question.filters,
    days: world.days,
    runs: found.runs.length,
    messagesUsd: nanoToUsd(sums.nano),
    declinedUsd: nanoToUsd(declined.nano),
    insights: insights.map((judged) => insightJson(judged, ledger.get(judged.insight.id))),
    hiddenInsights: hidden,
    adviceTaken: taken.map(takenJson),
    ...(failed && { failures: failedRunsJson(failed) }),
    lowerBound: isLowerBound(sums),
    unpriced,
    catalogueDate: context.book.catalogueDate,
    notes: [...notes, ...warnings(context, sums)],
  };
}

function insightJson(
  { insight, state }: JudgedInsight,
  decided: LedgerEntry | undefined,
): InsightJson {
  const { id, kind, agent, evidence, currentPerMonth, basis, coverage } = insight;
  return {
    id,
    kind,
    title: insightTitle(insight),
    agent: agent ?? null,
    state,
    snoozedUntil: decided?.snoozedUntil === undefined ? null : isoTime(decided.snoozedUntil),
    outcome: decided?.outcome?.result ?? null,
    evidence: evidence.map((each) => {
      const { name, unit } = each;
      const value = evidenceValue(each);
      return {
        name,
        value: unit === 'usd' && typeof value === 'number' ? nanoToUsd(value) : value,
        unit,
      };
    }),
    currentPerMonthUsd: currentPerMonth === undefined ? null : nanoToUsd(currentPerMonth),
    ...savingsJson(insight),
    basis,
    action: wordedAction(insight),
    coverage,
  };
}

/** Savings, what would be left, and the share of what it costs now; from the low end to the high. */
function savingsJson({
  perMonth,
  currentPerMonth,
}: Insight): Pick<InsightJson, 'savingsPerMonthUsd' | 'projectedPerMonthUsd' | 'savingsShare'> {
  if (perMonth === undefined) {
    return { savingsPerMonthUsd: null, projectedPerMonthUsd: null, savingsShare: null };
  }
  const { low, high } = perMonth;
  const now = currentPerMonth;
  const usd = (from: number, to: number): RangeJson => ({
    low: nanoToUsd(from),
    high: nanoToUsd(to),
  });
  return {
    savingsPerMonthUsd: usd(low, high),
    projectedPerMonthUsd:
      now === undefined ? null : usd(Math.max(0, now - high), Math.max(0, now - low)),
    savingsShare:
      now === undefined || now === 0
        ? null
        : { low: Math.min(1, low / now), high: Math.min(1, high / now) },
  };
}

function takenJson({ id, agent, model, at, before, after, outcome }: AdviceTaken): TakenJson {
  return {
    id,
    agent,
    model,
    appliedAt: isoTime(at),
    basis: 'measured',
    before: stretchJson(before),
    after: stretchJson(after),
    outcome: outcome ?? null,
  };
}

function stretchJson({ days, runs, nano }: OutcomePeriod): OutcomePeriodJson {
  return {
    days,
    runs,
    usd: nanoToUsd(nano),
    perDayUsd: nanoToUsd(Math.round(nano / days)),
    perRunUsd: runs === 0 ? null : nanoToUsd(Math.round(nano / runs)),
  };
}
