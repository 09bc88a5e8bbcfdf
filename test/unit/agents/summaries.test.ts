import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseLines, user } from '../../lib/parseLines.ts';

describe('a summary', () => {
  test('is of the record that is its leaf, wherever that stands', () => {
    const { titles, summaries, sessions } = parseLines([
      { type: 'summary', summary: 'Of b', leafUuid: 'b' },
      user([], { uuid: 'a' }),
      user([], { uuid: 'b' }),
      { type: 'summary', summary: 'Of another file', leafUuid: 'far' },
    ]);
    assert.deepEqual(titles, []);
    assert.deepEqual(
      summaries.map(({ text }) => text),
      ['Of b', 'Of another file'],
    );
    const hashes = sessions[0]!.uuidHashes;
    assert.deepEqual(
      summaries.map(({ leaf }) => hashes.indexOf(leaf)),
      [1, -1],
    );
  });

  test('that names no leaf is the file’s', () => {
    const { titles, summaries } = parseLines([{ type: 'summary', summary: 'Summed up' }]);
    assert.deepEqual(
      titles.map(({ sessionId, text }) => [sessionId, text]),
      [['s1', 'Summed up']],
    );
    assert.deepEqual(summaries, []);
  });
});
