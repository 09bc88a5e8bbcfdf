import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyBatch } from '../../../src/agents/batch.ts';
import type { IngestItem } from '../../../src/store/writer.ts';
import { IngestBatch } from '../../../src/watchers/history/ingestBatch.ts';

/** A transcript nothing worth storing stands in: what is known of it takes memory all the same. */
function item(n: number): IngestItem {
  const bookmark = { offset: 1, state: {}, inode: '', head: '' };
  return {
    file: { path: `/p/${n}.jsonl`, root: '/p', mtimeMs: 0 },
    chunk: { batch: emptyBatch(), start: 0, size: 1, restarted: false, done: true, bookmark },
  };
}

describe('a batch of the first index', () => {
  test('holds few files, however little is in each: a hundred thousand take no more memory', () => {
    const batch = new IngestBatch();
    let added = 0;
    while (!batch.isFull && added < 10_000) batch.add(item(added++));
    assert.equal(added, 500);
    assert.equal(batch.take().length, 500);
    assert.equal(batch.isFull, false);
  });
});
