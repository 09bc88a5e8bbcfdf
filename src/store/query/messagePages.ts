import type { TimeSpan } from '../../model/calendar.ts';
import { memoize } from '../../model/memoize.ts';
import { countSources } from '../../model/records.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { type MessageRow, pricing, splitMessage } from '../schema/messageRow.ts';
import { noSums, type SpendRow } from '../schema/sums.ts';
import { agentType } from './fragments.ts';
import { facetJoin, spendRowOf } from './messageSpend.ts';

/**
 * One message that counts, or one part of a message that was answered by another model: together
 * they are what the rollups sum. Tokens and money are of the piece alone.
 */
export interface MessagePiece extends SpendRow {
  readonly kind: 'message' | 'part';
  readonly messageId: string;
  readonly requestId: string;
  readonly agentId: string;
  /** `main`, or the subagent's type. */
  readonly agentType: string;
  readonly modelName: string;
  /** Names the price row; '' when unpriced or priced from the client's totals. */
  readonly priceRow: string;
  readonly promptId: string;
  readonly stopReason: string;
  /** Code of the API error the record reports, or ''. */
  readonly error: string;
  readonly durationMs: number | null;
  /** Its own count was not logged: how far a running counter moved tells it. */
  readonly isRecovered: boolean;
  /** No rates are known, so that `nano` is 0 and means nothing. */
  readonly noPrice: boolean;
}

type Row = MessageRow & {
  readonly facet: number | null;
  readonly aid: string;
  readonly type: string;
  readonly modelText: string;
  readonly rowText: string;
  readonly promptText: string;
  readonly stopText: string;
  readonly errorText: string;
};

const piecesOf = `SELECT m.*, f.id AS facet, a.aid AS aid, ${agentType} AS type,
    w.text AS modelText, r.text AS rowText, p.text AS promptText, s.text AS stopText,
    e.text AS errorText
  FROM message m JOIN agent a ON a.id = m.agent JOIN word w ON w.id = m.model_id
    JOIN word r ON r.id = m.price_row JOIN word p ON p.id = m.prompt JOIN word s ON s.id = m.stop
    JOIN word e ON e.id = m.error
    LEFT ${facetJoin}
  WHERE (m.at, m.id) > (?, ?) AND m.at < ? AND m.counted = 1
  ORDER BY m.at, m.id LIMIT ?`;

/**
 * All messages of a span, or ever, earliest first, a page at a time: a million of them need no more
 * memory than a page. What is written meanwhile is not seen inside a transaction: see `snapshot`.
 */
export function* messagePages(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  pageSize = 1000,
): Generator<MessagePiece[], void, void> {
  const statement = db.prepare(piecesOf);
  const find = db.prepare('SELECT id FROM word WHERE text = ?');
  // Few models are named by parts.
  const wordOf = memoize((text: string) => find.get<{ id: number }>(text)?.id ?? 0);
  const end = span?.to ?? Number.MAX_SAFE_INTEGER;
  let [at, id] = [span?.from ?? 0, -1];
  for (;;) {
    const rows = statement.all<Row>(at, id, end, pageSize);
    if (rows.length > 0) yield rows.flatMap((row) => pieces(row, wordOf));
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    [at, id] = [last.at, last.id];
  }
}

/** Reads the store as it is at one moment, however long `work` takes. */
export async function snapshot<T>(db: SqlDatabase, work: () => Promise<T>): Promise<T> {
  db.exec('BEGIN');
  try {
    return await work();
  } finally {
    db.exec('COMMIT');
  }
}

function pieces(row: Row, wordOf: (text: string) => number): MessagePiece[] {
  const { usage, nano, parts } = splitMessage(row);
  const own: MessagePiece = {
    ...spendRowOf({ ...row, facet: row.facet ?? 0 }),
    kind: 'message',
    ...usage,
    nano,
    messageId: row.mid,
    requestId: row.rid,
    agentId: row.aid,
    agentType: row.type,
    modelName: row.modelText,
    priceRow: row.rowText,
    promptId: row.promptText,
    stopReason: row.stopText,
    error: row.errorText,
    durationMs: row.duration,
    isRecovered: row.source === countSources.counter,
    noPrice: row.rowText === '' && row.priced !== pricing.client,
  };
  const none = { ...noSums(), durationMs: null };
  return [
    own,
    ...parts.map((part): MessagePiece => {
      const modelName = part.model ?? own.modelName;
      return {
        ...own,
        ...none,
        ...part.usage,
        kind: 'part',
        model: wordOf(modelName),
        modelName,
        priceRow: part.row,
        nano: part.nano,
        noPrice: part.row === '',
      };
    }),
  ];
}
