import { isLower, lowerSql, type MessageRow, pricing, usageOf } from '../schema/messageRow.ts';
import type { SpendRow } from '../schema/sums.ts';

/** Joins each message (`m`) with its facet (`f`). */
export const facetJoin = `JOIN facet f ON f.price_row = m.price_row AND f.branch = m.branch
  AND f.effort = m.effort AND f.attribution = m.attribution`;

/** The run a message (`m`) belongs to besides its agent: see `RowKeys.prompt`. */
export const promptColumn = 'CASE m.sidechain WHEN 1 THEN 0 ELSE m.prompt END';

/** Sums over messages (`m`), under the names of `SpendSums`; 0 where there are none. */
export const messageSums = `count(*) AS messages, coalesce(sum(${lowerSql}), 0) AS lower,
  coalesce(sum(m.priced = 0), 0) AS unpriced, coalesce(sum(m.priced = 2), 0) AS client,
  coalesce(sum(m.input), 0) AS input, coalesce(sum(m.output), 0) AS output,
  coalesce(sum(m.write5m), 0) AS cacheWrite5m, coalesce(sum(m.write1h), 0) AS cacheWrite1h,
  coalesce(sum(m.cache_read), 0) AS cacheRead, coalesce(sum(m.searches), 0) AS webSearches,
  coalesce(sum(m.nano), 0) AS nano`;

/** What of a message's row its row of sums is made of. */
export type MessageSpend = Pick<
  MessageRow,
  | 'at'
  | 'session'
  | 'agent'
  | 'sidechain'
  | 'prompt'
  | 'model_id'
  | 'ended'
  | 'incomplete'
  | 'priced'
  | 'input'
  | 'output'
  | 'write5m'
  | 'write1h'
  | 'cache_read'
  | 'searches'
  | 'nano'
> & { readonly facet: number };

/** A single message as a row of sums, its parts included; `at` is the message's own time. */
export function spendRowOf(row: MessageSpend): SpendRow {
  return {
    at: row.at,
    session: row.session,
    agent: row.agent,
    model: row.model_id,
    facet: row.facet,
    prompt: row.sidechain === 1 ? 0 : row.prompt,
    messages: 1,
    lower: Number(isLower(row)),
    unpriced: Number(row.priced === pricing.unpriced),
    client: Number(row.priced === pricing.client),
    ...usageOf(row),
    nano: row.nano,
  };
}
