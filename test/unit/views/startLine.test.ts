import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Spend } from '../../../src/views/core/spend.ts';
import { startLine } from '../../../src/views/welcome/startLine.ts';

const root = { path: '/home/ada/.claude', exists: true, transcripts: 118 };

describe('the line a start leaves in the log', () => {
  it('says what was looked through, how long it took, and who writes where', () => {
    const spend = { roots: [root], indexer: { kind: 'watching' } } as unknown as Spend;
    assert.equal(
      startLine(spend, '0.6.0', '/data/outlay.db', 3240),
      'Outlay 0.6.0; 118 transcripts in /home/ada/.claude; up to date after 3.2 s; store /data/outlay.db, which this window writes',
    );
  });

  it('says so where there is nothing, and where another process writes', () => {
    const spend = {
      roots: [{ ...root, exists: false, transcripts: 0 }],
      indexer: { kind: 'following', pid: 7, role: 'terminal' },
    } as unknown as Spend;
    const line = startLine(spend, '0.6.0', '/data/outlay.db', 90);
    assert.match(line, /no transcripts in \/home\/ada\/\.claude; up to date after 0\.1 s/);
    assert.match(line, /which process 7 \(terminal\) writes$/);
    const nowhere = startLine({ ...spend, roots: [] }, '0.6.0', '/data/outlay.db', 90);
    assert.match(nowhere, /no folder to look into/);
  });
});
