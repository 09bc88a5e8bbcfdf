import { cacheShare } from './cacheShare.ts';
import { smallRuns, topTier } from './cheaperModel.ts';
import { contextBloat } from './contextBloat.ts';
import { deterministicEdits, type ReadPrompts } from './deterministic.ts';
import { effort } from './effort.ts';
import { failures } from './failures.ts';
import { firstPrefix } from './firstPrefix.ts';
import {
  type Insight,
  type InsightWorld,
  insightKinds,
  type Run,
  type Threads,
} from './insight.ts';
import { tinyAgents } from './tinyAgents.ts';

/** Everything that can be said of some runs, what saves most first. Savings overlap: do not add them. */
export function findInsights(
  runs: readonly Run[],
  threads: Threads,
  prompts: ReadPrompts,
  world: InsightWorld,
): Insight[] {
  const found = [
    ...smallRuns(runs, world),
    ...topTier(runs, world),
    ...cacheShare(runs, threads, world),
    ...tinyAgents(runs, world),
    ...contextBloat(runs, world),
    ...firstPrefix(threads, world),
    ...failures(runs, world),
    ...effort(runs, world),
    ...deterministicEdits(runs, prompts, world),
  ];
  const capped = found.map(withinCost);
  const worth = ({ perMonth }: Insight): number =>
    perMonth === undefined ? -1 : perMonth.low + perMonth.high;
  return capped.sort(
    (a, b) =>
      worth(b) - worth(a) ||
      insightKinds.indexOf(a.kind) - insightKinds.indexOf(b.kind) ||
      (a.id < b.id ? -1 : 1),
  );
}

/** Nobody saves more than is spent, however much the number of runs may vary. */
function withinCost(insight: Insight): Insight {
  const { perMonth, currentPerMonth } = insight;
  if (perMonth === undefined || currentPerMonth === undefined) return insight;
  const { low, high } = perMonth;
  const most = (nano: number): number => Math.min(nano, currentPerMonth);
  return { ...insight, perMonth: { low: most(low), high: most(high) } };
}
