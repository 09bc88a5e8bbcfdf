import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoreState } from '../../../src/analysisThread/servedTask.ts';
import { CommitLog } from '../../../src/serve/live/commitLog.ts';

const spend = { from: '', cost_usd: 0, messages: 0, tokens: 0, lowerBound: false };
const state = (revision: number): StoreState => ({ revision, today: spend, month: spend });

/** What a listener that began after a revision is told until there is no more. */
function told(log: CommitLog, from?: number): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  let at = from;
  for (;;) {
    const events = log.after(at);
    if (events.length === 0) return found;
    for (const { revision, bytes } of events) {
      const text = new TextDecoder().decode(bytes);
      const [, id, data = ''] = /^id: (\d+)\ndata: (.*)\n\n$/.exec(text) ?? [];
      assert.equal(Number(id), revision);
      found.push(JSON.parse(data));
      at = revision;
    }
  }
}

describe('the commits listeners are told', () => {
  it('begin with how things stand, and then come one by one', () => {
    const log = new CommitLog();
    assert.deepEqual(told(log), [], 'before anything is known there is nothing to tell');
    log.add(state(7), 0);
    assert.deepEqual(
      told(log).map(({ type, revision, missed }) => [type, revision, missed]),
      [['state', 7, false]],
    );
    log.add(state(8), 1000);
    log.add(state(8), 1500);
    log.add(state(11), 2000);
    assert.deepEqual(
      told(log, 7).map(({ type, previous, revision }) => [type, previous, revision]),
      [
        ['commit', 7, 8],
        ['commit', 8, 11],
      ],
    );
    assert.deepEqual(told(log, 11), []);
  });

  it('go on where somebody was, or say how things stand', () => {
    const log = new CommitLog();
    for (let revision = 1; revision <= 1500; revision += 1) log.add(state(revision), revision);
    const revisions = told(log, 600).map(({ revision }) => revision);
    assert.deepEqual(
      revisions,
      Array.from({ length: 900 }, (_, i) => 601 + i),
    );
    const [only, ...more] = told(log, 100);
    assert.deepEqual([only?.type, only?.revision, only?.missed, more], ['state', 1500, true, []]);
    assert.equal(told(log, 99_999)[0]?.missed, true, 'of another store');
  });

  it('begin anew with a store that does', () => {
    const log = new CommitLog();
    for (const revision of [5, 6, 7]) log.add(state(revision), 0);
    log.add(state(2), 0);
    log.add(state(3), 0);
    assert.deepEqual(
      told(log, 6).map(({ type, revision }) => [type, revision]),
      [['state', 3]],
    );
  });

  it('let everybody go when it is closed, or they leave', async () => {
    const log = new CommitLog();
    const gone = new AbortController();
    const waits = [log.wait(60_000, gone.signal), log.wait(60_000, new AbortController().signal)];
    gone.abort();
    await waits[0];
    log.close();
    await waits[1];
    await log.wait(60_000, new AbortController().signal);
    assert.equal(log.isClosed, true);
  });
});
