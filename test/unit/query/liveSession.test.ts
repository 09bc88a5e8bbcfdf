import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { readOverview } from '../../../src/budgets/overview.ts';
import { isLive } from '../../../src/query/liveSession.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { assistant } from '../../lib/parseLines.ts';
import { tempDir } from '../../lib/tempDir.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const at = (text: string): { endedAt: number } => ({ endedAt: Date.parse(text) });

test('a session is live when its last record is of just now, or its program runs', () => {
  assert.equal(isLive(at('2026-11-24T11:58:01Z'), now, false), true);
  assert.equal(isLive(at('2026-11-24T11:58:00Z'), now, false), false);
  assert.equal(isLive(at('2025-11-24T12:00:00Z'), now, false), false, 'a year ago');
  assert.equal(isLive(at('2025-11-24T12:00:00Z'), now, true), true);
});

test('a clock that is ahead makes no session live, but for a small skew', () => {
  assert.equal(isLive(at('2026-11-24T12:01:59Z'), now, false), true);
  assert.equal(isLive(at('2026-11-24T12:02:00Z'), now, false), false);
  assert.equal(isLive(at('2026-12-25T10:00:00Z'), now, false), false);
});

test('one whose clock was ahead is not this session while there is one of now', () => {
  using dir = tempDir();
  mkdirSync(dir.at('projects', 'p'), { recursive: true });
  const write = (session: string, timestamp: string): void => {
    const line = assistant({ id: session }, { uuid: session, sessionId: session, timestamp });
    writeFileSync(dir.at('projects', 'p', `${session}.jsonl`), `${JSON.stringify(line)}\n`);
  };
  const shown = (): [string | undefined, boolean | undefined] => {
    const { db } = openForWriting(':memory:');
    ingestAll(db, dir.path);
    const options = { now, zone: 'UTC', weekStart: 1, scope: undefined } as const;
    const { session } = readOverview(new StoreReader(db), { ...options, windowScope: undefined });
    db.close();
    return [session?.summary.sid, session?.live];
  };
  write('ahead', '2026-12-25T10:00:00.000Z');
  assert.deepEqual(shown(), ['ahead', false]);
  // Files written just now, of a session of last year: the file's date says nothing.
  write('old', '2025-11-20T10:00:00.000Z');
  assert.deepEqual(shown(), ['old', false]);
  write('new', '2026-11-24T11:59:30.000Z');
  assert.deepEqual(shown(), ['new', true]);
});
