import type { Insight, InsightWorld, Run } from './insight.ts';
import {
  fewestRuns,
  insightId,
  isSmall,
  mainModel,
  monthRange,
  perMonth,
  sumOf,
} from './measure.ts';

const high: ReadonlySet<string> = new Set(['high', 'xhigh', 'max']);
const lower: ReadonlySet<string> = new Set(['low', 'medium']);

/**
 * Small tasks done with high effort. What they would have cost with less is known only where the same
 * agent and model did small tasks with less: the difference to their mean. Else no dollars are stated.
 */
export function effort(runs: readonly Run[], world: InsightWorld): Insight[] {
  const small = runs.filter((run) => isSmall(run) && run.nano > 0);
  const groups = Map.groupBy(small, (run) => JSON.stringify([run.agent, mainModel(run)]));
  return [...groups.values()].flatMap((group) => {
    const own = group.filter((run) => high.has(effortOf(run)));
    const less = group.filter((run) => lower.has(effortOf(run)));
    if (own.length < fewestRuns) return [];
    const { agent } = own[0]!;
    const model = mainModel(own[0]!);
    const cost = sumOf(own, ({ nano }) => nano);
    const compared = less.length >= fewestRuns;
    const mean = compared ? sumOf(less, ({ nano }) => nano) / less.length : 0;
    if (compared && cost / own.length <= mean) return [];
    return [
      {
        id: insightId('effort', agent, model),
        kind: 'effort',
        agent,
        evidence: [
          { name: 'agent', value: agent, unit: 'text' },
          { name: 'model', value: model, unit: 'text' },
          { name: 'runs', value: own.length, unit: 'count' },
          { name: 'costPerRun', value: Math.round(cost / own.length), unit: 'usd' },
          { name: 'runsWithLess', value: less.length, unit: 'count' },
          ...(compared
            ? [{ name: 'costPerRunWithLess', value: Math.round(mean), unit: 'usd' as const }]
            : []),
        ],
        currentPerMonth: perMonth(cost, world.days),
        perMonth: compared
          ? monthRange(
              own.map(({ nano }) => nano - mean),
              world.days,
            )
          : undefined,
        basis: 'estimated',
        action: { kind: 'advice' },
        coverage: { seen: own.length, all: group.length, noun: 'small run' },
      } satisfies Insight,
    ];
  });
}

/** The effort most of a run's money was spent with. */
function effortOf({ parts }: Run): string {
  return parts.reduce((best, part) => (part.nano > best.nano ? part : best)).effort;
}
