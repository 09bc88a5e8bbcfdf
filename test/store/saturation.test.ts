import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { SessionLister } from '../../src/store/query/sessionList.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { mostSum } from '../../src/store/schema/saturate.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { assistant, noonMs } from '../lib/parseLines.ts';
import { tempDir } from '../lib/tempDir.ts';

const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** A store of these sessions' lines. */
function storeOf(
  sessions: Readonly<Record<string, readonly object[]>>,
  use: (db: SqlDatabase) => void,
): void {
  for (const engine of engines) {
    using dir = tempDir();
    const { db } = openForWriting(':memory:', { engine });
    mkdirSync(dir.at('projects', 'p'), { recursive: true });
    for (const [sessionId, lines] of Object.entries(sessions)) {
      const text = lines.map((line) => `${JSON.stringify({ ...line, sessionId })}\n`).join('');
      writeFileSync(dir.at('projects', 'p', `${sessionId}.jsonl`), text);
    }
    ingestAll(db, dir.path);
    use(db);
    db.close();
  }
}

/** So many messages of one session; the first costs $0.000012345. */
function messages(session: string, count: number, usage: object, model: string): object[] {
  return Array.from({ length: count }, (_, i) =>
    assistant(
      { id: `${session}-${i}`, model, usage },
      { uuid: `${session}-${i}`, requestId: `${session}-${i}` },
    ),
  );
}

/** A client's total that falls and rises again: each rise is spend. */
function totals(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'cost-state',
    totalCostUSD: i % 2 === 0 ? 9_000_000 : 0,
    modelUsage: {},
  }));
}

describe('sums beyond what is exact', () => {
  const many = 10_000;
  test('of tokens and of money end at the limit, in store and reports', () => {
    const usage = { input_tokens: 1e12, output_tokens: 1 };
    const sessions = {
      a: messages('a', many, usage, 'unknown-model'),
      // $5,000,000 each: two are more than the limit.
      b: messages('b', 1100, { input_tokens: 1e12 }, 'claude-opus-4-8'),
      c: messages('c', 1100, { input_tokens: 1e12 }, 'claude-opus-4-8'),
    };
    storeOf(sessions, (db) => {
      const reader = new StoreReader(db);
      const sums = reader.spend(always, undefined);
      assert.deepEqual(
        [sums.messages, sums.input, sums.output, sums.nano],
        [many + 2200, mostSum, many, mostSum],
      );
      // Not on a quarter of an hour: added up from the messages.
      const edge = reader.spend({ from: noonMs - 1, to: noonMs + 1 }, undefined);
      assert.deepEqual([edge.input, edge.nano], [mostSum, mostSum]);
      const listed = [...new SessionLister(db).pages()].flat();
      assert.deepEqual(listed.map(({ sid, nano }) => [sid, nano]).sort(), [
        ['a', 0],
        ['b', mostSum],
        ['c', mostSum],
      ]);
      assert.equal(reader.sessionById('b')?.unconfirmed, mostSum);
    });
  });

  test('of a client’s totals as well', () => {
    storeOf({ a: [...messages('a', 2, {}, 'x'), ...totals(2300)], b: totals(2) }, (db) => {
      const reader = new StoreReader(db);
      assert.equal(reader.background(always, undefined), mostSum);
    });
  });

  test('below it are exact to the last digit', () => {
    // One message short of the limit in tokens, and an odd number at the end.
    const usage = { cache_read_input_tokens: 1e12 };
    const odd = { cache_read_input_tokens: 199_254_740_991 };
    const sessions = {
      a: [...messages('a', 9007, usage, 'x'), ...messages('b', 1, odd, 'x')],
    };
    storeOf(sessions, (db) => {
      assert.equal(new StoreReader(db).spend(always, undefined).cacheRead, mostSum);
      const all = db.prepare('SELECT cache_read AS n FROM spend_slot').all<{ n: number }>();
      assert.deepEqual(
        all.map(({ n }) => n),
        [mostSum],
      );
    });
    storeOf({ a: sessions.a.slice(1) }, (db) => {
      assert.equal(new StoreReader(db).spend(always, undefined).cacheRead, mostSum - 1e12);
    });
  });
});
