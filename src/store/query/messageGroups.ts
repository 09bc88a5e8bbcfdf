import type { TimeSpan } from '../../model/calendar.ts';
import { type Usage, usageKeys } from '../../model/tokens.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import {
  isBilled,
  isLower,
  lowerSql,
  type PricedPart,
  partsOf,
  pricing,
  usageOf,
} from '../schema/messageRow.ts';
import { bucketMs, bucketOf } from '../schema/rollupTables.ts';
import { noSums, type RowKeys, type SpendRow } from '../schema/sums.ts';
import { type FacetedMessage, inOnePiece, pieceReader } from './messagePieces.ts';
import {
  countedMessages,
  facetJoin,
  messageGrouping,
  ownSums,
  spendRowOf,
  usageColumns,
} from './messageSpend.ts';
import { downsampledRows, type SpendKey } from './spendRows.ts';

/** Sums of messages that called the same tools. */
export interface ToolRow extends SpendRow {
  /** Names of the tools called, one for each call; undefined for what was downsampled. */
  readonly tools: readonly string[] | undefined;
}

/** How many messages used tokens of one class: sums without tokens and money. */
export interface ClassRow extends SpendRow {
  readonly tokenClass: keyof Usage;
  /** As `ToolRow` has them; empty where they were not asked for. */
  readonly tools: readonly string[];
}

/**
 * What was spent in a span, or ever, split by these keys and by the tools messages called. From message
 * rows, and what was downsampled: together they add up to the rows of `spendRows`.
 */
export function toolRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly SpendKey[],
): ToolRow[] {
  const { columns, groups, join } = messageGrouping(keys);
  const { where, bounds } = countedMessages(span);
  const whole = db
    .prepare(
      `SELECT g.*, w.text AS toolsText FROM (
         SELECT m.tools AS tools, ${columns}, ${ownSums}
         FROM message m ${join} WHERE ${where} AND ${inOnePiece}
         GROUP BY ${['m.tools', ...groups].join(', ')}
       ) g JOIN word w ON w.id = g.tools`,
    )
    .all<SpendRow & { tools: number; toolsText: string }>(...bounds)
    .map(({ toolsText, ...row }) => ({ ...row, tools: toolsOf(toolsText) }));
  const piecesOf = pieceReader(db);
  const parted = withParts(db, span).flatMap((row) =>
    piecesOf(row).map((piece) => ({ ...inBucket(piece), tools: toolsOf(row.toolsText) })),
  );
  const downsampled = downsampledRows(db, span).map((row) => ({ ...row, tools: undefined }));
  return [...whole, ...parted, ...downsampled];
}

/**
 * How many messages of a span, or ever, used tokens of each class, split by these keys and by the tools
 * they called. Parts count with their message; where models are told apart they are no message of theirs.
 * What was downsampled does not say it and is left out.
 */
export function classRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly SpendKey[],
  withTools: boolean,
): ClassRow[] {
  const { columns, groups, join } = messageGrouping(keys);
  const { where, bounds } = countedMessages(span);
  const tools = withTools ? ['m.tools'] : [];
  const used = usageKeys.map((key) => `sum(${usageColumns[key]} > 0) AS ${key}`).join(', ');
  const whole = db
    .prepare(
      `SELECT g.*, w.text AS toolsText FROM (
         SELECT ${tools[0] ?? '0'} AS tools, ${columns}, ${lowerSql} AS lower, m.priced AS priced, ${used}
         FROM message m ${join} WHERE ${where} AND ${inOnePiece}
         GROUP BY ${[...tools, ...groups, lowerSql, 'm.priced'].join(', ')}
       ) g JOIN word w ON w.id = g.tools`,
    )
    .all<Users & { tools: number }>(...bounds);
  const countedParts = (row: FacetedMessage): readonly PricedPart[] =>
    keys.includes('model') ? [] : partsOf(row).filter(isBilled);
  const parted = withParts(db, span).map(
    (row): Users => ({
      ...inBucket(spendRowOf(row)),
      ...usedBy([usageOf(row), ...countedParts(row).map(({ usage }) => usage)]),
      lower: Number(isLower(row)),
      priced: row.priced,
      toolsText: withTools ? row.toolsText : '',
    }),
  );
  return [...whole, ...parted].flatMap(classesOf);
}

/** Messages with the same keys, tools, certainty and price: how many of them used each class. */
interface Users extends RowKeys, Usage {
  readonly lower: number;
  readonly priced: number;
  readonly toolsText: string;
}

/** 1 for each class that any of these usages has tokens of. */
function usedBy(usages: readonly Usage[]): Usage {
  const used = usageKeys.map((key) => [key, Number(usages.some((usage) => usage[key] > 0))]);
  return Object.fromEntries(used) as unknown as Usage;
}

function classesOf(users: Users): ClassRow[] {
  const { at, session, agent, model, facet, prompt, lower, priced, toolsText } = users;
  const tools = toolsOf(toolsText);
  return usageKeys
    .filter((key) => users[key] > 0)
    .map((key) => ({
      ...{ at, session, agent, model, facet, prompt },
      ...noSums(),
      messages: users[key],
      lower: lower === 1 ? users[key] : 0,
      unpriced: priced === pricing.unpriced ? users[key] : 0,
      client: priced === pricing.client ? users[key] : 0,
      tokenClass: key,
      tools,
    }));
}

/** The messages other models had a part in, one by one: they are few. */
function withParts(
  db: SqlDatabase,
  span: TimeSpan | undefined,
): (FacetedMessage & { readonly toolsText: string })[] {
  const { where, bounds } = countedMessages(span);
  return db
    .prepare(
      `SELECT m.*, f.id AS facet, w.text AS toolsText
       FROM message m ${facetJoin} JOIN word w ON w.id = m.tools
       WHERE ${where} AND NOT (${inOnePiece})`,
    )
    .all<FacetedMessage & { toolsText: string }>(...bounds);
}

function inBucket(row: SpendRow): SpendRow {
  return { ...row, at: bucketOf(row.at) * bucketMs };
}

function toolsOf(text: string): readonly string[] {
  return text === '' ? [] : (JSON.parse(text) as string[]);
}
