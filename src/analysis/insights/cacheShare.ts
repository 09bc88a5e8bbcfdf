import { promptTokens } from '../../model/tokens.ts';
import type { Insight, InsightWorld, Run, Thread, ThreadMiss, Threads } from './insight.ts';
import { insightId, monthRange, perMonth, sumOf } from './measure.ts';

/** A long conversation reads nine tenths and more from its cache; below this something breaks it. */
const lowShare = 0.6;

/** Too few prompt tokens to judge a habit by: some first prompts, which always write. */
const fewestTokens = 100_000;

/** Who starts writes a cache, who compacts gives one up for a shorter one: nothing was lost. */
const ordinary: ReadonlySet<ThreadMiss['reason']> = new Set(['first-write', 'compaction']);

/** The share of prompt tokens that came from the cache; undefined without any. */
export function cacheShareOf(runs: Iterable<Run>): number | undefined {
  let [read, all] = [0, 0];
  for (const { usage } of runs) {
    read += usage.cacheRead;
    all += promptTokens(usage);
  }
  return all === 0 ? undefined : read / all;
}

/** Types of agents that read less than 60 % from their cache. Those whose threads are worth reading. */
export function lowCacheAgents(runs: readonly Run[]): ReadonlySet<string> {
  const low = [...Map.groupBy(runs, ({ agent }) => agent)].filter(([, own]) => {
    const tokens = sumOf(own, ({ usage }) => promptTokens(usage));
    return tokens >= fewestTokens && cacheShareOf(own)! < lowShare;
  });
  return new Set(low.map(([agent]) => agent));
}

/** Low cache shares, with what the missed caches cost by cause in the threads that were read. */
export function cacheShare(runs: readonly Run[], threads: Threads, world: InsightWorld): Insight[] {
  const byAgent = Map.groupBy(runs, ({ agent }) => agent);
  return [...lowCacheAgents(runs)].map((agent) => {
    const own = byAgent.get(agent)!;
    const share = cacheShareOf(own)!;
    const read = threads.read.filter(
      (thread) => thread.agent === agent && thread.misses !== undefined,
    );
    const causes = causesOf(read);
    const [first] = causes;
    const sessions = new Set(own.map(({ session }) => session)).size;
    return {
      id: insightId('cache-share', agent),
      kind: 'cache-share',
      agent,
      evidence: [
        { name: 'agent', value: agent, unit: 'text' },
        { name: 'cacheShare', value: share, unit: 'percent' },
        {
          name: 'promptTokens',
          value: sumOf(own, ({ usage }) => promptTokens(usage)),
          unit: 'tokens',
        },
        ...causes.flatMap(({ reason, count, nano }) => [
          { name: `${reason}Times`, value: count, unit: 'count' as const },
          { name: `${reason}Cost`, value: nano, unit: 'usd' as const },
        ]),
        ...(first === undefined
          ? []
          : [{ name: 'mainCause', value: first.reason, unit: 'text' as const }]),
      ],
      currentPerMonth: perMonth(
        sumOf(own, ({ nano }) => nano),
        world.days,
      ),
      perMonth: read.length === 0 ? undefined : monthRange(avoidable(read), world.days),
      basis: 'estimated',
      action: { kind: 'advice' },
      coverage: {
        seen: new Set(read.map(({ session }) => session)).size,
        all: sessions,
        noun: 'session',
      },
    };
  });
}

interface Cause {
  readonly reason: ThreadMiss['reason'];
  readonly count: number;
  readonly nano: number;
}

/** Causes, most expensive first; those that are the price of working stand last. */
function causesOf(threads: readonly Thread[]): Cause[] {
  const misses = threads.flatMap((thread) => thread.misses ?? []);
  return [...Map.groupBy(misses, ({ reason }) => reason)]
    .map(([reason, own]) => ({ reason, count: own.length, nano: sumOf(own, ({ nano }) => nano) }))
    .sort(
      (a, b) => Number(ordinary.has(a.reason)) - Number(ordinary.has(b.reason)) || b.nano - a.nano,
    );
}

/** What each thread lost to caches that need not have been missed. */
function avoidable(threads: readonly Thread[]): number[] {
  return threads.map(({ misses = [] }) =>
    sumOf(misses, ({ reason, nano }) => (ordinary.has(reason) ? 0 : nano)),
  );
}
