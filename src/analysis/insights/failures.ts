import type { Insight, InsightWorld, Run } from './insight.ts';
import { hasErrors, insightId, monthRange, perMonth, sumOf } from './measure.ts';

/** One run in five: a tool that fails now and then is ordinary work. */
const highRate = 0.2;

/** Below this a rate says nothing. */
const fewestRuns = 10;

/** Types of agents with many runs in which something went wrong, and what those runs cost. */
export function failures(runs: readonly Run[], world: InsightWorld): Insight[] {
  return [...Map.groupBy(runs, ({ agent }) => agent)].flatMap(([agent, own]) => {
    const failed = own.filter(hasErrors);
    const rate = failed.length / own.length;
    if (own.length < fewestRuns || rate < highRate) return [];
    const count = (value: (run: Run) => number): number => sumOf(failed, value);
    return [
      {
        id: insightId('failures', agent),
        kind: 'failures',
        agent,
        evidence: [
          { name: 'agent', value: agent, unit: 'text' },
          { name: 'runs', value: own.length, unit: 'count' },
          { name: 'failedRuns', value: failed.length, unit: 'count' },
          { name: 'failureRate', value: rate, unit: 'percent' },
          { name: 'apiErrors', value: count(({ errors }) => errors.api), unit: 'count' },
          { name: 'toolErrors', value: count(({ errors }) => errors.tool), unit: 'count' },
          { name: 'interrupted', value: count(({ errors }) => errors.interrupted), unit: 'count' },
        ],
        currentPerMonth: perMonth(
          sumOf(own, ({ nano }) => nano),
          world.days,
        ),
        // Not all of a failed run is lost, and nothing says how much: at most what those runs cost.
        perMonth: {
          low: 0,
          high: monthRange(
            failed.map(({ nano }) => nano),
            world.days,
          ).high,
        },
        basis: 'measured',
        action: { kind: 'view-failures', agent },
        coverage: { seen: own.length, all: own.length, noun: 'run' },
      } satisfies Insight,
    ];
  });
}
