import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TranscriptParser } from '../../../src/agents/claude/parse/parser.ts';
import { freshState } from '../../../src/agents/claude/parse/parserState.ts';
import { mainPlace, parseLines, user } from '../../lib/parseLines.ts';

const summary = (text: string, leafUuid?: string): object => ({
  type: 'summary',
  summary: text,
  leafUuid,
});
const answer = (uuid: string, sessionId = 's1'): object => user([], { uuid, sessionId });

function titles(lines: readonly object[]): [sessionId: string, text: string][] {
  return parseLines(lines).titles.map(({ sessionId, text }) => [sessionId, text]);
}

describe('a summary', () => {
  test('names the session its leaf stands in, when the leaf is right before it', () => {
    assert.deepEqual(titles([answer('a', 's9'), answer('b'), summary('Of a', 'a')]), [
      ['s9', 'Of a'],
    ]);
  });

  test('or behind it', () => {
    assert.deepEqual(titles([summary('Of b', 'b'), answer('a'), answer('b', 's9')]), [
      ['s9', 'Of b'],
    ]);
  });

  test('of another file’s session names nothing here', () => {
    const foreign = Array.from({ length: 20 }, (_, index) => summary(`x${index}`, `far-${index}`));
    assert.deepEqual(titles([...foreign, answer('a'), summary('y', 'elsewhere')]), []);
  });

  test('that names no leaf is the file’s', () => {
    assert.deepEqual(titles([summary('Summed up')]), [['s1', 'Summed up']]);
  });

  test('is found however the file is cut into chunks', () => {
    const lines = [summary('later', 'c'), answer('a'), answer('b'), summary('before', 'a')];
    const texts = [...lines, answer('c')].map((line) => `${JSON.stringify(line)}\n`);
    let state = freshState();
    let offset = 0;
    const found = texts.flatMap((text) => {
      // As a bookmark is stored and read again.
      const parser = new TranscriptParser(mainPlace, JSON.parse(JSON.stringify(state)));
      parser.feed(Buffer.from(text), 0, Buffer.byteLength(text), offset);
      const { titles: batch } = parser.take();
      state = parser.state;
      offset += Buffer.byteLength(text);
      return batch;
    });
    assert.deepEqual(found, parseLines([...lines, answer('c')]).titles);
    assert.deepEqual(
      found.map(({ text }) => text),
      ['before', 'later'],
    );
  });
});
