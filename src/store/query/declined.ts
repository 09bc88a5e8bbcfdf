import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { isBilled, partsOf } from '../schema/messageRow.ts';
import type { RowKeys } from '../schema/sums.ts';
import { countedMessages, messageGrouping } from './messageSpend.ts';

/** An answer that a refusal fallback replaced. `model` is 0: `modelName` says whose it was. */
export interface DeclinedRow extends RowKeys {
  /** Catalogue id, or as written when unpriced. */
  readonly modelName: string;
  /** Nano-dollars that may be billed beside its message; undefined without a price. */
  readonly nano: number | undefined;
}

/**
 * Declined attempts of the messages of a span, or of all, each with the keys of its message. They are in
 * no rollup; what was downsampled has none.
 */
export function declinedRows(db: SqlDatabase, span: TimeSpan | undefined): DeclinedRow[] {
  const { where, bounds } = countedMessages(span);
  const { columns, join } = messageGrouping(['bucket', 'session', 'agent', 'facet', 'prompt']);
  return db
    .prepare(
      `SELECT ${columns}, m.parts AS parts FROM message m ${join}
       WHERE ${where} AND instr(m.parts, '"kind":"declined"') > 0`,
    )
    .all<RowKeys & { parts: string }>(...bounds)
    .flatMap(({ parts, ...keys }) =>
      partsOf({ parts })
        .filter((part) => !isBilled(part))
        .map(({ model, row, nano }) => ({
          ...keys,
          modelName: model,
          nano: row === '' ? undefined : nano,
        })),
    );
}
