import { type CacheMiss, cacheMisses, type MissReason } from '../analysis/spend/cacheMisses.ts';
import { formatDuration } from '../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../model/money.ts';
import { noUsage } from '../model/tokens.ts';
import { cacheLifetimeOf } from '../pricing/cacheLifetimes.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { costOf } from '../pricing/rateCard.ts';
import type { MessageCost } from '../store/query/messageCosts.ts';
import { clip, plainText } from '../text/plainText.ts';
import { count } from './context.ts';

/** A missed cache with what it cost beyond reading: nano-dollars, 0 where the price is not known. */
export interface PricedMiss extends CacheMiss {
  readonly nano: number;
}

/** What a message's cache is judged by, and the message told by. */
export type CachedCost = Pick<
  MessageCost,
  'messageId' | 'requestId' | 'agentId' | 'at' | 'model' | 'row' | 'usage' | 'provider'
>;

/**
 * The missed caches of a session of a product by message; `compactions` are its threads' compactions by agent. Nothing
 * is said of caches whose lifetime nobody knows: see `unknownLifetimes`.
 */
export function missedCaches<Message extends CachedCost>(
  book: RateBook,
  product: string,
  messages: readonly Message[],
  compactions: ReadonlyMap<string, readonly number[]>,
): Map<Message, PricedMiss> {
  const found = new Map<Message, PricedMiss>();
  for (const [agentId, own] of Map.groupBy(messages, (message) => message.agentId)) {
    const thread = own.toSorted(inOrder);
    const cached = thread.map(({ at, model, usage, provider }) => ({
      at,
      model,
      usage,
      lifetime: cacheLifetimeOf({ product, provider, model }),
    }));
    for (const miss of cacheMisses(cached, compactions.get(agentId) ?? [])) {
      const message = thread[miss.index]!;
      found.set(message, { ...miss, nano: extraCost(book, message, miss.tokens) });
    }
  }
  return found;
}

/** Models whose caches were used in a session of a product, and nobody knows how long they live; sorted. */
export function unknownLifetimes(
  product: string,
  messages: Iterable<Pick<CachedCost, 'model' | 'usage' | 'provider'>>,
): string[] {
  const found = new Set<string>();
  for (const { model, usage, provider } of messages) {
    const { cacheRead, cacheWrite5m, cacheWrite1h } = usage;
    if (cacheRead + cacheWrite5m + cacheWrite1h === 0 || found.has(model)) continue;
    if (cacheLifetimeOf({ product, provider, model }) === undefined) found.add(model);
  }
  return [...found].sort();
}

/** As they happened; of one moment, by their ids, so that everybody sees the same order. */
function inOrder(a: CachedCost, b: CachedCost): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.messageId !== b.messageId) return a.messageId < b.messageId ? -1 : 1;
  return a.requestId < b.requestId ? -1 : 1;
}

/**
 * What tokens cost that were sent again, beyond what reading them would have: at the message's
 * rates.
 */
function extraCost(book: RateBook, { row, usage }: CachedCost, tokens: number): number {
  const card = book.cardOfRow(row);
  const { input, cacheWrite5m, cacheWrite1h } = usage;
  const sent = input + cacheWrite5m + cacheWrite1h;
  if (card === undefined || sent === 0) return 0;
  const anew = costOf(card, { ...noUsage, input, cacheWrite5m, cacheWrite1h }) ?? 0;
  const read = costOf(card, { ...noUsage, cacheRead: tokens }) ?? 0;
  return Math.max(0, Math.round((anew * tokens) / sent) - read);
}

const reasonTexts: Readonly<Record<MissReason, string>> = {
  'first-write': 'first write',
  expired: 'expired',
  'model-switch': 'model switch',
  compaction: 'compaction',
  'prefix-change': 'prefix changed',
};

/** Why a message's cache was missed, in a few words. */
export function missText({ reason, gap, lifetime }: CacheMiss): string {
  if (reason !== 'expired') return reasonTexts[reason];
  return `expired: gap ${formatDuration(gap)}, lifetime ${formatDuration(lifetime)}`;
}

/** How often caches were missed and why, in a sentence; undefined when none was. */
export function missSentence(misses: Iterable<PricedMiss>): string | undefined {
  const lost = [...misses].filter(({ reason }) => reason !== 'first-write');
  if (lost.length === 0) return undefined;
  const reasons = [...Map.groupBy(lost, ({ reason }) => reason)]
    .map(([reason, own]) => ({ reason, own, nano: sum(own) }))
    .sort((a, b) => b.nano - a.nano)
    .map(({ reason, own, nano }) => `${reasonTexts[reason]} ${own.length} × (${formatUsd(nano)})`);
  return `The cache was missed ${count(lost.length, 'time')}, ${formatUsd(sum(lost))} more than reading it would have cost (estimated): ${reasons.join(', ')}.`;
}

function sum(misses: readonly PricedMiss[]): number {
  return misses.reduce((total, { nano }) => total + nano, 0);
}

/** A missed cache for programs. */
export function missJson(miss: PricedMiss | undefined): object | null {
  if (miss === undefined) return null;
  const { reason, tokens, gap, lifetime, nano } = miss;
  const seconds = (ms: number): number => Math.round(ms / 1000);
  return {
    reason,
    missedTokens: tokens,
    gapSeconds: seconds(gap),
    lifetimeSeconds: seconds(lifetime),
    extraUsd: nanoToUsd(nano),
  };
}

/** Missed caches of a session by reason, for programs. */
export function missesJson(misses: Iterable<PricedMiss>): object[] {
  return [...Map.groupBy(misses, ({ reason }) => reason)].map(([reason, own]) => ({
    reason,
    count: own.length,
    missedTokens: own.reduce((total, { tokens }) => total + tokens, 0),
    extraUsd: nanoToUsd(sum(own)),
  }));
}

/** That caches of these models are not judged, and why. */
export function unknownLifetimeNotes(models: readonly string[]): string[] {
  if (models.length === 0) return [];
  const named = models.map((model) => clip(plainText(model), 60)).join(', ');
  return [`Missed caches are not told of ${named}: how long caches live there is not known.`];
}
