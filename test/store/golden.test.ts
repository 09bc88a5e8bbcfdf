import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { discover } from '../../src/agents/claude/discover.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { tempDir } from '../lib/tempDir.ts';
import {
  clientSet,
  clientTruth,
  type ExpectedSet,
  expectedSets,
  unpackSet,
} from '../lib/transcriptSets.ts';

/** Dollars as written, whatever their trailing zeros, in whole nano-dollars. */
function exactNano(usd: string): bigint {
  const [whole = '', part = ''] = usd.split('.');
  assert.ok(/^0*$/.test(part.slice(9)), `${usd} has more than nine decimals`);
  return BigInt(whole + part.slice(0, 9).padEnd(9, '0'));
}

interface ModelSums {
  readonly model: string;
  readonly messages: number;
  readonly lower: number;
  readonly unpriced: number;
  readonly input: number;
  readonly output: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly cache_read: number;
  readonly nano: number;
}

function sumsByModel(db: SqlDatabase, table: 'spend_total' | 'spend_bucket'): ModelSums[] {
  const sums = ['messages', 'lower', 'unpriced', 'input', 'output', 'write5m', 'write1h']
    .concat(['cache_read', 'nano'])
    .map((name) => `sum(${name}) AS ${name}`);
  return db
    .prepare(
      `SELECT w.text AS model, ${sums.join(', ')} FROM ${table} s JOIN word w ON w.id = s.model
       GROUP BY w.text ORDER BY w.text`,
    )
    .all<ModelSums>()
    .map((row) => ({ ...row }));
}

function assertSet(db: SqlDatabase, expected: ExpectedSet): void {
  const rows = sumsByModel(db, 'spend_total');
  assert.deepEqual(sumsByModel(db, 'spend_bucket'), rows, 'both roll-ups say the same');
  assert.deepEqual(
    rows.map(({ model }) => model),
    Object.keys(expected.models).sort(),
  );
  for (const row of rows) {
    const model = expected.models[row.model]!;
    assert.deepEqual(
      {
        messages: row.messages,
        nano: BigInt(row.nano),
        input: row.input,
        output: row.output,
        cacheWrite5m: row.write5m,
        cacheWrite1h: row.write1h,
        cacheRead: row.cache_read,
      },
      {
        messages: model.messages,
        nano: exactNano(model.usd),
        input: model.input,
        output: model.output,
        cacheWrite5m: model.cacheWrite5m,
        cacheWrite1h: model.cacheWrite1h,
        cacheRead: model.cacheRead,
      },
      row.model,
    );
  }
  const sum = (name: 'messages' | 'lower' | 'unpriced' | 'nano'): number =>
    rows.reduce((total, row) => total + row[name], 0);
  assert.equal(sum('messages'), expected.messages);
  assert.equal(sum('lower'), expected.outputLowerBound);
  assert.equal(sum('unpriced'), 0);
  assert.equal(BigInt(sum('nano')), exactNano(expected.usd));
}

interface ClientSession {
  readonly sid: string;
  readonly client: number;
  readonly reconciled: number;
  readonly unconfirmed: number;
  readonly background: number;
  readonly messages: number;
}

/** The client's last total of the parent before the fork, which the fork's total contains. */
const forkBase: Readonly<Record<string, string>> = { fork: 'continue' };

function assertTruth(db: SqlDatabase): void {
  const sessions = db
    .prepare(
      `SELECT s.sid, s.client_total AS client, s.reconciled, s.unconfirmed, s.background,
         (SELECT coalesce(sum(nano), 0) FROM spend_total t WHERE t.session = s.id) AS messages
       FROM session s`,
    )
    .all<ClientSession>();
  assert.deepEqual(sessions.map(({ sid }) => sid).sort(), Object.keys(clientTruth).sort());
  for (const session of sessions) {
    const truth = clientTruth[session.sid]!;
    assert.equal(session.reconciled, 1, truth.label);
    assert.equal(session.unconfirmed, 0, truth.label);
    assert.equal(session.client, truth.clientTotalUsd, truth.label);
    const base = forkBase[truth.label] === undefined ? 0 : baseOf(db, session.sid);
    const ours = (session.messages + session.background) / 1e9 + base;
    assert.ok(
      Math.abs(ours - truth.clientTotalUsd) <= 1e-6,
      `${truth.label}: ${ours} is not the client's ${truth.clientTotalUsd}`,
    );
  }
}

/** Found without the store's own fork rule: by the last record both sessions have. */
function baseOf(db: SqlDatabase, fork: string): number {
  const row = db
    .prepare(
      `SELECT max(c.total) AS base FROM cost_state c JOIN session p ON p.id = c.session
       WHERE p.sid <> ? AND c.at <= (
         SELECT max(a.at) FROM shared_trace a JOIN shared_trace b ON a.uuid = b.uuid
         WHERE a.session = p.id AND b.session = (SELECT id FROM session WHERE sid = ?))`,
    )
    .get<{ base: number | null }>(fork, fork);
  assert.ok(row?.base, 'the fork has a parent with a total');
  return row.base;
}

for (const engine of engines) {
  describe(`sets of real transcripts, ${engine}`, () => {
    for (const [set, expected] of Object.entries(expectedSets)) {
      test(set, () => {
        using dir = tempDir();
        unpackSet(set, dir.path);
        assert.equal(discover(dir.at('projects')).files.length, expected.files);
        const { db } = openForWriting(dir.at('store', 'outlay.db'), { engine });
        try {
          ingestAll(db, dir.path);
          assertSet(db, expected);
          if (set === clientSet) assertTruth(db);
          ingestAll(db, dir.path);
          assertSet(db, expected);
        } finally {
          db.close();
        }
        const pieces = openForWriting(':memory:', { engine }).db;
        ingestAll(pieces, dir.path, { chunkBytes: 5000 });
        assertSet(pieces, expected);
        pieces.close();
      });
    }
  });
}
