import { noUsage } from '../../model/tokens.ts';
import { median } from '../statistics/outliers.ts';
import type { Insight, InsightWorld, Thread, Threads } from './insight.ts';
import { insightId, monthRange, sumOf } from './measure.ts';

/** Claude Code's own prompt and tools take some 20k tokens; what is beyond is the user's to change. */
const usualPrefix = 20_000;

/** Only what is well beyond that is worth a look: half as much again. */
const longPrefix = 30_000;

/** Fewer threads are an occasion: a first prompt may have been long by itself. */
const fewestThreads = 3;

/** Long first requests, by type of agent: written once and read with every message after. */
export function firstPrefix(threads: Threads, world: InsightWorld): Insight[] {
  const begun = threads.read.filter(({ firstPrompt }) => firstPrompt !== undefined);
  return [...Map.groupBy(begun, ({ agent }) => agent)].flatMap(([agent, own]) => {
    const usual = median(own.map(({ firstPrompt }) => firstPrompt!))!;
    if (own.length < fewestThreads || usual < longPrefix) return [];
    return [
      {
        id: insightId('first-prefix', agent),
        kind: 'first-prefix',
        agent,
        evidence: [
          { name: 'agent', value: agent, unit: 'text' },
          { name: 'firstPromptTokens', value: Math.round(usual), unit: 'tokens' },
          { name: 'beyondTokens', value: Math.round(usual - usualPrefix), unit: 'tokens' },
          { name: 'threads', value: own.length, unit: 'count' },
          { name: 'messages', value: sumOf(own, ({ messages }) => messages), unit: 'count' },
        ],
        currentPerMonth: undefined,
        perMonth: monthRange(
          own.map((thread) => costBeyond(thread, usual, world)),
          world.days,
        ),
        basis: 'estimated',
        action: { kind: 'advice' },
        coverage: { seen: threads.read.length, all: threads.all, noun: 'thread' },
      } satisfies Insight,
    ];
  });
}

/**
 * What a thread's prefix beyond the usual cost: one write, and a read with each message after it. A
 * first prompt that is longer than its like is work, or the history of a fork, so the median counts.
 */
function costBeyond(
  { row, firstPrompt, messages }: Thread,
  usual: number,
  world: InsightWorld,
): number {
  const beyond = Math.max(0, Math.round(Math.min(firstPrompt!, usual)) - usualPrefix);
  const written = world.priceAt(row, { ...noUsage, cacheWrite5m: beyond }) ?? 0;
  const read = world.priceAt(row, { ...noUsage, cacheRead: beyond }) ?? 0;
  return written + read * (messages - 1);
}
