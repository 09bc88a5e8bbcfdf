import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionReport } from '../../../src/reports/sessions/session.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { costState, file, own, response } from '../../lib/exampleRecords.ts';
import { soleWriter } from '../../lib/ingest.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { requestEvent } from '../../lib/requestEvents.ts';
import { byDayBefore, thinAll } from '../../lib/retention.ts';
import { ingestPlainly } from '../../lib/schedule.ts';
import { tempDir } from '../../lib/tempDir.ts';

test('a session says what its overhead went to, how long requests took and what failed', () => {
  using dir = tempDir();
  const { db } = openForWriting(':memory:');
  const first = response('m1', 0, { usage: { output_tokens: 10 } }, own('s'));
  ingestPlainly(db, dir.path, [file('s.jsonl', first, costState('s', 1))]);
  const context = reportContext(db, { now: Date.UTC(2026, 11, 1) });
  const [before] = context.reader.sessions();
  const { json: plain, tables: ordinary } = sessionReport(context, before);
  assert.equal((plain as { exact: unknown }).exact, null);
  assert.equal(
    ordinary.some(({ title }) => title === 'Claude Code overhead'),
    false,
  );
  const [message] = (plain as { topMessages: { requestId: string; usd: number; at: string }[] })
    .topMessages;
  const at = Date.parse(message!.at);
  soleWriter(db).addRequests([
    requestEvent({
      sessionId: before!.sid,
      requestId: message!.requestId,
      at,
      nano: Math.round(message!.usd * 1e9),
      durationMs: 2500,
      firstTokenMs: 400,
    }),
    requestEvent({
      sessionId: before!.sid,
      requestId: 'hidden',
      at,
      nano: 250_000_000,
      source: 'compact',
      durationMs: 12_000,
    }),
    requestEvent({ sessionId: before!.sid, at, failed: true, status: 529, attempts: 3 }),
  ]);
  const [summary] = context.reader.sessions();
  assert.equal(summary!.background, before!.background, 'the total is what it was');
  const { json, sentences, tables } = sessionReport(context, summary);
  const rest = summary!.background - 250_000_000;
  assert.deepEqual((json as { exact: unknown }).exact, {
    requests: 3,
    failed: 1,
    overhead: [{ kind: 'compaction', requests: 1, usd: 0.25 }],
    unexplainedUsd: rest / 1e9,
  });
  const [told] = (json as { topMessages: { durationMs: number; firstTokenMs: number }[] })
    .topMessages;
  assert.deepEqual([told!.durationMs, told!.firstTokenMs], [2500, 400]);
  assert.ok(
    sentences.includes(
      'Exact mode has 3 requests: half were answered within 2.50 s, the slowest in 12 s.',
    ),
    sentences.join('\n'),
  );
  assert.ok(sentences.includes('1 request failed, after 3 attempts in all.'));
  assert.deepEqual(tables.find(({ title }) => title === 'Claude Code overhead')?.rows, [
    ['compaction', 1, 250_000_000],
    ['unexplained', null, rest],
  ]);

  thinAll(soleWriter(db), byDayBefore(Date.UTC(2026, 11, 1)));
  const [later] = context.reader.sessions();
  const after = sessionReport(context, later);
  assert.deepEqual(
    (after.json as { exact: unknown }).exact,
    (json as { exact: unknown }).exact,
    'what was summed up counts as before',
  );
  assert.deepEqual(
    after.tables.find(({ title }) => title === 'Claude Code overhead'),
    tables.find(({ title }) => title === 'Claude Code overhead'),
  );
  const said =
    '3 requests of exact mode were summed up with the messages: counted, without details.';
  assert.ok(after.sentences.includes(said), after.sentences.join('\n'));
  db.close();
});
