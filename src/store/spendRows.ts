import type { TimeSpan } from '../model/calendar.ts';
import type { SqlDatabase } from './driver/types.ts';
import { type MessageRow, partsOf, pricing } from './messages.ts';
import { agentType, type SpendSums, spendSums } from './reader.ts';
import { bucketMs } from './rollup.ts';

/** What one agent of one session spent on one model in a span. */
export interface SpendRow extends SpendSums {
  readonly session: number;
  readonly agentId: string;
  readonly agentType: string;
  readonly model: string;
}

/** Background of one session dated to one moment. */
export interface BackgroundRow {
  readonly session: number;
  readonly at: number;
  readonly nano: number;
}

/** What was spent in one quarter of an hour. */
export interface BucketRow {
  readonly at: number;
  readonly nano: number;
  readonly messages: number;
}

/** All that was spent, or all of a span, by session, agent and model. Exact for any span. */
export function spendRows(db: SqlDatabase, span: TimeSpan | undefined): SpendRow[] {
  if (span === undefined) {
    return db
      .prepare(
        `SELECT t.session AS session, a.aid AS agentId, ${agentType} AS agentType, w.text AS model,
           ${spendSums} FROM spend_total t JOIN agent a ON a.id = t.agent JOIN word w ON w.id = t.model
         GROUP BY t.session, t.agent, t.model`,
      )
      .all<SpendRow>();
  }
  const from = Math.ceil(span.from / bucketMs);
  const to = Math.floor(span.to / bucketMs);
  if (from > to) return edgeRows(db, span);
  const inner = db
    .prepare(
      `SELECT b.session AS session, a.aid AS agentId, ${agentType} AS agentType, w.text AS model,
         ${spendSums} FROM spend_bucket b JOIN agent a ON a.id = b.agent JOIN word w ON w.id = b.model
       WHERE b.bucket >= ? AND b.bucket < ? GROUP BY b.session, b.agent, b.model`,
    )
    .all<SpendRow>(from, to);
  const edges = [
    { from: span.from, to: from * bucketMs },
    { from: to * bucketMs, to: span.to },
  ].flatMap((edge) => (edge.from < edge.to ? edgeRows(db, edge) : []));
  return edges.length === 0 ? inner : combine([...inner, ...edges]);
}

/** Background spend dated into a span, or all of it. */
export function backgroundRows(db: SqlDatabase, span: TimeSpan | undefined): BackgroundRow[] {
  const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  return db
    .prepare('SELECT session, at, nano FROM background WHERE at >= ? AND at < ? ORDER BY at')
    .all<BackgroundRow>(from, to);
}

/** Background spend of one session, earliest first. */
export function backgroundRowsOf(
  db: SqlDatabase,
  session: number,
): { readonly at: number; readonly nano: number }[] {
  return db
    .prepare('SELECT at, nano FROM background WHERE session = ? ORDER BY at')
    .all<{ at: number; nano: number }>(session);
}

/** Message spend by quarter of an hour, of some sessions or of all; edges of the span are whole. */
export function bucketRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  sessions: readonly number[] | undefined,
): BucketRow[] {
  const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
  const list = sessions === undefined ? null : JSON.stringify(sessions);
  return db
    .prepare(
      `SELECT bucket * ${bucketMs} AS at, sum(nano) AS nano, sum(messages) AS messages
       FROM spend_bucket WHERE bucket >= ? AND bucket < ?
         AND (? IS NULL OR session IN (SELECT value FROM json_each(?)))
       GROUP BY bucket ORDER BY bucket`,
    )
    .all<BucketRow>(Math.floor(from / bucketMs), Math.ceil(to / bucketMs), list, list);
}

type EdgeRow = MessageRow & { aid: string; agentType: string; modelText: string };

/** Messages of a stretch shorter than a bucket, split by model as the roll-ups split them. */
function edgeRows(db: SqlDatabase, span: TimeSpan): SpendRow[] {
  const rows = db
    .prepare(
      `SELECT m.*, a.aid AS aid, ${agentType} AS agentType, w.text AS modelText
       FROM message m JOIN agent a ON a.id = m.agent JOIN word w ON w.id = m.model_id
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1`,
    )
    .all<EdgeRow>(span.from, span.to);
  return combine(rows.flatMap(splitByModel));
}

function splitByModel(row: EdgeRow): SpendRow[] {
  const who = { session: row.session, agentId: row.aid, agentType: row.agentType };
  const parts = partsOf(row).filter(({ kind }) => kind !== 'declined');
  const partNano = parts.reduce((sum, { nano }) => sum + nano, 0);
  const own: SpendRow = {
    ...who,
    model: row.modelText,
    messages: 1,
    lower: 1 - row.ended,
    unpriced: Number(row.priced === pricing.unpriced),
    client: Number(row.priced === pricing.client),
    input: row.input,
    output: row.output,
    cacheWrite5m: row.write5m,
    cacheWrite1h: row.write1h,
    cacheRead: row.cache_read,
    webSearches: row.searches,
    nano: row.nano - partNano,
  };
  const others = parts.map(({ model, usage, nano }) => {
    const none = { messages: 0, lower: 0, unpriced: 0, client: 0 };
    return { ...who, model, ...none, ...usage, nano };
  });
  return [own, ...others];
}

/** One row for each session, agent and model. */
function combine(rows: readonly SpendRow[]): SpendRow[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.session, row.agentId, row.model]));
  return [...groups.values()].map((group) => {
    const { session, agentId, agentType: type, model } = group[0]!;
    return { session, agentId, agentType: type, model, ...addSums(group) };
  });
}

/** The sum of sums. */
export function addSums(rows: Iterable<SpendSums>): SpendSums {
  const total = {
    messages: 0,
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
  for (const row of rows) {
    for (const name of Object.keys(total) as (keyof SpendSums)[]) total[name] += row[name];
  }
  return total;
}
