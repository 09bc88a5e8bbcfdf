import { hourMs } from '../../model/calendar.ts';
import { noUsage } from '../../model/tokens.ts';
import type { Insight, InsightWorld, Run } from './insight.ts';
import { insightId, isSmall, monthRange, perMonth, sumOf } from './measure.ts';

/** Fewer runs together could not have been put into one with much to gain. */
const fewestTogether = 4;

/** Runs that start in the same hour of a session belong to one piece of work. */

/**
 * Many tiny runs of one kind of agent side by side: one agent for all of them would write its prefix
 * once. What the others wrote is repriced as read. By type, size and time: the texts are not compared.
 */
export function tinyAgents(runs: readonly Run[], world: InsightWorld): Insight[] {
  const tiny = runs.filter((run) => run.agent !== 'main' && isSmall(run));
  return [...Map.groupBy(tiny, ({ agent }) => agent)].flatMap(([agent, own]) => {
    const batches = [
      ...Map.groupBy(own, (run) => `${run.session} ${Math.floor(run.startedAt / hourMs)}`).values(),
    ].filter(({ length }) => length >= fewestTogether);
    const together = batches.flat();
    const savings = batches.map((batch) => batchSaving(batch, world));
    if (sumOf(savings, (saving) => saving) <= 0) return [];
    const cost = sumOf(together, ({ nano }) => nano);
    return [
      {
        id: insightId('tiny-agents', agent),
        kind: 'tiny-agents',
        agent,
        evidence: [
          { name: 'agent', value: agent, unit: 'text' },
          { name: 'runs', value: together.length, unit: 'count' },
          { name: 'batches', value: batches.length, unit: 'count' },
          {
            name: 'cacheWriteTokensPerRun',
            value: Math.round(sumOf(together, writes) / together.length),
            unit: 'tokens',
          },
          { name: 'costPerRun', value: Math.round(cost / together.length), unit: 'usd' },
        ],
        currentPerMonth: perMonth(cost, world.days),
        perMonth: monthRange(savings, world.days),
        basis: 'estimated',
        action: { kind: 'advice' },
        coverage: { seen: together.length, all: own.length, noun: 'tiny run' },
      } satisfies Insight,
    ];
  });
}

/** All but the run that wrote most could have read what they wrote. */
function batchSaving(batch: readonly Run[], world: InsightWorld): number {
  const others = batch.toSorted((a, b) => writes(b) - writes(a)).slice(1);
  return sumOf(
    others.flatMap(({ parts }) => parts),
    ({ row, usage }) => {
      const { cacheWrite5m, cacheWrite1h } = usage;
      const written = world.priceAt(row, { ...noUsage, cacheWrite5m, cacheWrite1h });
      const read = world.priceAt(row, { ...noUsage, cacheRead: cacheWrite5m + cacheWrite1h });
      return written === undefined || read === undefined ? 0 : Math.max(0, written - read);
    },
  );
}

function writes({ usage }: Run): number {
  return usage.cacheWrite5m + usage.cacheWrite1h;
}
