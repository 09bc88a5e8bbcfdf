import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import type { PanelRequest } from '../../protocol/session.ts';
import {
  type RequestTime,
  requestsPrint,
  requestTimePages,
} from '../../store/query/requests/requestTimes.ts';

/** What exact mode tells of a session's requests, by their id; read again only when there is more. */
export class RequestTimes {
  #print = '';
  #known: ReadonlyMap<string, PanelRequest> = new Map();

  /** What is known of a request; null for nothing. */
  of(requestId: string): PanelRequest | null {
    return this.#known.get(requestId) ?? null;
  }

  /** Asks the store, giving back the thread between pages; true when something is different. */
  async update(db: SqlDatabase, sid: string): Promise<boolean> {
    const print = requestsPrint(db, sid);
    if (print === this.#print) return false;
    const latest = new Map<string, RequestTime>();
    for (const page of requestTimePages(db, sid)) {
      for (const time of page) {
        const other = latest.get(time.requestId);
        if (other === undefined || isLater(time, other)) latest.set(time.requestId, time);
      }
      await nextTurn();
    }
    this.#known = new Map(
      [...latest].map(([id, { duration, firstToken, attempts }]) => [
        id,
        { duration, firstToken, attempts },
      ]),
    );
    this.#print = print;
    return true;
  }
}

/** Of two that were told of one request the later one counts; of one moment, the one that took longer. */
function isLater(a: RequestTime, b: RequestTime): boolean {
  return a.at > b.at || (a.at === b.at && a.duration > b.duration);
}
