import assert from 'node:assert/strict';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import type { Verdict } from './oracle.ts';

interface StoredMessage {
  readonly key: string;
  readonly counted: number;
  readonly final: number;
  readonly session: string;
  readonly agent: string;
  readonly at: number;
  readonly model: string;
  readonly tokens: string;
  readonly priced: number;
  readonly nano: number;
}

interface StoredSession {
  readonly id: number;
  readonly sid: string;
  readonly client: number | null;
  readonly reconciled: number;
  readonly background: number;
  readonly unconfirmed: number;
  /** Holds a message whose price is a share of the client's total. */
  readonly shares: number;
}

/** Holds a store against what an independent reading of its transcripts found. */
export function assertVerdict(db: SqlDatabase, verdict: Verdict): void {
  const messages = db
    .prepare(
      `SELECT mid || ' ' || rid || ' ' || side AS key, counted, ended AS final, sid AS session, aid AS agent, at,
         w.text AS model, json_array(input, output, write5m, write1h, cache_read, searches) AS tokens,
         priced, nano
       FROM message m JOIN session s ON s.id = m.session JOIN agent a ON a.id = m.agent
       JOIN word w ON w.id = m.model`,
    )
    .all<StoredMessage>();
  assert.deepEqual(
    messages.map(({ key }) => key).sort(),
    [...verdict.messages.keys()].sort(),
    'the same messages',
  );
  for (const stored of messages) {
    const { nano, ...expected } = verdict.messages.get(stored.key)!;
    const { key, counted, final, session, agent, at, model, tokens } = stored;
    assert.deepEqual(
      {
        counted: counted === 1,
        final: final === 1,
        session,
        agent,
        at,
        model,
        tokens: JSON.parse(tokens),
      },
      expected,
      key,
    );
    if (nano === undefined) assert.notEqual(stored.priced, 1, `${key} is unpriced`);
    else assert.deepEqual([stored.priced, stored.nano], [1, nano], `price of ${key}`);
  }
  assertSessions(db, verdict);
}

function assertSessions(db: SqlDatabase, verdict: Verdict): void {
  const sessions = db
    .prepare(
      `SELECT id, sid, client_total AS client, reconciled, background, unconfirmed,
         (SELECT sum(nano) FROM background b WHERE b.session = s.id) AS dated,
         EXISTS (SELECT 1 FROM message m WHERE m.priced <> 1 AND (m.session = s.id
           OR m.id IN (SELECT message FROM place WHERE session = s.id))) AS shares
       FROM session s`,
    )
    .all<StoredSession & { dated: number | null }>();
  for (const stored of sessions) {
    const expected = verdict.sessions.get(stored.sid);
    assert.ok(expected, `session ${stored.sid}`);
    // Sums of dollars as doubles, in another order.
    const nano = (usd: number | null | undefined): number | undefined =>
      usd == null ? undefined : Math.round(usd * 1e9);
    assert.equal(nano(stored.client), nano(expected.client), `client's total of ${stored.sid}`);
    assert.equal(stored.dated ?? 0, stored.background, `dated background of ${stored.sid}`);
    const outcome = expected.client === undefined ? 0 : expected.irreconcilable ? 2 : 1;
    assert.equal(stored.reconciled, outcome, `outcome for ${stored.sid}`);
    assert.equal(
      db
        .prepare('SELECT coalesce(sum(nano), 0) AS nano FROM background_item WHERE session = ?')
        .get<{ nano: number }>(stored.id)!.nano <= stored.background,
      true,
      `items of ${stored.sid} are a part`,
    );
    // A price taken from the client's total is no rule of the oracle's.
    if (stored.shares === 1) continue;
    assert.equal(stored.background, expected.background ?? 0, `background of ${stored.sid}`);
    assert.equal(stored.unconfirmed, expected.unconfirmed, `unconfirmed of ${stored.sid}`);
    const items = db
      .prepare(
        'SELECT at, kind, requests, nano FROM background_item WHERE session = ? ORDER BY at, kind',
      )
      .all(stored.id);
    assert.deepEqual(
      items.map((item) => ({ ...item })),
      [...expected.items].sort((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1)),
      `items of ${stored.sid}`,
    );
  }
}
