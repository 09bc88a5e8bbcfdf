import type { RequestTraits } from '../model/price.ts';
import { noUsage, type Usage, usageKeys } from '../model/tokens.ts';
import type { RateBook } from './priceBook.ts';
import { costOf, costOfClass } from './rateCard.ts';

/** Nano-dollars of each count of a usage. */
export type ClassCosts = { readonly [K in keyof Usage]: number };

/**
 * What each token class of a usage costs, in nano-dollars, at the rates of the whole request. They
 * add up to its price: what rounding leaves over goes to the most expensive class. Undefined when
 * there is no price.
 */
export function costByClass(
  book: RateBook,
  usage: Usage,
  model: string,
  traits: RequestTraits,
  atMs: number,
): ClassCosts | undefined {
  const card = book.cardOf(usage, model, traits, atMs);
  const whole = card && costOf(card, usage);
  if (card === undefined || whole === undefined) return undefined;
  const costs = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  for (const key of usageKeys) costs[key] = costOfClass(card, key, usage[key]) ?? 0;
  const dearest = usageKeys.reduce((a, b) => (costs[b] > costs[a] ? b : a));
  costs[dearest] += whole - usageKeys.reduce((sum, key) => sum + costs[key], 0);
  return costs;
}
