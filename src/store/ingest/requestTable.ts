import { hashText } from '../../model/hash53.ts';
import type { RequestEvent } from '../../model/requests/requestEvent.ts';
import { isBackgroundSource } from '../../model/requests/requestKind.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import type { KeptRequest } from '../schema/keptRequest.ts';
import {
  type BackgroundItem,
  backgroundItems,
  hiddenRequests,
  type KnownResponse,
  type ToldRequest,
} from './backgroundItems.ts';
import { clientNano } from './clientNano.ts';
import { idHash } from './downsampledMessages.ts';
import type { StringTable } from './stringTable.ts';

/** What a session is found by: its row's number, and its id. */
type SessionKey = { readonly id: number; readonly sid: string };

/** A request, or what is kept of one: that has a hash in place of its id. */
interface RequestRow {
  readonly rid: string | number;
  readonly at: number;
  readonly nano: number;
  readonly source: string;
  readonly model: string;
  readonly input: number | null;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** A request that is to be downsampled; text by its number. */
interface EventToDrop {
  readonly sid: number;
  readonly key: number;
  readonly rid: string;
  readonly at: number;
  readonly nano: number;
  readonly source: number;
  readonly model: number;
  readonly failed: number;
}

/** A message as the query has it; what was downsampled has a hash in place of its request id. */
interface ResponseRow {
  readonly rid: string | number;
  readonly at: number;
  readonly nano: number;
  readonly counted: number;
  readonly listed: number;
  readonly shared: number;
}

/** Requests that telemetry told of. A set: what comes again, late or in another order is the same. */
export class Requests {
  readonly #strings: StringTable;
  readonly #add: Statement;
  readonly #isKept: Statement;
  readonly #keep: Statement;
  readonly #ofSpan: Statement;
  readonly #dropSpan: Statement;
  readonly #any: Statement;
  readonly #ofSession: Statement;
  readonly #concerns: Statement;
  readonly #responses: Statement;
  /** Memoized: most stores have none. */
  #empty: boolean | undefined;

  constructor(db: SqlDatabase, strings: StringTable) {
    this.#strings = strings;
    this.#add = db.prepare(
      `INSERT OR IGNORE INTO request_event VALUES (${Array(20).fill('?').join(', ')})`,
    );
    this.#isKept = db.prepare('SELECT 1 FROM thinned_request WHERE sid = ? AND key = ?');
    this.#keep = db.prepare(
      'INSERT OR IGNORE INTO thinned_request VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#ofSpan = db.prepare(
      'SELECT sid, key, rid, at, nano, source, model, failed FROM request_event WHERE at < ?',
    );
    this.#dropSpan = db.prepare('DELETE FROM request_event WHERE at < ?');
    const either = (where: string): string =>
      `SELECT 1 FROM request_event ${where} UNION ALL SELECT 1 FROM thinned_request ${where} LIMIT 1`;
    this.#any = db.prepare(either(''));
    this.#concerns = db.prepare(either('WHERE sid = ?'));
    this.#ofSession = db.prepare(
      `SELECT e.rid AS rid, e.at AS at, e.nano AS nano, w.text AS source, m.text AS model,
         e.input AS input, e.output AS output, e.cache_read AS cacheRead,
         e.write5m + e.write1h AS cacheWrite
       FROM request_event e JOIN word w ON w.id = e.source JOIN word m ON m.id = e.model
       WHERE e.sid = ? AND e.nano > 0
       UNION ALL
       SELECT e.rid, e.at, e.nano, w.text, m.text, NULL, 0, 0, 0
       FROM thinned_request e JOIN word w ON w.id = e.source JOIN word m ON m.id = e.model
       WHERE e.sid = ? AND e.nano > 0`,
    );
    this.#responses = db.prepare(
      `SELECT rid, at, nano, counted, listed, shared FROM
         (SELECT m.id, ${responseSql} FROM message m WHERE m.session = ?
          UNION SELECT m.id, ${responseSql} FROM place p JOIN message m ON m.id = p.message
            WHERE p.session = ?)
       UNION ALL SELECT rid, at, nano, counted, listed, shared FROM
         (SELECT m.id, ${responseSql} FROM thinned m WHERE m.session = ?
          UNION SELECT m.id, ${responseSql} FROM thinned_place p JOIN thinned m ON m.id = p.thinned
            WHERE p.session = ?)`,
    );
  }

  /** Stores a request; false where it is known. Inside a transaction only. */
  add(event: RequestEvent): boolean {
    const { usage } = event;
    const id = (text: string): number => this.#strings.id(text);
    const values = [
      event.requestId,
      event.at,
      event.sequence,
      id(event.model),
      id(event.source),
      id(event.agentId),
      id(event.promptId),
      event.nano,
      usage.input,
      usage.output,
      usage.cacheWrite5m,
      usage.cacheWrite1h,
      usage.cacheRead,
      event.durationMs,
      event.firstTokenMs,
      event.attempts,
      Number(event.failed),
      event.status,
    ];
    this.#empty = false;
    const [sid, key] = [id(event.sessionId), keyOf(event)];
    if (this.#isKept.get(sid, key) !== undefined) return false;
    return this.#add.run(sid, key, ...values).changes > 0;
  }

  /** Keeps of all requests before a moment what background depends on, and drops the rest. */
  downsample(before: number): void {
    for (const row of this.#ofSpan.all<EventToDrop>(before)) {
      const { sid, key, rid, at, nano, source, model, failed } = row;
      this.#keep.run(sid, key, idHash(rid), at, nano, source, model, failed);
    }
    this.#dropSpan.run(before);
  }

  /** Takes over what another store has kept of downsampled requests. Inside a transaction only. */
  adopt({ sessionId, key, request, at, nano, source, model, failed }: KeptRequest): void {
    const id = (text: string): number => this.#strings.id(text);
    this.#empty = false;
    const names = [id(source), id(model)];
    this.#keep.run(id(sessionId), key, request, at, nano, ...names, Number(failed));
  }

  /** Whether anything is known of a session's requests. */
  concerns(sid: string): boolean {
    this.#empty ??= this.#any.get() === undefined;
    if (this.#empty) return false;
    const word = this.#strings.find(sid);
    return word !== undefined && this.#concerns.get(word, word) !== undefined;
  }

  /** What of a session's background its requests itemise. */
  itemsOf(session: SessionKey): BackgroundItem[] {
    if (!this.concerns(session.sid)) return [];
    return backgroundItems(this.#requestsOf(session), this.#responsesOf(session));
  }

  /** A session's requests without a message, earliest first. */
  hiddenOf(session: SessionKey): ToldRequest[] {
    if (!this.concerns(session.sid)) return [];
    const hidden = hiddenRequests(this.#requestsOf(session), this.#responsesOf(session));
    return hidden.sort((a, b) => a.at - b.at || a.nano - b.nano);
  }

  /** Requests of a session that Claude Code's metrics sum up as the background. */
  inBackground(session: SessionKey): ToldRequest[] {
    if (!this.concerns(session.sid)) return [];
    return this.#requestsOf(session).filter(({ source }) => isBackgroundSource(source));
  }

  #requestsOf({ sid }: SessionKey): ToldRequest[] {
    const word = this.#strings.find(sid)!;
    return this.#ofSession
      .all<RequestRow>(word, word)
      .map(({ rid, at, nano, source, model, input, ...more }): ToldRequest => {
        const tokens = input === null ? undefined : { input, ...more };
        return { request: hashOf(rid), at, nano, source, model, tokens };
      });
  }

  #responsesOf({ id }: SessionKey): KnownResponse[] {
    return this.#responses.all<ResponseRow>(id, id, id, id).map(
      ({ rid, at, nano, counted, listed, shared }): KnownResponse => ({
        request: hashOf(rid),
        at,
        nano,
        counted: counted === 1,
        listed: listed === 1,
        shared: shared === 1,
      }),
    );
  }

  /** Invalidates the memo after a rollback. */
  forget(): void {
    this.#empty = undefined;
  }
}

/** Of a message or a tombstone. Without a price of the list it has a share of the client's total, or nothing. */
const responseSql = `m.rid, m.at, ${clientNano} AS nano, m.counted, m.listed,
  m.listed = 0 AND ${clientNano} <> 0 AS shared`;

/** Of an id, or what has been kept of it. */
function hashOf(rid: string | number): number {
  return typeof rid === 'number' ? rid : idHash(rid);
}

/** A number that all of an event decides. */
function keyOf(event: RequestEvent): number {
  const { usage, ...rest } = event;
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = usage;
  const counts = [input, output, cacheWrite5m, cacheWrite1h, cacheRead];
  const names = Object.keys(rest).sort() as (keyof typeof rest)[];
  return hashText(JSON.stringify([...names.map((name) => rest[name]), ...counts]));
}
