import { formatUsd, usdToNano } from '../model/money.ts';
import type { PriceFunction } from '../model/price.ts';
import type { MessageLine } from '../model/records.ts';
import { formatTokens, noUsage, promptTokens } from '../model/tokens.ts';
import { plainText } from '../text/plainText.ts';
import type { CacheFacts } from './hookInput.ts';

/** What writing a cache anew will cost. */
export interface ColdCacheCost {
  /** Nano-dollars. */
  readonly nano: number;
  readonly tokens: number | undefined;
  /** Worked out here: Claude Code did not say. */
  readonly estimated: boolean;
}

/**
 * What it costs to write the context into a cache again: as Claude Code says, else from the size of the
 * context, the model and the lifetime its last answer was written with. Undefined where neither tells.
 */
export function coldCacheCost(
  facts: CacheFacts,
  last: MessageLine | undefined,
  price: PriceFunction,
  now: number,
): ColdCacheCost | undefined {
  const { contextTokens, writeUsd, toModel } = facts;
  if (writeUsd !== undefined) {
    return { nano: usdToNano(writeUsd), tokens: contextTokens, estimated: false };
  }
  const known = last === undefined ? undefined : promptTokens(last.usage) + last.usage.output;
  const tokens = contextTokens ?? known;
  const model = toModel || last?.model;
  if (tokens === undefined || model === undefined) return undefined;
  const hour = last?.cacheRequested === '1h' || (last?.usage.cacheWrite1h ?? 0) > 0;
  const usage = { ...noUsage, [hour ? 'cacheWrite1h' : 'cacheWrite5m']: tokens };
  const cost = price(usage, model, {}, now);
  return cost.kind === 'priced' ? { nano: cost.nanoUsd, tokens, estimated: true } : undefined;
}

/** What a person is told before it is spent: one line. */
export function coldCacheText(
  { nano, tokens, estimated }: ColdCacheCost,
  why: { readonly model: string } | 'resume',
): string {
  const size = tokens === undefined ? 'the context' : `${formatTokens(tokens)} tokens of context`;
  const cost = `${estimated ? 'about ' : ''}${formatUsd(nano)}`;
  const cause =
    why === 'resume'
      ? 'The prompt cache has expired'
      : `A cache holds for one model${why.model === '' ? '' : `, and not for ${plainText(why.model)}`}`;
  return `Outlay: ${cause}: the next request writes ${size} anew, ${cost}. Waiting makes it no cheaper; /compact shortens what follows, and a new session has no context to write.`;
}
