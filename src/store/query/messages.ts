import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import type { RowKeys, SpendRow } from '../schema/sums.ts';
import { type FacetedMessage, longTurnReader } from './messagePieces.ts';
import { facetJoin, keyColumns, ownSums } from './messageSpend.ts';
import { type SpendKey, spendRows } from './spendRows.ts';

/** What message rows can be distinguished by without reading more than they need. */
export type MessageKey = 'session' | 'agent' | 'model' | 'facet' | 'prompt';

/** What a message cost, in nano-dollars, and its number. */
export interface MessageNano {
  readonly id: number;
  readonly nano: number;
}

/** What single messages cost. */
export interface MessageNanos {
  readonly nanos: readonly number[];
  /** Those that cost so much or less, or so much or more. */
  readonly beyond: (low: number, high: number) => readonly MessageNano[];
}

const always: TimeSpan = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Numbers a column of the messages has to have one of. */
export interface MessageFilter {
  readonly key: 'session' | 'agent' | 'model';
  readonly numbers: readonly number[];
}

/**
 * What the one column of messages that filters ask about has to be, known from the rollups: so SQLite
 * passes over messages nobody asks for. Undefined where it is no column.
 */
export function messageFilter(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  key: SpendKey | undefined,
  passes: (rows: readonly RowKeys[]) => readonly boolean[],
): MessageFilter | undefined {
  if (key !== 'session' && key !== 'agent' && key !== 'model') return undefined;
  const rows = spendRows(db, span, [key]);
  const wanted = passes(rows);
  return { key, numbers: rows.filter((_, index) => wanted[index]).map((row) => row[key]) };
}

/** The condition on messages (`m`) a filter is, behind others; '' for none. */
export function filterSql(only: MessageFilter | undefined): string {
  if (only === undefined) return '';
  return ` AND ${keyColumns[only.key]} IN (SELECT value FROM json_each(?))`;
}

/** The value of that condition, to be bound in its place. */
export function filterValues(only: MessageFilter | undefined): readonly string[] {
  return only === undefined ? [] : [JSON.stringify(only.numbers)];
}

/**
 * What each message of a span cost; messages without a price are left out. One value for the whole
 * column: a million messages take less than a second, and only few of them are asked for by number.
 */
export function messageNanos(
  db: SqlDatabase,
  span: TimeSpan = always,
  only?: MessageFilter,
): MessageNanos {
  const values = [span.from, span.to, ...filterValues(only)];
  const from = `FROM message m
    WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND m.priced <> 0${filterSql(only)}`;
  const all = db.prepare(`SELECT json_group_array(m.nano) AS nanos ${from}`);
  return {
    nanos: JSON.parse(all.get<{ nanos: string }>(...values)!.nanos) as number[],
    beyond: (low, high) =>
      db
        .prepare(`SELECT m.id AS id, m.nano AS nano ${from} AND (m.nano <= ? OR m.nano >= ?)`)
        .all<MessageNano>(...values, low, high),
  };
}

/** The same, split by keys, for what `passes` lets through. */
export function keyedMessageNanos(
  db: SqlDatabase,
  span: TimeSpan = always,
  keys: readonly MessageKey[] = [],
  passes: (rows: readonly RowKeys[]) => readonly boolean[] = (rows) => rows.map(() => true),
): MessageNanos {
  const join = keys.includes('facet') ? facetJoin : '';
  const extra = keys.map((key) => `, ${keyColumns[key]} AS ${key}`).join('');
  const rows = db
    .prepare(
      `SELECT m.id AS id, m.nano AS nano ${extra} FROM message m ${join}
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND m.priced <> 0`,
    )
    .all<Partial<RowKeys> & MessageNano>(span.from, span.to);
  const wanted = passes(rows.map((row) => ({ ...noKeys, ...row })));
  const kept = rows.filter((_, index) => wanted[index]);
  return {
    nanos: kept.map(({ nano }) => nano),
    beyond: (low, high) => kept.filter(({ nano }) => nano <= low || nano >= high),
  };
}

const noKeys: RowKeys = { at: 0, session: 0, agent: 0, model: 0, facet: 0, prompt: 0 };

/** A message as a list names it. */
export interface MessageName {
  readonly id: number;
  readonly messageId: string;
  readonly at: number;
  readonly session: number;
  readonly sid: string;
  readonly model: string;
}

/** Names of some messages, by number. */
export function messageNames(db: SqlDatabase, numbers: Iterable<number>): Map<number, MessageName> {
  const rows = db
    .prepare(
      `SELECT m.id AS id, m.mid AS messageId, m.at AS at, s.id AS session, s.sid AS sid, w.text AS model
       FROM json_each(?) j JOIN message m ON m.id = j.value JOIN session s ON s.id = m.session
         JOIN word w ON w.id = m.model_id`,
    )
    .all<MessageName>(JSON.stringify([...numbers]));
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Sums of the messages of a span whose prompt is longer than so many tokens: what a long-context band
 * is judged by, message by message; where a message tells its turns, turn by turn; sums of requests have none.
 * Split by session, agent, model and facet; without what other models did inside a message.
 */
export function longPromptRows(
  db: SqlDatabase,
  span: TimeSpan = always,
  threshold = 0,
): SpendRow[] {
  const long = `m.at >= ? AND m.at < ? AND m.counted = 1
    AND m.input + m.write5m + m.write1h + m.cache_read > ?`;
  const whole = db
    .prepare(
      `SELECT 0 AS at, m.session AS session, m.agent AS agent, m.model_id AS model, f.id AS facet,
         0 AS prompt, ${ownSums} FROM message m ${facetJoin}
       WHERE ${long} AND m.iterations IS NULL AND m.requests = 1
       GROUP BY m.session, m.agent, m.model_id, f.id`,
    )
    .all<SpendRow>(span.from, span.to, threshold);
  const turns = db
    .prepare(
      `SELECT m.*, f.id AS facet FROM message m ${facetJoin} WHERE ${long} AND m.iterations IS NOT NULL`,
    )
    .all<FacetedMessage>(span.from, span.to, threshold)
    .flatMap(longTurnReader(db, threshold));
  return [...whole, ...turns];
}

/** Messages that were at about the same time: the cheapest and the most expensive of them. */
export interface MessageColumn {
  /** Which interval of the span, from 0. */
  readonly column: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The messages of a span that cost between two amounts, in columns so many milliseconds wide: what a
 * chart can show of a million.
 */
export function messageColumns(
  db: SqlDatabase,
  span: TimeSpan,
  { width, low, high }: { readonly width: number; readonly low: number; readonly high: number },
  only?: MessageFilter,
): MessageColumn[] {
  return db
    .prepare(
      `SELECT CAST((m.at - ?) / ? AS INTEGER) AS "column", min(m.nano) AS low, max(m.nano) AS high
       FROM message m
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND m.priced <> 0
         AND m.nano BETWEEN ? AND ?${filterSql(only)}
       GROUP BY 1`,
    )
    .all<MessageColumn>(span.from, width, span.from, span.to, low, high, ...filterValues(only));
}
