import type { TimeSpan } from '../../model/calendar.ts';
import { countSources } from '../../model/records.ts';
import { combineUsage, type Usage } from '../../model/tokens.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { isBilled, partsOf } from '../schema/messageRow.ts';
import type { SpendRow } from '../schema/sums.ts';
import { facetJoin, type MessageSpend, spendRowOf } from './messageSpend.ts';
import { filterSql, filterValues, type MessageFilter } from './messages.ts';

/** One message, its parts included, with what a list of messages shows. */
export interface ActivityRow extends SpendRow {
  /** Nano-dollars of a declined attempt that may be billed beside it. */
  readonly declined: number;
  /** The message's id, '' where it has none. */
  readonly messageId: string;
  readonly tools: readonly string[];
  /** Milliseconds it took; null where that is not known. */
  readonly durationMs: number | null;
  /** Its own count was not logged: how far a running counter moved tells it. */
  readonly isRecovered: boolean;
}

/** Messages asked for at once. */
const pageSize = 500;

type Row = MessageSpend & {
  readonly declined: number;
  readonly parts: string | null;
  readonly id: number;
  readonly messageId: string | null;
  readonly toolsText: string;
  readonly duration: number | null;
  readonly source: number;
};

const columns = `m.id, m.mid AS messageId, m.at, m.session, m.agent, m.sidechain, m.prompt,
  m.model_id, m.ended, m.incomplete, m.priced, m.input, m.output, m.write5m, m.write1h, m.cache_read,
  m.searches, m.nano, m.declined, m.parts, m.duration, m.source, f.id AS facet, t.text AS toolsText`;

/** Messages of a span, or all of them, latest first, in pages: who has enough stops asking. */
export function* latestMessages(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  only?: MessageFilter,
): Generator<ActivityRow, void, void> {
  const statement = db.prepare(
    `SELECT ${columns} FROM message m ${facetJoin} JOIN word t ON t.id = m.tools
     WHERE (m.at, m.id) < (?, ?) AND m.at >= ? AND m.counted = 1${filterSql(only)}
     ORDER BY m.at DESC, m.id DESC LIMIT ${pageSize}`,
  );
  let [at, id] = [span?.to ?? Number.MAX_SAFE_INTEGER, 0];
  for (;;) {
    const rows = statement.all<Row>(at, id, span?.from ?? 0, ...filterValues(only));
    yield* rows.map(activityOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    [at, id] = [last.at, last.id];
  }
}

/**
 * Messages of a span, or all of them, most expensive first, in pages. A page looks through the
 * costs of the whole span, in an index that has the models too, and reads the rows of its own messages only.
 */
export function* mostExpensiveMessages(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  only?: MessageFilter,
): Generator<ActivityRow, void, void> {
  const statement = db.prepare(
    `SELECT ${columns} FROM (
       SELECT m.id, m.nano FROM message m
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1 AND m.priced <> 0${filterSql(only)}
         AND (m.nano, m.id) < (?, ?)
       ORDER BY m.nano DESC, m.id DESC LIMIT ?) d
     JOIN message m ON m.id = d.id ${facetJoin} JOIN word t ON t.id = m.tools
     ORDER BY m.nano DESC, m.id DESC`,
  );
  let [nano, id] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  // Most who ask want a few; only filters make anybody ask on.
  for (let size = 25; ; size = pageSize) {
    const { from, to } = span ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
    const rows = statement.all<Row>(from, to, ...filterValues(only), nano, id, size);
    yield* rows.map(activityOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    [nano, id] = [last.nano, last.id];
  }
}

function activityOf(row: Row): ActivityRow {
  const tools = row.toolsText === '' ? [] : (JSON.parse(row.toolsText) as string[]);
  const own = spendRowOf(row);
  const usage = partsOf(row)
    .filter(isBilled)
    .reduce((sum: Usage, part) => combineUsage(sum, part.usage), own);
  const { declined, messageId, duration: durationMs } = row;
  const isRecovered = row.source === countSources.counter;
  return { ...own, ...usage, declined, messageId: messageId ?? '', tools, durationMs, isRecovered };
}
