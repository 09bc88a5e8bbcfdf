import type { TimeSpan } from '../model/calendar.ts';
import type { SqlDatabase } from './driver/types.ts';
import type { FactRow } from './factRows.ts';
import { facetJoin, factOf } from './messageFacts.ts';

/** One message with what a list of the latest shows. */
export interface ActivityRow extends FactRow {
  readonly tools: readonly string[];
}

/** Messages asked for at once. */
const pageSize = 500;

type Row = Parameters<typeof factOf>[0] & { readonly id: number; readonly toolsText: string };

/** Messages of a span, or all of them, latest first, in pages: who has enough stops asking. */
export function* latestMessages(
  db: SqlDatabase,
  span: TimeSpan | undefined,
): Generator<ActivityRow, void, void> {
  const statement = db.prepare(
    `SELECT m.id, m.at, m.session, m.agent, m.sidechain, m.prompt, m.model_id, m.ended, m.priced,
       m.input, m.output, m.write5m, m.write1h, m.cache_read, m.searches, m.nano, f.id AS facet,
       t.text AS toolsText
     FROM message m ${facetJoin} JOIN word t ON t.id = m.tools
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
  const tools = row.toolsText === '' ? [] : (JSON.parse(row.toolsText) as string[]);
  return { ...factOf(row), tools };
}
