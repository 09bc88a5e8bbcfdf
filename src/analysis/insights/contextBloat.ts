import { noUsage, promptTokens } from '../../model/tokens.ts';
import type { Insight, InsightWorld, Run } from './insight.ts';
import { insightId, perMonth, sumOf } from './measure.ts';

/** Half of the usual window of 200k: from here on most of what is carried is history. */
const bloated = 100_000;

/** What is kept of a context by /compact: a summary and the files in use, a fifth as a caution. */
const keptShare = 0.2;

/** Tokens a summary writes. */
const summaryTokens = 3_000;

/**
 * Sessions that went on with a long context: what /compact would have saved (less what making it
 * costs), and what /clear would, where nothing of it was needed any more. The first is the low end
 * of the range, the second the high one. Contexts are means of runs, for rollups know no single
 * message.
 */
export function contextBloat(runs: readonly Run[], world: InsightWorld): Insight[] {
  const main = runs.filter(({ agent, messages }) => agent === 'main' && messages > 0);
  const sessions = [...Map.groupBy(main, ({ session }) => session).values()];
  const found = sessions
    .map((own) => sessionSavings(own, world))
    .filter((savings) => savings !== undefined);
  if (found.length === 0) return [];
  const later = found.flatMap((savings) => savings.later);
  const low = sumOf(found, ({ compact }) => compact);
  const high = sumOf(found, ({ clear }) => clear);
  return [
    {
      id: insightId('context-bloat'),
      kind: 'context-bloat',
      agent: 'main',
      evidence: [
        { name: 'sessions', value: found.length, unit: 'count' },
        { name: 'messagesAfter', value: sumOf(later, ({ messages }) => messages), unit: 'count' },
        {
          name: 'contextTokens',
          value: Math.round(
            sumOf(later, ({ usage }) => promptTokens(usage)) /
              sumOf(later, ({ messages }) => messages),
          ),
          unit: 'tokens',
        },
        {
          name: 'paysAfterMessages',
          value: Math.ceil(sumOf(found, ({ paysAfter }) => paysAfter) / found.length),
          unit: 'count',
        },
      ],
      currentPerMonth: perMonth(
        sumOf(later, ({ nano }) => nano),
        world.days,
      ),
      perMonth: { low: perMonth(low, world.days), high: perMonth(high, world.days) },
      basis: 'estimated',
      action: { kind: 'advice' },
      coverage: { seen: sessions.length, all: sessions.length, noun: 'session' },
    },
  ];
}

interface SessionSavings {
  readonly later: readonly Run[];
  readonly compact: number;
  readonly clear: number;
  /** Messages from which on compacting pays. */
  readonly paysAfter: number;
}

/** What a session would have saved from its first long context on; undefined where nothing. */
function sessionSavings(runs: readonly Run[], world: InsightWorld): SessionSavings | undefined {
  const inOrder = runs.toSorted((a, b) => a.startedAt - b.startedAt);
  const start = inOrder.findIndex((run) => contextOf(run) > bloated);
  if (start < 0) return undefined;
  const context = contextOf(inOrder[start]!);
  const later = inOrder.slice(start + 1).filter((run) => contextOf(run) > bloated);
  if (later.length === 0) return undefined;
  const { row } = later[0]!.parts[0]!;
  const price = (usage: Partial<typeof noUsage>): number =>
    world.priceAt(row, { ...noUsage, ...usage }) ?? 0;
  const kept = Math.round(context * keptShare);
  const messages = sumOf(later, (run) => run.messages);
  const making =
    price({ cacheRead: context, output: summaryTokens }) + price({ cacheWrite5m: kept });
  const carry = price({ cacheRead: context - kept });
  const compact = messages * carry - making;
  if (compact <= 0) return undefined;
  // A cleared session begins as it did, or with less than a summary where it was resumed.
  const fresh = Math.min(kept, contextOf(inOrder[0]!));
  const clear = Math.max(
    compact,
    messages * price({ cacheRead: context - fresh }) - price({ cacheWrite5m: fresh }),
  );
  return { later, compact, clear, paysAfter: making / carry };
}

/** Mean tokens a request of a run sent. */
function contextOf({ usage, messages }: Run): number {
  return Math.round(promptTokens(usage) / messages);
}
