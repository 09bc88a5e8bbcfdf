import { largestOf } from '../model/lists.ts';
import { noUsage, type Usage, usageKeys } from '../model/tokens.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { costOfClass } from '../pricing/rateCard.ts';
import type { SpendSums } from '../store/schema/sums.ts';

/** Nano-dollars of each token class, and of what no rates split: the client's own prices. */
export interface ClassCosts {
  readonly byClass: { readonly [K in keyof Usage]: number };
  readonly unsplit: number;
}

/** Sums of one price row. */
export interface RowSums {
  readonly row: string;
  readonly sums: SpendSums;
}

/**
 * What each token class costs: its tokens at the rates of the row each was priced at. All parts add
 * up to the sum of the messages; what rounding leaves over goes to the most expensive class.
 */
export function classCosts(book: RateBook, parts: Iterable<RowSums>): ClassCosts {
  const byClass = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  let unsplit = 0;
  for (const { row, sums } of parts) {
    const card = row === '' ? undefined : book.cardOfRow(row);
    if (card === undefined) {
      unsplit += sums.nano;
      continue;
    }
    const costs = usageKeys.map((key) => costOfClass(card, key, sums[key]) ?? 0);
    const rest = sums.nano - costs.reduce((sum, cost) => sum + cost, 0);
    const dearest = costs.indexOf(largestOf(costs));
    usageKeys.forEach((key, i) => {
      byClass[key] += costs[i]! + (i === dearest ? rest : 0);
    });
  }
  return { byClass, unsplit };
}
