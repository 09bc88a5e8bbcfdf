import type { TimeSpan } from '../../model/calendar.ts';
import { usageKeys } from '../../model/tokens.ts';
import {
  isLower,
  lowerSql,
  type MessageRow,
  pricing,
  type UsageColumn,
  usageOf,
} from '../schema/messageRow.ts';
import { bucketMs } from '../schema/rollupTables.ts';
import { sumSql } from '../schema/saturate.ts';
import type { RowKeys, SpendRow } from '../schema/sums.ts';

/** Joins each message (`m`) with its facet (`f`). */
export const facetJoin = `JOIN facet f ON f.price_row = m.price_row AND f.branch = m.branch
  AND f.effort = m.effort AND f.attribution = m.attribution`;

/** The run a message (`m`) belongs to besides its agent: see `RowKeys.prompt`. */
export const promptColumn = 'CASE m.sidechain WHEN 1 THEN 0 ELSE m.prompt END';

/** The keys of rows over messages (`m`) and facets (`f`). */
export const keyColumns: { readonly [K in keyof RowKeys]: string } = {
  at: `m.at / ${bucketMs} * ${bucketMs}`,
  session: 'm.session',
  agent: 'm.agent',
  model: 'm.model_id',
  facet: 'f.id',
  prompt: promptColumn,
};

/**
 * The messages (`m`) of a span, or all of them, that count. All of them have no bounds: row after row is
 * sooner than by an index.
 */
export function countedMessages(span: TimeSpan | undefined): { where: string; bounds: number[] } {
  if (span === undefined) return { where: 'm.counted = 1', bounds: [] };
  return { where: 'm.counted = 1 AND m.at >= ? AND m.at < ?', bounds: [span.from, span.to] };
}

/** How messages are grouped by some keys, in pieces of SQL. */
export interface MessageGrouping {
  /** All keys under their names, 0 for those that are not distinguished. */
  readonly columns: string;
  /** What to group by. */
  readonly groups: readonly string[];
  /** What has to be joined. */
  readonly join: string;
}

/** Groups messages (`m`) by these keys; `bucket` is a quarter of an hour. */
export function messageGrouping(
  keys: readonly ('bucket' | Exclude<keyof RowKeys, 'at'>)[],
): MessageGrouping {
  const wanted = new Set<string>(keys.map((key) => (key === 'bucket' ? 'at' : key)));
  const all = Object.entries(keyColumns);
  return {
    columns: all
      .map(([name, column]) => `${wanted.has(name) ? column : '0'} AS ${name}`)
      .join(', '),
    groups: all.filter(([name]) => wanted.has(name)).map(([, column]) => column),
    join: wanted.has('facet') ? facetJoin : '',
  };
}

/** The token counts of a message (`m`) by themselves, parts aside. */
export const usageColumns = {
  input: 'm.input',
  output: 'm.output',
  cacheWrite5m: 'm.write5m',
  cacheWrite1h: 'm.write1h',
  cacheRead: 'm.cache_read',
  webSearches: 'm.searches',
} as const;

const counts = `count(*) AS messages, coalesce(sum(${lowerSql}), 0) AS lower,
  coalesce(sum(m.priced = 0), 0) AS unpriced, coalesce(sum(m.priced = 2), 0) AS client`;

function summed(column: (key: (typeof usageKeys)[number]) => string): string {
  const tokens = usageKeys.map((key) => `${sumSql(column(key))} AS ${key}`);
  return [counts, ...tokens, `${sumSql('m.nano')} AS nano`].join(', ');
}

/**
 * Sums over messages (`m`), under the names of `SpendSums`; 0 where there are none. Tokens are the
 * messages' own, while money is that of their parts too: of messages without parts these are all sums.
 */
export const ownSums = summed((key) => usageColumns[key]);

/** The same with the tokens of the parts that are billed: what the rollups hold of these messages. */
export const messageSums = summed(
  (key) => `${usageColumns[key]} + CASE WHEN m.parts IS NULL THEN 0 ELSE
    (SELECT total(json_extract(p.value, '$.usage.${key}')) FROM json_each(m.parts) p
     WHERE json_extract(p.value, '$.kind') <> 'declined') END`,
);

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
  | UsageColumn
  | 'nano'
> & { readonly facet: number };

/**
 * A single message as a row of sums: its own tokens, and money of its parts too. `at` is the message's
 * own time.
 */
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
