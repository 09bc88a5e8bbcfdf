import type { RequestEvent } from '../../../model/requests/requestEvent.ts';
import { noUsage } from '../../../model/tokens.ts';
import type { SqlDatabase } from '../../../platform/sqlite/types.ts';
import type { KeptRequest } from '../../schema/keptRequest.ts';

interface RequestRow extends Omit<RequestEvent, 'usage' | 'failed'> {
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
}

/** Requests that telemetry told of, of some sessions (by id) or of all, earliest first. */
export function requestEvents(db: SqlDatabase, sids?: Iterable<string>): RequestEvent[] {
  const wanted = sids === undefined ? [] : [JSON.stringify([...sids])];
  return db
    .prepare(
      `SELECT s.text AS sessionId, e.rid AS requestId, e.at AS at, e.sequence AS sequence,
         m.text AS model, w.text AS source, a.text AS agentId, p.text AS promptId, e.nano AS nano,
         e.input AS input, e.output AS output, e.write5m AS cacheWrite5m,
         e.write1h AS cacheWrite1h, e.cache_read AS cacheRead, e.duration AS durationMs,
         e.first_token AS firstTokenMs, e.attempts AS attempts, e.failed AS failed,
         e.status AS status
       FROM request_event e JOIN word s ON s.id = e.sid JOIN word m ON m.id = e.model
         JOIN word w ON w.id = e.source JOIN word a ON a.id = e.agent JOIN word p ON p.id = e.prompt
       ${sids === undefined ? '' : 'WHERE s.text IN (SELECT value FROM json_each(?))'}
       ORDER BY e.at, e.sequence, e.key`,
    )
    .all<RequestRow>(...wanted)
    .map((row): RequestEvent => {
      const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, failed, ...event } = row;
      const usage = { ...noUsage, input, output, cacheWrite5m, cacheWrite1h, cacheRead };
      return { ...event, usage, failed: failed === 1 };
    });
}

/** What is kept of downsampled requests, of some sessions (by id) or of all. */
export function keptRequests(db: SqlDatabase, sids?: Iterable<string>): KeptRequest[] {
  const wanted = sids === undefined ? [] : [JSON.stringify([...sids])];
  return db
    .prepare(
      `SELECT s.text AS sessionId, e.key AS key, e.rid AS request, e.at AS at, e.nano AS nano,
         w.text AS source, m.text AS model, e.failed AS failed
       FROM thinned_request e JOIN word s ON s.id = e.sid JOIN word w ON w.id = e.source
         JOIN word m ON m.id = e.model
       ${sids === undefined ? '' : 'WHERE s.text IN (SELECT value FROM json_each(?))'}`,
    )
    .all<Omit<KeptRequest, 'failed'> & { readonly failed: number }>(...wanted)
    .map((row): KeptRequest => ({ ...row, failed: row.failed === 1 }));
}

/** What telemetry has told in all, and of sessions without a transcript. */
export interface ToldRequests {
  readonly requests: number;
  /** UTC milliseconds of the last one; null without any. */
  readonly lastAt: number | null;
  /** Of sessions no transcript was read of: in no figure. */
  readonly elsewhere: number;
  readonly elsewhereNano: number;
}

export function toldRequests(db: SqlDatabase): ToldRequests {
  return db
    .prepare(
      `SELECT count(*) AS requests, max(e.at) AS lastAt,
         coalesce(sum(s.id IS NULL), 0) AS elsewhere,
         CAST(total(CASE WHEN s.id IS NULL THEN e.nano ELSE 0 END) AS INTEGER) AS elsewhereNano
       FROM (SELECT sid, at, nano FROM request_event
             UNION ALL SELECT sid, at, nano FROM thinned_request) e
         JOIN word w ON w.id = e.sid LEFT JOIN session s ON s.sid = w.text`,
    )
    .get<ToldRequests>()!;
}
