import type { RequestTraits } from '../model/price.ts';
import { noUsage, type Usage, usageKeys } from '../model/tokens.ts';
import type { RateBook } from './priceBook.ts';
import { costOfBands, costOfClass } from './rateCard.ts';

/** Nano-dollars of each count of a usage. */
export type ClassCosts = { readonly [K in keyof Usage]: number };

/** A usage as it was priced. */
export interface PricedUsage {
  readonly usage: Usage;
  /** The model's turns inside the response, where they tell its bands. */
  readonly iterations: readonly Usage[];
  /** The model as the transcript writes it. */
  readonly written: string;
  readonly traits: RequestTraits;
  /** UTC milliseconds. */
  readonly at: number;
}

/**
 * What each token class of a usage costs, in nano-dollars, at the rates of its band or bands. They
 * add up to its price: what rounding leaves over goes to the most expensive class. Undefined when
 * there is no price.
 */
export function costByClass(
  book: RateBook,
  { usage, iterations, written, traits, at }: PricedUsage,
): ClassCosts | undefined {
  const bands = book.bandsOf(usage, written, traits, at, iterations);
  const whole = bands && costOfBands(bands);
  if (bands === undefined || whole === undefined) return undefined;
  const costs = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  for (const band of bands) {
    for (const key of usageKeys) costs[key] += costOfClass(band.card, key, band.usage[key]) ?? 0;
  }
  const dearest = usageKeys.reduce((a, b) => (costs[b] > costs[a] ? b : a));
  costs[dearest] += whole - usageKeys.reduce((sum, key) => sum + costs[key], 0);
  return costs;
}
