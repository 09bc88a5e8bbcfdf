import { promptTokens, type Usage } from '../../model/tokens.ts';

/** Why a message could not read what the message before it had in its cache. */
export const missReasons = [
  'first-write',
  'expired',
  'model-switch',
  'compaction',
  'prefix-change',
] as const;
export type MissReason = (typeof missReasons)[number];

/** A message of one thread, as far as its cache goes. */
export interface CachedMessage {
  /** UTC milliseconds. */
  readonly at: number;
  /** Caches belong to a model: another one starts with none. */
  readonly model: string;
  readonly usage: Usage;
  /**
   * How long its cache lives: milliseconds, or as its writes are counted, for five minutes or an hour; undefined where
   * nobody knows, so that nothing is said of what comes after it.
   */
  readonly lifetime: number | 'recorded' | undefined;
}

/** A cache that was missed. */
export interface CacheMiss {
  /** Which message of the thread, from 0. */
  readonly index: number;
  readonly reason: MissReason;
  /**
   * Tokens that were sent again although the message before had them cached; 0 for a first write.
   */
  readonly tokens: number;
  /** Time since the message before, milliseconds; 0 for a first write. */
  readonly gap: number;
  /** How long what was cached before lives, milliseconds; 0 for a first write. */
  readonly lifetime: number;
}

const minute = 60_000;
const shortLife = 5 * minute;
const longLife = 60 * minute;

/** Less than this of what was cached before is read again: the rest has been missed, not edited. */
const readAgain = 0.5;

/** A prompt that shrinks to less than this has been compacted or cleared, whether recorded or not. */
const shrunk = 0.6;

/**
 * The caches a thread missed. `messages` are those of one agent of one session, earliest first;
 * `compactions` are the moments its context was compacted. A message misses when it reads back less
 * than half of the prefix that the message before it read or wrote. The reason is the first that fits:
 * another model, a compaction between the two (or a prompt that shrank), a gap longer than the lifetime
 * the prefix was written with, else a changed prefix. Lifetimes as recorded: five minutes, or an hour
 * where the thread's latest writes were for an hour; else the one its maker names. Each read renews them.
 */
export function cacheMisses(
  messages: readonly CachedMessage[],
  compactions: readonly number[],
): CacheMiss[] {
  const misses: CacheMiss[] = [];
  let recorded = shortLife;
  messages.forEach((message, index) => {
    const { usage } = message;
    const before = messages[index - 1];
    const written = usage.cacheWrite5m + usage.cacheWrite1h;
    const lifetime = before?.lifetime === 'recorded' ? recorded : before?.lifetime;
    if (before === undefined) {
      const first = written > usage.cacheRead && message.lifetime !== undefined;
      if (first) misses.push({ index, reason: 'first-write', tokens: 0, gap: 0, lifetime: 0 });
    } else if (lifetime !== undefined) {
      const cached = before.usage.cacheRead + before.usage.cacheWrite5m + before.usage.cacheWrite1h;
      if (cached > 0 && usage.cacheRead < readAgain * cached) {
        const sent = usage.input + written;
        const tokens = Math.min(cached - usage.cacheRead, sent);
        const gap = message.at - before.at;
        const reason = reasonOf(before, message, compactions, lifetime);
        if (tokens > 0) misses.push({ index, reason, tokens, gap, lifetime });
      }
    }
    if (usage.cacheWrite1h > 0) recorded = longLife;
    else if (usage.cacheWrite5m > 0) recorded = shortLife;
  });
  return misses;
}

function reasonOf(
  before: CachedMessage,
  message: CachedMessage,
  compactions: readonly number[],
  lifetime: number,
): MissReason {
  if (before.model !== message.model) return 'model-switch';
  const compacted = compactions.some((at) => at > before.at && at <= message.at);
  const smaller = promptTokens(message.usage) < shrunk * promptTokens(before.usage);
  if (compacted || smaller) return 'compaction';
  return message.at - before.at > lifetime ? 'expired' : 'prefix-change';
}
