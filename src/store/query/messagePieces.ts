import { memoize } from '../../model/memoize.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { type MessageRow, type PricedPart, partsOf } from '../schema/messageRow.ts';
import { noSums, type SpendRow } from '../schema/sums.ts';
import { spendRowOf } from './messageSpend.ts';

/** A message with the number of its facet. */
export type FacetedMessage = MessageRow & { readonly facet: number };

/** Whether a part is billed with its message: a declined attempt stands beside it. */
export function isBilled({ kind }: Pick<PricedPart, 'kind'>): boolean {
  return kind !== 'declined';
}

/** The parts of a message that are billed with it. */
export function billedParts(row: Pick<MessageRow, 'parts'>): PricedPart[] {
  return partsOf(row).filter(isBilled);
}

/**
 * Takes messages apart as the rollups do: the message by itself, then each part under its own model and
 * facet, as no message. Together they are what the message used and cost. `at` is the message's own.
 */
export function pieceReader(db: SqlDatabase): (row: FacetedMessage) => SpendRow[] {
  const word = db.prepare('SELECT id FROM word WHERE text = ?');
  const facet = db.prepare(
    'SELECT id FROM facet WHERE price_row = ? AND branch = ? AND effort = ? AND attribution = ?',
  );
  // Few models and price rows are named by parts.
  const wordOf = memoize((text: string) => word.get<{ id: number }>(text)?.id ?? 0);
  const facetOf = (row: MessageRow, priceRow: number): number =>
    facet.get<{ id: number }>(priceRow, row.branch, row.effort, row.attribution)?.id ?? 0;
  return (row) => {
    const own = spendRowOf(row);
    const parts = billedParts(row).map(
      (part): SpendRow => ({
        ...own,
        ...noSums(),
        ...part.usage,
        model: wordOf(part.model),
        facet: facetOf(row, wordOf(part.row)),
        nano: part.nano,
      }),
    );
    const partNano = parts.reduce((sum, { nano }) => sum + nano, 0);
    return [{ ...own, nano: row.nano - partNano }, ...parts];
  };
}
