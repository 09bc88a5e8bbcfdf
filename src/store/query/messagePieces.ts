import { memoize } from '../../model/memoize.ts';
import { promptTokens } from '../../model/tokens.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { bandOf, iterationsOf, type MessageRow, splitMessage } from '../schema/messageRow.ts';
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
  const { wordOf, facetOf } = finder(db);
  return (row) => {
    const own = spendRowOf(row);
    const { usage, nano, parts } = splitMessage(row);
    const pieces = parts.map(
      (part): SpendRow => ({
        ...own,
        ...noSums(),
        ...part.usage,
        model: part.model === undefined ? row.model_id : wordOf(part.model),
        facet: facetOf(row, part.row),
        nano: part.nano,
      }),
    );
    return [{ ...own, ...usage, nano }, ...pieces];
  };
}

/**
 * Takes the turns of messages that sent more than so many tokens, as rows without messages and money;
 * each has the facet of the price row it was priced at.
 */
export function longTurnReader(
  db: SqlDatabase,
  threshold: number,
): (row: FacetedMessage) => SpendRow[] {
  const { facetOf } = finder(db);
  return (row) => {
    const band = bandOf(row);
    // The band's are the longest.
    const turns = iterationsOf(row.iterations).sort((a, b) => promptTokens(b) - promptTokens(a));
    return turns
      .filter((turn) => promptTokens(turn) > threshold)
      .map((turn, i) => {
        const facet = band && i < band.iterations ? facetOf(row, band.row) : row.facet;
        return { ...spendRowOf(row), ...noSums(), ...turn, facet };
      });
  };
}

/** Finds words and facets of parts by their text; few models and price rows are named by them. */
function finder(db: SqlDatabase): {
  readonly wordOf: (text: string) => number;
  readonly facetOf: (row: MessageRow, priceRow: string) => number;
} {
  const word = db.prepare('SELECT id FROM word WHERE text = ?');
  const facet = db.prepare(
    'SELECT id FROM facet WHERE price_row = ? AND branch = ? AND effort = ? AND attribution = ?',
  );
  const wordOf = memoize((text: string) => word.get<{ id: number }>(text)?.id ?? 0);
  return {
    wordOf,
    facetOf: ({ branch, effort, attribution }, priceRow) =>
      facet.get<{ id: number }>(wordOf(priceRow), branch, effort, attribution)?.id ?? 0,
  };
}
