import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { sessionReport } from '../../src/reports/sessions/session.ts';
import { backgroundKinds } from '../../src/store/query/requests/backgroundItems.ts';
import { answered, broken, interruption, total, usdOf } from '../lib/brokenOff.ts';
import { engines } from '../lib/engines.ts';
import { file, queue } from '../lib/exampleRecords.ts';
import { soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';
import { afterNoon, noonMs } from '../lib/parseLines.ts';
import { reportContext } from '../lib/reportContext.ts';
import { requestEvent } from '../lib/requestEvents.ts';
import { byDayBefore, thinAll } from '../lib/retention.ts';
import { ingestPlainly } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { toldSum } from '../lib/toldSums.ts';

const fourTokens = Math.round((usdOf(30, 55) - usdOf(30, 51)) * 1e9);

function kinds(db: SqlDatabase): { kind: string; requests: number; nano: number }[] {
  const { id } = reportContext(db, { now: noonMs }).reader.sessions()[0]!;
  return backgroundKinds(db, id).map((each) => ({ ...each }));
}

for (const engine of engines) {
  test(`the rest of an answer that broke off is known by itself, and summed up, ${engine}`, () => {
    using dir = tempDir();
    withStore(engine, (db) => {
      const expected = [{ kind: 'unfinished', requests: 1, nano: fourTokens }];
      // The client writes its total first, then what was interrupted.
      const lines = [answered, total(30, 55), broken, interruption];
      ingestPlainly(db, dir.path, [file('s.jsonl', ...lines)]);
      assert.deepEqual(kinds(db), expected);
      const context = reportContext(db, { now: noonMs });
      const [summary] = context.reader.sessions();
      assert.equal(summary!.background, fourTokens);
      // Without exact mode nothing is said to be itemised.
      assert.equal((sessionReport(context, summary).json as { exact: unknown }).exact, null);
      thinAll(soleWriter(db), byDayBefore(Date.UTC(2027, 0, 1)));
      const failed = { sessionId: 's', at: noonMs, failed: true, status: 500 };
      soleWriter(db).addRequests([requestEvent(failed)]);
      assert.deepEqual(kinds(db), expected, 'though its tokens are gone');
    });
  });
}

test('also where it had called a tool, whose result comes before the mark', () => {
  using dir = tempDir();
  withStore('better-sqlite3', (db) => {
    const result = {
      ...{ type: 'user', sessionId: 's', uuid: 'u-result', timestamp: afterNoon(2) },
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1' }] },
    };
    const lines = [answered, total(30, 55), broken, result, interruption];
    ingestPlainly(db, dir.path, [file('s.jsonl', ...lines)]);
    assert.deepEqual(kinds(db), [{ kind: 'unfinished', requests: 1, nano: fourTokens }]);
    const [summary] = reportContext(db, { now: noonMs }).reader.sessions();
    assert.equal(summary!.background, fourTokens, 'the answer itself is no background');
  });
});

test('what is told in sum stands beside it, and what nobody tells of stays unexplained', () => {
  using dir = tempDir();
  withStore('better-sqlite3', (db) => {
    const last = [queue('s', 5), total(30, 55, 0.5)];
    const lines = [answered, broken, interruption, ...last];
    ingestPlainly(db, dir.path, [file('s.jsonl', ...lines)]);
    const sum = toldSum({ sessionId: 's', startedAt: noonMs + 4, at: noonMs + 9, nano: 3e8 });
    soleWriter(db).addSums([sum, sum]);
    soleWriter(db).addSums([sum]);
    assert.deepEqual(kinds(db), [
      { kind: 'inSum', requests: 0, nano: 3e8 },
      { kind: 'unfinished', requests: 1, nano: fourTokens },
    ]);
    const context = reportContext(db, { now: noonMs });
    const { json, tables } = sessionReport(context, context.reader.sessions()[0]);
    const table = tables.find(({ title }) => title === 'Claude Code overhead');
    assert.deepEqual(table?.rows, [
      ['requests told of only in sum', null, 3e8],
      ['rest of answers that broke off', 1, fourTokens],
      ['unexplained', null, 2e8],
    ]);
    assert.deepEqual((json as { exact: { overhead: unknown } }).exact.overhead, [
      { kind: 'inSum', requests: null, usd: 0.3 },
      { kind: 'unfinished', requests: 1, usd: fourTokens / 1e9 },
    ]);
  });
});

test('a request nobody tells of is not taken for the rest of an answer', () => {
  using dir = tempDir();
  for (const [i, [input, output, elsewhere]] of (
    [
      [31, 55, 0],
      [30, 51, 0.00008],
      [29, 55, 0],
    ] as const
  ).entries()) {
    withStore('node:sqlite', (db) => {
      const lines = [answered, broken, interruption, total(input, output, elsewhere)];
      ingestPlainly(db, dir.at(String(i)), [file('s.jsonl', ...lines)]);
      assert.deepEqual(kinds(db), [], `${input} ${output} ${elsewhere}`);
    });
  }
});
