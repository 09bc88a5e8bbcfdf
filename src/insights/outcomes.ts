import type { Ledger, OutcomeResult } from '../dataFolder/insightFile.ts';
import { dayMs, type TimeSpan } from '../model/calendar.ts';
import type { ReportContext } from '../query/context.ts';
import { countRuns } from '../query/runs.ts';
import { select } from '../query/select.ts';

/** Spend before is looked at no longer than this: older habits are other habits. */
const daysBefore = 30;

/** What an agent spent in a period; measured. */
export interface OutcomePeriod {
  readonly days: number;
  readonly runs: number;
  readonly nano: number;
}

/** Advice somebody took, and what the same agent spent before and after. */
export interface AdviceTaken {
  readonly id: string;
  readonly agent: string;
  readonly model: string;
  readonly at: number;
  readonly before: OutcomePeriod;
  readonly after: OutcomePeriod;
  readonly outcome: OutcomeResult | undefined;
}

/** Every advice that was applied, with its agent's spend before and after, latest first. */
export function adviceTaken(context: ReportContext, ledger: Ledger): AdviceTaken[] {
  const known = new Set(context.reader.knownAgentTypes());
  return [...ledger]
    .flatMap(([id, { applied, outcome }]) => {
      if (applied === undefined || !known.has(applied.agent)) return [];
      const { agent, model, at } = applied;
      const before = { from: at - daysBefore * dayMs, to: at };
      const after = { from: at, to: Math.max(at + 1, context.now) };
      return [
        {
          id,
          agent,
          model,
          at,
          before: stretchOf(context, before, agent),
          after: stretchOf(context, after, agent),
          outcome: outcome?.result,
        },
      ];
    })
    .sort((a, b) => b.at - a.at);
}

/** The days count from the agent's first spend on, where that lies inside. */
function stretchOf(context: ReportContext, span: TimeSpan, agent: string): OutcomePeriod {
  const question = { span, filters: { agent } };
  const { rows, sums, names } = select(context, question, ['bucket']);
  const first = rows.reduce((least, { at }) => Math.min(least, at), span.to);
  const from = Math.max(span.from, rows.length === 0 ? span.from : first);
  return {
    days: Math.max(1, (span.to - from) / dayMs),
    runs: countRuns(context, question, names),
    nano: sums.nano,
  };
}
