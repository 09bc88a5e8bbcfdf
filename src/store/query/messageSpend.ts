import { type MessageRow, pricing, usageOf } from '../schema/messageRow.ts';
import type { SpendRow } from '../schema/sums.ts';

/** Joins each message (`m`) with its facet (`f`). */
export const facetJoin = `JOIN facet f ON f.price_row = m.price_row AND f.branch = m.branch
  AND f.effort = m.effort AND f.attribution = m.attribution`;

/** The run a message (`m`) belongs to besides its agent: see `RowKeys.prompt`. */
export const promptColumn = 'CASE m.sidechain WHEN 1 THEN 0 ELSE m.prompt END';

/** Sums over messages (`m`), under the names of `SpendSums`. */
export const messageSums = `count(*) AS messages, sum(1 - m.ended) AS lower,
  sum(m.priced = 0) AS unpriced, sum(m.priced = 2) AS client, sum(m.input) AS input,
  sum(m.output) AS output, sum(m.write5m) AS cacheWrite5m, sum(m.write1h) AS cacheWrite1h,
  sum(m.cache_read) AS cacheRead, sum(m.searches) AS webSearches, sum(m.nano) AS nano`;

/** What of a message's row its fact is made of. */
type MessageFact = Pick<
  MessageRow,
  | 'at'
  | 'session'
  | 'agent'
  | 'sidechain'
  | 'prompt'
  | 'model_id'
  | 'ended'
  | 'priced'
  | 'input'
  | 'output'
  | 'write5m'
  | 'write1h'
  | 'cache_read'
  | 'searches'
  | 'nano'
> & { readonly facet: number };

/** A single message as a row of facts, its parts included; `at` is the message's own time. */
export function spendRowOf(row: MessageFact): SpendRow {
  return {
    at: row.at,
    session: row.session,
    agent: row.agent,
    model: row.model_id,
    facet: row.facet,
    prompt: row.sidechain === 1 ? 0 : row.prompt,
    messages: 1,
    lower: 1 - row.ended,
    unpriced: Number(row.priced === pricing.unpriced),
    client: Number(row.priced === pricing.client),
    ...usageOf(row),
    nano: row.nano,
  };
}
