import { memoize } from '../../model/memoize.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { type MessageRow, splitMessage } from '../schema/messageRow.ts';
import { noSums, type SpendRow } from '../schema/sums.ts';
import { spendRowOf } from './messageSpend.ts';

/** A message with the number of its facet. */
export type FacetedMessage = MessageRow & { readonly facet: number };

/** The SQL condition that a message (`m`) is in one piece. */
export const inOnePiece = 'm.parts IS NULL AND m.band IS NULL';

/**
 * Takes messages apart as the rollups do: the message by itself, then each part under its own model and
 * facet, as no message; what was priced in the upper band is a part as well. Together they are what the message used and cost. `at` is the message's own.
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
    const { usage, nano, parts } = splitMessage(row);
    const pieces = parts.map(
      (part): SpendRow => ({
        ...own,
        ...noSums(),
        ...part.usage,
        model: part.model === undefined ? row.model_id : wordOf(part.model),
        facet: facetOf(row, wordOf(part.row)),
        nano: part.nano,
      }),
    );
    return [{ ...own, ...usage, nano }, ...pieces];
  };
}
