import { lowCacheAgents } from '../analysis/insights/cacheShare.ts';
import type { Thread, Threads } from '../analysis/insights/insight.ts';
import { sumOf } from '../analysis/insights/measure.ts';
import type { TimeSpan } from '../model/calendar.ts';
import { appendAll } from '../model/lists.ts';
import { promptTokens } from '../model/tokens.ts';
import { missedCaches, unknownLifetimes } from '../query/cacheMisses.ts';
import type { ReportContext } from '../query/context.ts';
import { Names } from '../query/names.ts';
import { compactionsOf } from '../store/query/events.ts';
import { messageCosts } from '../store/query/messageCosts.ts';
import { agentNames } from '../store/query/spendRows.ts';
import type { FoundRun } from './runs.ts';

/** Messages are read one by one only so far: a default report is to answer at once. */
const mostSessions = 20;
const mostMessages = 5_000;

/**
 * The threads of the sessions that spent most, message by message: first prompts and missed caches
 * are in no rollup. Sessions with agents whose caches are low come first.
 */
export function readThreads(
  context: ReportContext,
  span: TimeSpan | undefined,
  runs: readonly FoundRun[],
): Threads {
  const low = lowCacheAgents(runs);
  const names = new Names(context);
  const sessions = [...Map.groupBy(runs, ({ sessionNumber }) => sessionNumber)]
    .map(([session, own]) => ({
      session,
      own,
      low: own.some(({ agent }) => low.has(agent)),
      messages: sumOf(own, ({ messages }) => messages),
      nano: sumOf(own, ({ nano }) => nano),
    }))
    .sort((a, b) => Number(b.low) - Number(a.low) || b.nano - a.nano);
  let left = mostMessages;
  const read: Thread[] = [];
  for (const { session, own, messages } of sessions.slice(0, mostSessions)) {
    if (messages > left) continue;
    left -= messages;
    appendAll(read, threadsOf(context, span, session, own, names.product(session)));
  }
  const all = new Set(runs.map(({ agentNumber }) => agentNumber)).size;
  return { read, all };
}

function threadsOf(
  context: ReportContext,
  span: TimeSpan | undefined,
  session: number,
  runs: readonly FoundRun[],
  product: string,
): Thread[] {
  const wanted = new Set(runs.map(({ agentNumber }) => agentNumber));
  const types = new Map(
    [...agentNames(context.db, wanted).values()].map(({ agentId, type }) => [agentId, type]),
  );
  const costs = messageCosts(context.db, session).filter(({ agentId }) => types.has(agentId));
  const misses = missedCaches(context.book, product, costs, compactionsOf(context.db, session));
  const inSpan = (at: number): boolean => span === undefined || (at >= span.from && at < span.to);
  return [...Map.groupBy(costs, ({ agentId }) => agentId)].flatMap(([agentId, own]) => {
    const thread = own.toSorted((a, b) => a.at - b.at);
    const [first] = thread;
    const within = thread.filter(({ at }) => inSpan(at));
    if (first === undefined || within.length === 0) return [];
    return [
      {
        session: runs[0]!.session,
        agent: types.get(agentId)!,
        row: first.row,
        firstPrompt: inSpan(first.at) ? promptTokens(first.usage) : undefined,
        messages: within.length,
        misses:
          unknownLifetimes(product, within).length > 0
            ? undefined
            : within.flatMap((message) => misses.get(message) ?? []),
      },
    ];
  });
}
