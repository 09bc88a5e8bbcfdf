import type { SqlDatabase } from '../../../platform/sqlite/types.ts';

/** How long the request of a message took, as telemetry told. Milliseconds. */
export interface RequestTime {
  readonly requestId: string;
  /** UTC. */
  readonly at: number;
  readonly duration: number;
  readonly firstToken: number | null;
  readonly attempts: number;
}

/** A few milliseconds. */
const pageSize = 1000;

/** Something that differs once more is told of a session's requests, or less is kept. */
export function requestsPrint(db: SqlDatabase, sid: string): string {
  const { told, last } = db
    .prepare(
      `SELECT count(*) AS told, max(at) AS last FROM request_event
       WHERE sid = (SELECT id FROM word WHERE text = ?)`,
    )
    .get<{ told: number; last: number | null }>(sid)!;
  return `${told} ${last}`;
}

/** The answered requests of a session that have an id, in pages, in no order. */
export function* requestTimePages(db: SqlDatabase, sid: string): Generator<RequestTime[]> {
  const statement = db.prepare(
    `SELECT key, rid AS requestId, at, duration, first_token AS firstToken, attempts
     FROM request_event
     WHERE sid = (SELECT id FROM word WHERE text = ?) AND key > ?
       AND failed = 0 AND rid <> '' AND duration IS NOT NULL
     ORDER BY key LIMIT ${pageSize}`,
  );
  for (let last = -1; ; ) {
    const rows = statement.all<RequestTime & { readonly key: number }>(sid, last);
    if (rows.length === 0) return;
    last = rows.at(-1)!.key;
    yield rows.map(({ key: _, ...time }) => time);
  }
}
