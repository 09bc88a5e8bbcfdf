import type { ReadPrompts } from '../analysis/insights/deterministic.ts';
import type { Insight, InsightWorld } from '../analysis/insights/insight.ts';
import { findInsights } from '../analysis/insights/insights.ts';
import { type InsightState, type Ledger, readLedger, stateOf } from '../dataFolder/insightFile.ts';
import type { ReportContext } from '../query/context.ts';
import type { Question } from '../query/question.ts';
import { type AdviceTaken, adviceTaken } from './outcomes.ts';
import { insightWorld } from './pricingInputs.ts';
import { readPrompts } from './prompts.ts';
import { type FoundRuns, findRuns } from './runs.ts';
import { readThreads } from './threads.ts';

/** An insight and what was decided about it. */
export interface JudgedInsight {
  readonly insight: Insight;
  readonly state: InsightState;
}

/** What the report is made of. */
export interface InsightFindings {
  readonly found: FoundRuns;
  readonly prompts: ReadPrompts;
  readonly world: InsightWorld;
  /** Those that are listed. */
  readonly insights: readonly JudgedInsight[];
  /** How many are dismissed or snoozed and not listed. */
  readonly hidden: number;
  readonly ledger: Ledger;
  readonly taken: readonly AdviceTaken[];
  readonly problems: readonly string[];
}

/** Computes the insights of a question, with what was decided about them. */
export function readOptimize(context: ReportContext, question: Question): InsightFindings {
  const found = findRuns(context, question);
  const world = insightWorld(context, question.span);
  const threads = readThreads(context, question.span, found.runs);
  const { ledger, problems } = readLedger(context.dataFolder);
  const prompts = readPrompts(context, found.runs);
  const all = findInsights(found.runs, threads, prompts, world).map((insight) => ({
    insight,
    state: stateOf(ledger.get(insight.id), context.now),
  }));
  const insights =
    question.options.all === true
      ? all
      : all.filter(({ state }) => state === 'open' || state === 'applied');
  const hidden = all.length - insights.length;
  const taken = adviceTaken(context, ledger);
  return { found, prompts, world, insights, hidden, ledger, taken, problems };
}
