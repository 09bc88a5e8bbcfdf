import type { TimeSpan } from '../model/calendar.ts';
import type { SqlDatabase } from './driver/types.ts';
import type { FactRow } from './factRows.ts';

/** What message rows can be told apart by without reading more than they need. */
export type MessageKey = 'session' | 'agent' | 'model' | 'facet' | 'prompt';

/** Costs of single messages, in nano-dollars, and their numbers in the same order. */
export interface MessageNanos {
  readonly ids: readonly number[];
  readonly nanos: readonly number[];
}

const always: TimeSpan = { from: 0, to: Number.MAX_SAFE_INTEGER };

const columns: Readonly<Record<MessageKey, string>> = {
  session: 'm.session',
  agent: 'm.agent',
  model: 'm.model_id',
  facet: 'f.id',
  prompt: 'CASE m.sidechain WHEN 1 THEN 0 ELSE m.prompt END',
};

/** Numbers a column of the messages has to have one of. */
export interface MessageFilter {
  readonly key: 'session' | 'agent' | 'model';
  readonly numbers: readonly number[];
}

/**
 * What each message of a span cost; messages without a price are left out. One value for a whole
 * column: a million messages take less than a second.
 */
export function messageNanos(
  db: SqlDatabase,
  span: TimeSpan = always,
  only?: MessageFilter,
): MessageNanos {
  const wanted = only === undefined ? [] : [JSON.stringify(only.numbers)];
  const row = db
    .prepare(
      `SELECT json_group_array(m.id) AS ids, json_group_array(m.nano) AS nanos FROM message m
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND m.priced <> 0
       ${only === undefined ? '' : `AND ${columns[only.key]} IN (SELECT value FROM json_each(?))`}`,
    )
    .get<{ ids: string; nanos: string }>(span.from, span.to, ...wanted)!;
  return { ids: JSON.parse(row.ids) as number[], nanos: JSON.parse(row.nanos) as number[] };
}

/** The same, split by keys, for what `passes` lets through. */
export function keyedMessageNanos(
  db: SqlDatabase,
  span: TimeSpan = always,
  keys: readonly MessageKey[] = [],
  passes: (rows: readonly FactRow[]) => readonly boolean[] = (rows) => rows.map(() => true),
): MessageNanos {
  const join = keys.includes('facet')
    ? `JOIN facet f ON f.price_row = m.price_row AND f.branch = m.branch AND f.effort = m.effort
         AND f.attribution = m.attribution`
    : '';
  const extra = keys.map((key) => `, ${columns[key]} AS ${key}`).join('');
  const rows = db
    .prepare(
      `SELECT m.id AS id, m.nano AS nano ${extra} FROM message m ${join}
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND m.priced <> 0`,
    )
    .all<FactRow & { id: number }>(span.from, span.to);
  const wanted = passes(rows.map((row) => ({ ...noFact, ...row })));
  const kept = rows.filter((_, index) => wanted[index]);
  return { ids: kept.map(({ id }) => id), nanos: kept.map(({ nano }) => nano) };
}

const noFact: FactRow = {
  at: 0,
  session: 0,
  agent: 0,
  model: 0,
  facet: 0,
  prompt: 0,
  messages: 1,
  lower: 0,
  unpriced: 0,
  client: 0,
  input: 0,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  webSearches: 0,
  nano: 0,
};

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
 * is judged by, message by message. Split by session, agent, model and facet; without what other
 * models did inside a message.
 */
export function longPromptRows(db: SqlDatabase, span: TimeSpan = always, threshold = 0): FactRow[] {
  return db
    .prepare(
      `SELECT 0 AS at, m.session AS session, m.agent AS agent, m.model_id AS model, f.id AS facet,
         0 AS prompt, count(*) AS messages, sum(1 - m.ended) AS lower, sum(m.priced = 0) AS unpriced,
         sum(m.priced = 2) AS client, sum(m.input) AS input, sum(m.output) AS output,
         sum(m.write5m) AS cacheWrite5m, sum(m.write1h) AS cacheWrite1h,
         sum(m.cache_read) AS cacheRead, sum(m.searches) AS webSearches, sum(m.nano) AS nano
       FROM message m JOIN facet f ON f.price_row = m.price_row AND f.branch = m.branch
         AND f.effort = m.effort AND f.attribution = m.attribution
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1
         AND m.input + m.write5m + m.write1h + m.cache_read > ?
       GROUP BY m.session, m.agent, m.model_id, f.id`,
    )
    .all<FactRow>(span.from, span.to, threshold);
}
