import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageLine } from '../../../src/model/records.ts';
import { mergeLines } from '../../../src/store/ingest/merge.ts';
import { MessagePacker, unpackLists } from '../../../src/watchers/history/packedMessages.ts';
import { parseBytes } from '../../lib/parseLines.ts';
import { expectedSets, filesOfSet } from '../../lib/transcriptSets.ts';

/** A line with something in every field. */
const full: MessageLine = {
  ...{ messageId: 'm', requestId: 'r', uuidHash: 2 ** 48 - 1, sessionId: 's', agentId: 'a' },
  ...{ requestSessionId: 'q', progress: true, sidechain: true, at: 1.7e12, model: 'x' },
  usage: {
    ...{ input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4, cacheRead: 1e12, webSearches: 6 },
  },
  parts: [
    {
      kind: 'declined',
      model: 'y',
      usage: {
        ...{ input: 1, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, webSearches: 0 },
      },
    },
  ],
  iterations: [
    { input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4, cacheRead: 5, webSearches: 0 },
  ],
  ...{ speed: 'fast', geo: 'us', tier: 'standard', cacheRequested: '1h', requestedModel: 'z' },
  ...{ incomplete: true, stopReason: 'end_turn', cacheSplit: true, tools: ['B', 'A', 'B'] },
  ...{
    promptId: 'p',
    branch: 'main',
    cwd: '/ü\0',
    version: '2',
    entrypoint: 'cli',
    effort: 'high',
  },
  ...{ attribution: { skill: 's', task: 't' }, durationMs: 0, error: '429' },
  ...{ requests: 3, countedFrom: 4, nanoCredits: 5, reasoning: 6 },
};
const { requests: _, countedFrom: __, nanoCredits: ___, reasoning: ____, ...single } = full;
const empty: MessageLine = {
  ...single,
  ...{ messageId: 'n', requestId: '', requestSessionId: '', progress: false, sidechain: false },
  ...{ parts: [], iterations: [], tools: [], attribution: {}, durationMs: null, uuidHash: 0 },
  ...{ incomplete: false, cacheSplit: false, stopReason: '', agentId: '' },
};

function throughPacking(lists: readonly (readonly MessageLine[])[]): void {
  const packer = new MessagePacker();
  for (const lines of lists) packer.add(mergeLines(lines));
  const packed = structuredClone(packer.take());
  const unpacked = unpackLists(packed).map((list) => [...list]);
  assert.deepEqual(unpacked, lists.map(mergeLines));
  assert.deepEqual(packer.take().starts, [], 'nothing is left behind');
}

describe('packed messages', () => {
  test('come out as they went in, every field, several lists', () => {
    throughPacking([[full, empty], [], [{ ...full, sessionId: 'other' }, full]]);
  });

  test('of real transcripts do, in portions one after the other', () => {
    for (const set of Object.keys(expectedSets)) {
      const files = [...filesOfSet(set)].filter(([path]) => path.endsWith('.jsonl'));
      throughPacking(files.map(([, content]) => parseBytes(content).messages));
    }
  });

  test('are made anew each time they are asked for', () => {
    const packer = new MessagePacker();
    packer.add(mergeLines([full, empty]));
    const [list] = unpackLists(packer.take());
    assert.deepEqual([...list!], [...list!]);
    assert.equal([...list!].length, 2);
  });
});
