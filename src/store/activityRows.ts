import type { TimeSpan } from '../model/calendar.ts';
import type { SqlDatabase } from './driver/types.ts';
import type { FactRow } from './factRows.ts';
import { type MessageRow, pricing } from './messages.ts';

/** One message with what a list of the latest shows. */
export interface ActivityRow extends FactRow {
  readonly tools: readonly string[];
  /** Nano-dollars are not known: the message has no price. */
  readonly isUnpriced: boolean;
}

/** Messages asked for at once. */
const pageSize = 500;

type Row = Pick<
  MessageRow,
  | 'id'
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
> & { readonly facet: number; readonly toolsText: string };

/** Messages of a span, or all of them, latest first, in pages: who has enough stops asking. */
export function* latestMessages(
  db: SqlDatabase,
  span: TimeSpan | undefined,
): Generator<ActivityRow, void, void> {
  const statement = db.prepare(
    `SELECT m.id, m.at, m.session, m.agent, m.sidechain, m.prompt, m.model_id, m.ended, m.priced,
       m.input, m.output, m.write5m, m.write1h, m.cache_read, m.searches, m.nano, f.id AS facet,
       t.text AS toolsText
     FROM message m JOIN facet f ON f.price_row = m.price_row AND f.branch = m.branch
       AND f.effort = m.effort AND f.attribution = m.attribution JOIN word t ON t.id = m.tools
     WHERE (m.at, m.id) < (?, ?) AND m.at >= ? AND m.counted = 1
     ORDER BY m.at DESC, m.id DESC LIMIT ${pageSize}`,
  );
  let [at, id] = [span?.to ?? Number.MAX_SAFE_INTEGER, 0];
  for (;;) {
    const rows = statement.all<Row>(at, id, span?.from ?? 0);
    yield* rows.map(activityOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    [at, id] = [last.at, last.id];
  }
}

function activityOf(row: Row): ActivityRow {
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
    input: row.input,
    output: row.output,
    cacheWrite5m: row.write5m,
    cacheWrite1h: row.write1h,
    cacheRead: row.cache_read,
    webSearches: row.searches,
    nano: row.nano,
    tools: row.toolsText === '' ? [] : (JSON.parse(row.toolsText) as string[]),
    isUnpriced: row.priced === pricing.unpriced,
  };
}
