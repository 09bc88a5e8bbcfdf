import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { messageLines } from '../../../src/agents/claude/read/messageLines.ts';
import { readChunks } from '../../../src/agents/claude/read/readChunks.ts';
import { roomBytes } from '../../../src/agents/claude/scan/lineScanner.ts';
import { assistant, mainPlace, user } from '../../lib/parseLines.ts';
import { tempDir } from '../../lib/tempDir.ts';

const line = (id: string, more: object = {}): string =>
  JSON.stringify(assistant({ id, ...more }, { uuid: id, requestId: id }));

function read(text: string): [line: number, id: string][] {
  using dir = tempDir();
  const file = dir.at('s1.jsonl');
  writeFileSync(file, text);
  const found = [...messageLines(file, mainPlace)];
  const counted = [...readChunks(file, mainPlace, undefined)].flatMap(
    ({ batch }) => batch.messages,
  );
  assert.deepEqual(
    found.map(({ message }) => message),
    counted,
    'the records are those that are counted',
  );
  const bytes = Buffer.from(text);
  for (const { offset, message } of found) {
    const end = bytes.indexOf(0x0a, offset);
    const written = bytes.toString('utf8', offset, end < 0 ? bytes.length : end);
    assert.ok(written.includes(message.messageId), 'the line begins there');
  }
  return found.map(({ line: at, message }) => [at, message.messageId]);
}

describe('records with their lines', () => {
  it('are numbered from 1, blank and other lines counted', () => {
    const lines = [line('a'), '', JSON.stringify(user('x')), 'not JSON', line('b')];
    assert.deepEqual(read(`${lines.join('\n')}\n`), [
      [1, 'a'],
      [5, 'b'],
    ]);
  });

  it('are read of a last line without its newline, where it is whole', () => {
    assert.deepEqual(read(`${line('a')}\n${line('b')}`), [
      [1, 'a'],
      [2, 'b'],
    ]);
    assert.deepEqual(read(`${line('a')}\n${line('b').slice(0, -20)}`), [[1, 'a']]);
    assert.deepEqual(read(''), []);
  });

  it('are two of a line that holds two', () => {
    assert.deepEqual(read(`${line('a')}${line('b')}\n${line('c')}\n`), [
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
  });

  it('are found behind lines longer than a block, and across blocks', () => {
    const long = JSON.stringify(user('x'.repeat(roomBytes + 17)));
    const many = Array.from({ length: 12_000 }, (_, i) => line(`m${i}`));
    const found = read(`${line('a')}\n${long}\n${many.join('\n')}\n`);
    assert.equal(found.length, 12_001);
    assert.deepEqual(found.at(-1), [12_002, 'm11999']);
  });
});
