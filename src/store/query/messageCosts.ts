import type { RequestTraits } from '../../model/price.ts';
import { type Attribution, countSources } from '../../model/records.ts';
import type { Usage } from '../../model/tokens.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import {
  bandOf,
  isLower,
  iterationsOf,
  type MessageRow,
  type PricedPart,
  partsOf,
  traitsOf,
  type UsageColumn,
  usageOf,
} from '../schema/messageRow.ts';

/** How a message's money came about. */
export type PricedBy = 'unpriced' | 'catalogue' | 'client';

/** A message with everything its price was made of. */
export interface MessageCost {
  readonly messageId: string;
  readonly requestId: string;
  /** Names the message among all of its session. */
  readonly key: string;
  readonly at: number;
  readonly agentId: string;
  /** Catalogue id, or as written when unpriced. */
  readonly model: string;
  /** The model as the transcript writes it. */
  readonly written: string;
  readonly traits: RequestTraits;
  /** Lifetime the request asked its cache writes to have (`5m`, `1h`), or ''. */
  readonly cacheRequested: string;
  /** Model the request asked for, where another one answered; else ''. */
  readonly requestedModel: string;
  /** Names the price row; '' when unpriced. */
  readonly row: string;
  /** Names the row of the upper band, where some turns were priced there; else ''. */
  readonly bandRow: string;
  readonly pricedBy: PricedBy;
  /** Nano-dollars, parts included. */
  readonly nano: number;
  /** A declined attempt that may be billed beside it. */
  readonly declined: number;
  /** False when the figure is only a lower bound. */
  readonly ended: boolean;
  /** False when cache writes had no lifetime and were taken for five minutes. */
  readonly cacheSplit: boolean;
  readonly usage: Usage;
  /** The model's turns inside the response, where they tell its bands. */
  readonly iterations: readonly Usage[];
  readonly parts: readonly PricedPart[];
  /** Its own count was not logged: how far a running counter moved tells it. */
  readonly recovered: boolean;
  /** What the vendor counted for it in credits of its own, billionths; null where that is not said. */
  readonly nanoCredits: number | null;
  /** Tokens of its output that went into reasoning; null where that is not said. */
  readonly reasoning: number | null;
  readonly tools: readonly string[];
  readonly stopReason: string;
  readonly promptId: string;
  /** Branch its record names; '' for none. */
  readonly branch: string;
  /** Who answered it, as its agent calls it; '' where it does not say. */
  readonly provider: string;
}

type Row = Pick<
  MessageRow,
  | 'id'
  | 'mid'
  | 'rid'
  | 'side'
  | 'at'
  | 'nano'
  | 'declined'
  | 'priced'
  | 'ended'
  | 'incomplete'
  | 'iterations'
  | 'band'
  | 'cache_split'
  | 'requests'
  | 'source'
  | 'credits'
  | 'reasoning'
  | 'parts'
  | UsageColumn
> & {
  readonly aid: string;
  readonly modelText: string;
  readonly writtenText: string;
  readonly traitsText: string;
  readonly rowText: string;
  readonly toolsText: string;
  readonly stopText: string;
  readonly promptText: string;
  readonly branchText: string;
  readonly attributionText: string;
};

const pricedBy: readonly PricedBy[] = ['unpriced', 'catalogue', 'client'];

const costsOf = `SELECT m.id, m.mid, m.rid, m.side, m.at, m.nano, m.declined, m.priced, m.ended, m.incomplete,
         m.cache_split, m.requests, m.source, m.credits, m.reasoning, m.parts, m.iterations, m.band,
         m.input, m.output, m.write5m, m.write1h, m.cache_read, m.searches, a.aid AS aid,
         w.text AS modelText, o.text AS writtenText, t.text AS traitsText, r.text AS rowText,
         l.text AS toolsText, s.text AS stopText, p.text AS promptText,
         b.text AS branchText, x.text AS attributionText
       FROM message m JOIN agent a ON a.id = m.agent JOIN word w ON w.id = m.model_id
         JOIN word o ON o.id = m.model JOIN word t ON t.id = m.traits
         JOIN word r ON r.id = m.price_row JOIN word l ON l.id = m.tools
         JOIN word s ON s.id = m.stop JOIN word p ON p.id = m.prompt
         JOIN word b ON b.id = m.branch JOIN word x ON x.id = m.attribution
       WHERE m.session = ? AND m.counted = 1`;

/** The messages of a session that count, most expensive first. */
export function messageCosts(db: SqlDatabase, session: number): MessageCost[] {
  return db
    .prepare(`${costsOf} ORDER BY m.nano DESC, m.at, m.mid, m.rid, m.side`)
    .all<Row>(session)
    .map(costOf);
}

/** Messages asked for at once: a few milliseconds. */
const defaultPageSize = 100;

/**
 * The messages of a session from a moment on (UTC milliseconds), earliest first, in pages, so that
 * the longest session holds nobody up.
 */
export function* messageCostPages(
  db: SqlDatabase,
  session: number,
  since: number,
  pageSize = defaultPageSize,
): Generator<MessageCost[], void, void> {
  const statement = db.prepare(
    `${costsOf} AND (m.at, m.id) > (?, ?) ORDER BY m.at, m.id LIMIT ${pageSize}`,
  );
  let [at, id] = [since, -1];
  for (;;) {
    const rows = statement.all<Row>(session, at, id);
    if (rows.length > 0) yield rows.map(costOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    [at, id] = [last.at, last.id];
  }
}

/** Ids of the sessions that have a copy of a message. */
export function sessionsOfMessage(
  db: SqlDatabase,
  { messageId, requestId }: Pick<MessageCost, 'messageId' | 'requestId'>,
): string[] {
  return db
    .prepare(
      `SELECT DISTINCT s.sid AS sid FROM message m JOIN place p ON p.message = m.id
         JOIN session s ON s.id = p.session WHERE m.mid = ? AND m.rid = ?`,
    )
    .all<{ sid: string }>(messageId, requestId)
    .map(({ sid }) => sid);
}

/** What can change of a message, each with a weight of its own. Words are compared by number. */
const weighted = [
  ...['at', 'nano', 'declined', 'priced', 'ended', 'cache_split', 'input', 'output', 'write5m'],
  ...['write1h', 'cache_read', 'searches', 'agent', 'model_id', 'model', 'traits', 'price_row'],
  ...[
    'tools',
    'attribution',
    'stop',
    'prompt',
    'coalesce(length(parts), 0)',
    'length(rid)',
    'length(side)',
    'incomplete',
    'requests',
    'source',
    'coalesce(credits, 0)',
    'coalesce(reasoning, 0)',
    'coalesce(length(band), 0)',
  ],
]
  .map((column, i) => `${column} * ${2 * i + 3}`)
  .join(' + ');

/**
 * A fingerprint of the messages of a session before a moment (UTC milliseconds): while it stays the
 * same, none of them has changed, come or gone.
 */
export function messagesPrint(db: SqlDatabase, session: number, before: number): string {
  const { count, sum } = db
    .prepare(
      `SELECT count(*) AS count,
         coalesce(sum((id % 8191 + 1) * ((${weighted}) % 1000003) % 1000003), 0) AS sum
       FROM message WHERE session = ? AND counted = 1 AND at < ?`,
    )
    .get<{ count: number; sum: number }>(session, before)!;
  return `${count} ${sum}`;
}

/**
 * What names a message among all of its session. A placeholder's session may be another's of the same
 * response: a session has one of an id.
 */
export function messageKey({ mid, rid, side }: Pick<Row, 'mid' | 'rid' | 'side'>): string {
  return `${mid} ${rid}${side && ` ${side.startsWith('@') ? '@' : side}`}`;
}

/** Requests a message is the sum of; null where nobody knows of how many. */
export function requestsOf({
  traits: { requests = 1 },
}: Pick<MessageCost, 'traits'>): number | null {
  return requests === 0 ? null : requests;
}

/** The price rows of a message, as a person reads them. */
export function priceRows({ row, bandRow }: Pick<MessageCost, 'row' | 'bandRow'>): string {
  return bandRow === '' ? row : `${row} + ${bandRow}`;
}

function providerOf(attribution: string): string {
  if (!attribution.includes('"provider"')) return '';
  return (JSON.parse(attribution) as Attribution).provider ?? '';
}

function costOf(row: Row): MessageCost {
  const { cacheRequested, requestedModel, ...traits } = traitsOf(row.traitsText);
  return {
    messageId: row.mid,
    requestId: row.rid,
    key: messageKey(row),
    at: row.at,
    agentId: row.aid,
    model: row.modelText,
    written: row.writtenText,
    traits: row.requests === 1 ? traits : { ...traits, requests: row.requests },
    cacheRequested,
    requestedModel,
    row: row.rowText,
    bandRow: bandOf(row)?.row ?? '',
    pricedBy: pricedBy[row.priced] ?? 'unpriced',
    nano: row.nano,
    declined: row.declined,
    ended: !isLower(row),
    cacheSplit: row.cache_split === 1,
    usage: usageOf(row),
    iterations: iterationsOf(row.iterations),
    parts: partsOf(row),
    recovered: row.source === countSources.counter,
    nanoCredits: row.credits,
    reasoning: row.reasoning,
    tools: row.toolsText === '' ? [] : (JSON.parse(row.toolsText) as string[]),
    stopReason: row.stopText,
    promptId: row.promptText,
    branch: row.branchText,
    provider: providerOf(row.attributionText),
  };
}
